/// The words of a command line, as a POSIX shell splits them, without any expansion.
enum ShellWords {
  static func split(_ text: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var characters = text[...]
    while let character = characters.popFirst() {
      switch (character, quote) {
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
    guard quote == nil else { throw Failure("A quote in the command line isn't closed.") }
    if let word { words.append(word) }
    return words
  }
}
