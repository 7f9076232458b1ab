import SigV4

/// Reads a command line of Windows' cmd: carets escape, and the program's runtime splits the words.
enum CmdLine {
  /// The command, if it runs curl.
  static func curl(in text: [UInt8]) -> ShellCommand? {
    let words = split(commandLine(text))
    guard let program = words.firstIndex(where: ShellCommand.isCurl) else { return nil }
    return ShellCommand(arguments: Array(words[(program + 1)...]))
  }

  /// The line that cmd passes on: without carets, up to an operator or a line break.
  private static func commandLine(_ text: [UInt8]) -> [UInt8] {
    var line: [UInt8] = []
    var isQuoted = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      switch byte {
      case UInt8(ascii: "^") where !isQuoted:
        if index < text.count, text[index] == UInt8(ascii: "\r") { index += 1 }
        if index < text.count, text[index] == UInt8(ascii: "\n") { index += 1 }
        // The byte after a caret is literal, also after a line break.
        if index < text.count {
          line.append(text[index])
          index += 1
        }
      case UInt8(ascii: "\""):
        isQuoted.toggle()
        line.append(byte)
      case _ where !isQuoted && "\n|&<>".utf8.contains(byte):
        // A digit before a redirection is a handle, as in 2>nul.
        if let last = line.last, byte == UInt8(ascii: ">"), last.isASCIIDigit,
          line.dropLast().last == UInt8(ascii: " ")
        {
          line.removeLast()
        }
        return line
      default: line.append(byte)
      }
    }
    return line
  }

  /// The words as programs of Windows split their command line: `\"` is a quote, and other backslashes are literal.
  private static func split(_ line: [UInt8]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    var hasWord = false
    var isQuoted = false
    var index = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\\"):
        var count = 1
        while index < line.count, line[index] == byte { (index, count) = (index + 1, count + 1) }
        let precedesQuote = index < line.count && line[index] == UInt8(ascii: "\"")
        word += [UInt8](repeating: byte, count: precedesQuote ? count / 2 : count)
        hasWord = true
        guard precedesQuote, count % 2 == 1 else { continue }
        word.append(UInt8(ascii: "\""))
        index += 1
      case UInt8(ascii: "\""):
        hasWord = true
        if isQuoted, index < line.count, line[index] == byte {
          word.append(byte)
          index += 1
        } else {
          isQuoted.toggle()
        }
      case UInt8(ascii: " ") where !isQuoted, UInt8(ascii: "\t") where !isQuoted, UInt8(ascii: "\r") where !isQuoted:
        if hasWord { words.append(word) }
        (word, hasWord) = ([], false)
      default:
        word.append(byte)
        hasWord = true
      }
    }
    if hasWord { words.append(word) }
    return words
  }
}
