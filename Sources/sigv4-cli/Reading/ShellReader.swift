import SigV4

/// Reads the commands of a POSIX shell or of PowerShell, one after the other, in one pass over the bytes.
struct ShellReader {
  private let bytes: [UInt8]
  private let isPowerShell: Bool
  private var index = 0
  private(set) var unexpanded: [String] = []
  private var input: ShellCommand.Input?
  private var hereDocument: (end: [UInt8], dropsTabs: Bool)?
  private var hasOpenQuote = false

  init(_ bytes: [UInt8], _ dialect: ShellDialect) {
    self.bytes = bytes
    isPowerShell = dialect == .powerShell
  }

  var isAtEnd: Bool { index >= bytes.count }

  /// Reads words up to the operator that ends the command, and skips the operator.
  ///
  /// - Returns: The words without redirections, and whether each quote in them is closed.
  mutating func readCommand() -> (words: [[UInt8]], isComplete: Bool) {
    (unexpanded, input, hereDocument, hasOpenQuote) = ([], nil, nil, false)
    var words: [[UInt8]] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
      case _ where skipContinuation(): skipPrompt()
      case UInt8(ascii: "#"): skipLine()
      case UInt8(ascii: "\n"), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"):
        index += 1
        return (words, !hasOpenQuote)
      case UInt8(ascii: "&"):
        index += 1
        // `&> FILE` redirects.
        guard peek() == UInt8(ascii: ">") else { return (words, !hasOpenQuote) }
      case UInt8(ascii: "<"), UInt8(ascii: ">"):
        if !isPowerShell, peek(1) == UInt8(ascii: "(") {
          words.append(readWord())
        } else {
          readRedirection()
        }
      default:
        let start = index
        let word = readWord()
        let isNumber = bytes[start..<index].allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        if isNumber, peek() == UInt8(ascii: ">") || peek() == UInt8(ascii: "<") { continue }  // as in 2>/dev/null
        words.append(word)
      }
    }
    return (words, !hasOpenQuote)
  }

  /// The standard input of the last command.
  mutating func readInput() -> ShellCommand.Input? {
    guard let hereDocument else { return input }
    var start = index
    if index == 0 || bytes[index - 1] != UInt8(ascii: "\n") {
      start = bytes[index...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    }
    var text: [UInt8] = []
    for var line in bytes[start...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if hereDocument.dropsTabs { line = line.drop { $0 == UInt8(ascii: "\t") } }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if line.elementsEqual(hereDocument.end) { return .text(text) }
      text += line
      text.append(UInt8(ascii: "\n"))
    }
    return .text(text)
  }

  /// The option that the next line begins with, if it does: the line was meant to continue the command.
  func strayOption() -> String? {
    guard index > 0, bytes[index - 1] == UInt8(ascii: "\n") else { return nil }
    let line = bytes[index...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let isLong = line.dropFirst().first == UInt8(ascii: "-")
    let option = line.prefix(isLong ? 40 : 2).prefix {
      $0 > UInt8(ascii: " ") && $0 < UInt8(ascii: "\u{7F}") && $0 != UInt8(ascii: "=")
    }
    return line.first == UInt8(ascii: "-") ? String(decoding: option, as: UTF8.self) : nil
  }

  private func peek(_ offset: Int = 0) -> UInt8? {
    index + offset < bytes.count ? bytes[index + offset] : nil
  }

  private mutating func next() -> UInt8? {
    guard let byte = peek() else { return nil }
    index += 1
    return byte
  }

  private var escape: UInt8 { isPowerShell ? UInt8(ascii: "`") : UInt8(ascii: "\\") }

  /// Skips an escaped line break.
  private mutating func skipContinuation() -> Bool {
    guard peek() == escape else { return false }
    if peek(1) == UInt8(ascii: "\n") || peek(1) == nil {
      index = min(index + 2, bytes.count)
      return true
    }
    guard peek(1) == UInt8(ascii: "\r"), peek(2) == UInt8(ascii: "\n") else { return false }
    index += 3
    return true
  }

  /// Skips the shell's `> ` on a continued line; before a file name it is a redirection.
  private mutating func skipPrompt() {
    guard bytes[index...].starts(with: "> ".utf8) else { return }
    let rest = bytes[(index + 2)...].drop { $0 == UInt8(ascii: " ") }
    if rest.starts(with: "http".utf8) || rest.first.map({ "-'\"".utf8.contains($0) }) == true { index += 2 }
  }

  private mutating func skipLine() {
    index = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
  }

  /// Reads `> FILE`, `>> FILE`, `2>&1`, `< FILE`, `<<< TEXT` or `<<END`, from the operator on.
  private mutating func readRedirection() {
    let start = index
    while let byte = peek(), "<>&|".utf8.contains(byte) { index += 1 }
    let sign = bytes[start..<index]
    let dropsTabs = sign.elementsEqual("<<".utf8) && peek() == UInt8(ascii: "-")
    if dropsTabs { index += 1 }
    while let byte = peek(), byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { index += 1 }
    guard let byte = peek(), !"\n\r;|()".utf8.contains(byte) else { return }
    let word = readWord()
    if sign.elementsEqual("<".utf8) { input = .file(String(decoding: word, as: UTF8.self)) }
    if sign.elementsEqual("<<<".utf8) { input = .text(word + [UInt8(ascii: "\n")]) }
    if sign.elementsEqual("<<".utf8) { hereDocument = (word, dropsTabs) }
  }

  private mutating func readWord() -> [UInt8] {
    var word: [UInt8] = []
    while let byte = peek() {
      if skipContinuation() { continue }
      switch byte {
      case UInt8(ascii: "<"), UInt8(ascii: ">"):
        guard !isPowerShell, peek(1) == UInt8(ascii: "(") else { return word }
        index += 1
        readSubstitution(into: &word, from: index - 1)
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ";"),
        UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "("), UInt8(ascii: ")"):
        return word
      case UInt8(ascii: "'"):
        index += 1
        readSingleQuoted(into: &word)
      case UInt8(ascii: "\""):
        index += 1
        readDoubleQuoted(into: &word)
      case UInt8(ascii: "$"): readDollar(into: &word, isQuoted: false)
      case escape:
        index += 1
        if let next = next() { word.append(isPowerShell ? Self.powerShellEscapes[next] ?? next : next) }
      case UInt8(ascii: "`"): readBackquoted(into: &word)
      default:
        word.append(byte)
        index += 1
      }
    }
    return word
  }

  private mutating func readSingleQuoted(into word: inout [UInt8]) {
    while let byte = next() {
      if byte == UInt8(ascii: "'") {
        guard isPowerShell, peek() == UInt8(ascii: "'") else { return }
        index += 1
      }
      word.append(byte)
    }
    hasOpenQuote = true
  }

  private mutating func readDoubleQuoted(into word: inout [UInt8]) {
    while let byte = peek() {
      if skipContinuation() { continue }
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        guard isPowerShell, peek() == UInt8(ascii: "\"") else { return }
        word.append(byte)
        index += 1
      case escape:
        index += 1
        guard let next = next() else { break }
        if isPowerShell {
          word.append(Self.powerShellEscapes[next] ?? next)
        } else {
          if !"\"\\$`".utf8.contains(next) { word.append(byte) }
          word.append(next)
        }
      case UInt8(ascii: "$"): readDollar(into: &word, isQuoted: true)
      case UInt8(ascii: "`"): readBackquoted(into: &word)
      default:
        word.append(byte)
        index += 1
      }
    }
    hasOpenQuote = true
  }

  /// Reads what begins with `$`: `$'…'`, `$"…"`, or something that a shell replaces, which is kept and noted.
  private mutating func readDollar(into word: inout [UInt8], isQuoted: Bool) {
    let start = index
    index += 1
    switch peek() {
    case UInt8(ascii: "'") where !isQuoted && !isPowerShell:
      index += 1
      readEscapedText(into: &word)
    case UInt8(ascii: "\"") where !isQuoted && !isPowerShell:
      index += 1
      readDoubleQuoted(into: &word)
    case UInt8(ascii: "("):
      readSubstitution(into: &word, from: start)
    case UInt8(ascii: "{"):
      index = bytes[index...].firstIndex(of: UInt8(ascii: "}")).map { $0 + 1 } ?? bytes.count
      note(start, into: &word)
    default:
      while let byte = peek(), Self.isNameByte(byte) || isPowerShell && byte == UInt8(ascii: ":") { index += 1 }
      if index == start + 1, let byte = peek(), "@*?!#$".utf8.contains(byte), !isPowerShell { index += 1 }
      if index > start + 1 { note(start, into: &word) } else { word.append(UInt8(ascii: "$")) }
    }
  }

  /// Reads from an opening parenthesis to the one that closes it, as part of what begins at `start`.
  private mutating func readSubstitution(into word: inout [UInt8], from start: Int) {
    var depth = 0
    var quote: UInt8?
    repeat {
      guard let byte = next() else {
        hasOpenQuote = true
        break
      }
      switch (byte, quote) {
      case (UInt8(ascii: "\\"), nil), (UInt8(ascii: "\\"), UInt8(ascii: "\"")): _ = next()
      case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil): quote = byte
      case (_, let open?): if byte == open { quote = nil }
      case (UInt8(ascii: "("), nil): depth += 1
      case (UInt8(ascii: ")"), nil): depth -= 1
      default: break
      }
    } while depth > 0
    note(start, into: &word)
  }

  private mutating func readBackquoted(into word: inout [UInt8]) {
    let start = index
    index += 1
    while let byte = next(), byte != UInt8(ascii: "`") {
      if byte == UInt8(ascii: "\\") { _ = next() }
    }
    note(start, into: &word)
  }

  /// Keeps the text from `start` on in the word, and notes that a shell would have replaced it.
  private mutating func note(_ start: Int, into word: inout [UInt8]) {
    word += bytes[start..<index]
    // Only names are shown: the rest may be a secret.
    let end = start + 1 < index ? bytes[start + 1] : 0
    switch (bytes[start], end) {
    case (UInt8(ascii: "$"), UInt8(ascii: "(")): unexpanded.append("$(…)")
    case (UInt8(ascii: "$"), UInt8(ascii: "{")):
      let name = bytes[(start + 2)..<index].prefix(40).prefix(while: Self.isNameByte)
      unexpanded.append("${\(String(decoding: name, as: UTF8.self))}")
    case (UInt8(ascii: "$"), _):
      unexpanded.append(String(decoding: bytes[start..<min(index, start + 40)], as: UTF8.self))
    case (UInt8(ascii: "`"), _): unexpanded.append("`…`")
    default: unexpanded.append("<(…)")
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte.isASCIILetter || byte.isASCIIDigit
  }

  private static let powerShellEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "n"): UInt8(ascii: "\n"), UInt8(ascii: "r"): UInt8(ascii: "\r"), UInt8(ascii: "t"): UInt8(ascii: "\t"),
    UInt8(ascii: "0"): 0,
  ]

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "a"): UInt8(ascii: "\u{7}"), UInt8(ascii: "b"): UInt8(ascii: "\u{8}"),
    UInt8(ascii: "e"): UInt8(ascii: "\u{1B}"), UInt8(ascii: "E"): UInt8(ascii: "\u{1B}"),
    UInt8(ascii: "f"): UInt8(ascii: "\u{C}"), UInt8(ascii: "n"): UInt8(ascii: "\n"),
    UInt8(ascii: "r"): UInt8(ascii: "\r"), UInt8(ascii: "t"): UInt8(ascii: "\t"),
    UInt8(ascii: "v"): UInt8(ascii: "\u{B}"), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "'"): UInt8(ascii: "'"),
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "?"): UInt8(ascii: "?"),
  ]

  /// Reads the text between `$'` and the next `'`, with the escapes of bash.
  private mutating func readEscapedText(into word: inout [UInt8]) {
    while let byte = next() {
      if byte == UInt8(ascii: "'") { return }
      guard byte == UInt8(ascii: "\\"), let letter = next() else {
        word.append(byte)
        continue
      }
      switch letter {
      case UInt8(ascii: "x"): appendNumber(upTo: 2, radix: 16, letter, to: &word) { [UInt8(truncatingIfNeeded: $0)] }
      case UInt8(ascii: "u"), UInt8(ascii: "U"):
        appendNumber(upTo: letter == UInt8(ascii: "u") ? 4 : 8, radix: 16, letter, to: &word) { value in
          Array(String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8)
        }
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        index -= 1
        appendNumber(upTo: 3, radix: 8, letter, to: &word) { [UInt8(truncatingIfNeeded: $0)] }
      case UInt8(ascii: "c"): if let control = next() { word.append(control & 0x1F) }
      default:
        if let escaped = Self.escapes[letter] { word.append(escaped) } else { word += [byte, letter] }
      }
    }
    hasOpenQuote = true
  }

  /// Appends the bytes of the number in the next digits; without digits, the escape as it is written.
  private mutating func appendNumber(
    upTo count: Int, radix: UInt32, _ letter: UInt8, to word: inout [UInt8], _ encode: (UInt32) -> [UInt8]
  ) {
    var value: UInt32 = 0
    var digits = 0
    while digits < count, let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix {
      value = value << (radix == 16 ? 4 : 3) | UInt32(digit)
      digits += 1
      index += 1
    }
    word += digits == 0 ? [UInt8(ascii: "\\"), letter] : encode(value)
  }
}
