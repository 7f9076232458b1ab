/// The words of a command line, as a POSIX shell splits them, without any expansion; `$'…'` is read as bash reads it.
enum ShellWords {
  static func split(_ text: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var characters = text[...]
    while let character = characters.popFirst() {
      switch (character, quote) {
      case ("$", nil) where characters.first == "'":
        characters.removeFirst()
        word = (word ?? "") + (try escapedText(&characters))
      case ("\\", "\""), ("\\", nil):
        guard let next = characters.popFirst() else { continue }
        if next.isNewline { continue }
        word = (word ?? "") + (quote != nil && !"\"\\$`".contains(next) ? "\\\(next)" : String(next))
      case (let character, let open?) where character == open: quote = nil
      case ("'", nil), ("\"", nil):
        quote = character
        word = word ?? ""
      case (let character, nil) where character.isWhitespace:
        if let complete = word { words.append(complete) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { throw unclosed }
    if let word { words.append(word) }
    return words
  }

  private static var unclosed: Failure { Failure("A quote in the command line isn't closed.") }

  private static let escapes: [Character: UInt8] = [
    "a": 0x07, "b": 0x08, "e": 0x1B, "E": 0x1B, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B,
  ]

  /// What stands between `$'` and the next `'`.
  private static func escapedText(_ characters: inout Substring) throws -> String {
    // Bytes, since several escapes may make up one character.
    var bytes: [UInt8] = []
    while let character = characters.popFirst() {
      if character == "'" { return String(decoding: bytes, as: UTF8.self) }
      guard character == "\\", let next = characters.popFirst() else {
        bytes += String(character).utf8
        continue
      }
      switch next {
      case "x": bytes.append(UInt8(truncatingIfNeeded: number(&characters, digits: 2, radix: 16)))
      case "u", "U":
        let value = number(&characters, digits: next == "u" ? 4 : 8, radix: 16)
        bytes += String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8
      case "0"..."7":
        characters = next.description[...] + characters
        bytes.append(UInt8(truncatingIfNeeded: number(&characters, digits: 3, radix: 8)))
      default:
        if let byte = escapes[next] { bytes.append(byte) } else { bytes += String(next).utf8 }
      }
    }
    throw unclosed
  }

  /// The number that at most so many of the next digits are.
  private static func number(_ characters: inout Substring, digits: Int, radix: Int) -> UInt32 {
    let text = characters.prefix(digits).prefix { $0.isASCII && $0.hexDigitValue.map { $0 < radix } == true }
    characters.removeFirst(text.count)
    return UInt32(text, radix: radix) ?? 0
  }
}
