import SigV4

/// A command line as a shell passes it to its program: words without quotes, up to the operator that ends the command.
///
/// Nothing is expanded or run: `$NAME` and `$(…)` stay in the words, and ``unexpanded`` names them.
struct ShellCommand {
  /// The program's standard input in the shell.
  enum Input: Equatable {
    /// The content of a file: `< FILE`.
    case file(String)
    /// Text of the command line itself: `<<< TEXT`, or a here-document.
    case text([UInt8])
  }

  /// The program's arguments, without its name.
  var arguments: [[UInt8]] = []
  var input: Input?
  /// The variables and substitutions that a shell would have replaced.
  var unexpanded: [String] = []
  /// The option that the line after the command begins with: a `\` before the line break is missing.
  var strayOption: String?

  /// Finds the first command that runs curl, and reads it.
  ///
  /// - Parameter text: What was pasted: a prompt, assignments and other commands may precede curl, and its output may follow.
  /// - Returns: The command; `nil` if the text has none.
  /// - Throws: ``Failure`` if a quote of the command isn't closed.
  static func curl(in text: [UInt8]) throws -> ShellCommand? {
    let text = ShellPrompt.removed(from: text)
    let dialect = ShellDialect(of: text)
    if dialect == .cmd { return CmdLine.curl(in: text) }
    var reader = ShellReader(text, dialect)
    while !reader.isAtEnd {
      let (words, isComplete) = reader.readCommand()
      guard let program = words.firstIndex(where: isCurl) else { continue }
      let promptEnd = words[..<program].lastIndex(where: endsPrompt).map { $0 + 1 } ?? 0
      guard words[promptEnd..<program].allSatisfy(mayPrecede) else { continue }
      guard isComplete else {
        throw Failure("A quote in the command line isn't closed. Paste the whole command.")
      }
      return ShellCommand(
        arguments: Array(words[(program + 1)...]), input: reader.readInput(), unexpanded: reader.unexpanded,
        strayOption: reader.strayOption())
    }
    return nil
  }

  /// Whether a word names curl, with or without its folder, or `curl.exe`.
  static func isCurl(_ word: [UInt8]) -> Bool {
    guard let last = word.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).last else {
      return false
    }
    return ["curl", "curl.exe"].contains(last.asciiLowercased)
  }

  private static let wrappers = Set(
    [
      "sudo", "env", "time", "command", "exec", "nohup", "builtin", "winpty", "!", "{", "if", "then", "do", "while",
      "else",
    ].map { Array($0.utf8) })

  /// Whether a word may precede the program's name: an assignment, a word such as `sudo`, or an option of that.
  private static func mayPrecede(_ word: [UInt8]) -> Bool {
    wrappers.contains(word) || word.first == UInt8(ascii: "-") || word.contains(UInt8(ascii: "="))
  }

  /// Whether a word ends a prompt such as `user@host:~$`.
  private static func endsPrompt(_ word: [UInt8]) -> Bool {
    word.last.map { "$%#".utf8.contains($0) } == true
  }
}

/// How a command line escapes characters and continues on the next line.
enum ShellDialect {
  case posix, powerShell, cmd

  /// Finds the dialect by the first continued line, or by `^"`, which browsers write for cmd; POSIX if there is neither.
  init(of text: [UInt8]) {
    var quote: UInt8?
    var index = 0
    while index < text.count {
      let byte = text[index]
      let next = index + 1 < text.count ? text[index + 1] : UInt8(ascii: "\n")
      let endsLine = next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r")
      switch (byte, quote) {
      case (UInt8(ascii: "^"), nil) where endsLine || next == UInt8(ascii: "\""):
        self = .cmd
        return
      case (UInt8(ascii: "`"), nil) where endsLine && index + 1 < text.count:
        self = .powerShell
        return
      case (UInt8(ascii: "\\"), nil) where endsLine:
        self = .posix
        return
      case (UInt8(ascii: "\\"), nil), (UInt8(ascii: "\\"), UInt8(ascii: "\"")): index += 1
      case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil): quote = byte
      case (_, let open?) where byte == open: quote = nil
      default: break
      }
      index += 1
    }
    self = .posix
  }
}

/// The prompts that people paste with a command.
enum ShellPrompt {
  /// Removes a prompt such as `$ `, `C:\> ` or `PS C:\> ` from the first line, and `> ` from those that continue it.
  static func removed(from text: [UInt8]) -> [UInt8] {
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    lines = lines.drop { $0.allSatisfy { isBlank($0) } }
    guard let first = lines.first else { return [] }
    let command = afterPrompt(first)
    var result = Array(command)
    var continues = command.startIndex != first.startIndex
    for line in lines.dropFirst() {
      result.append(UInt8(ascii: "\n"))
      continues = continues && line.starts(with: "> ".utf8)
      result += continues ? line.dropFirst(2) : line
    }
    return result
  }

  private static func afterPrompt(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let line = line.drop(while: isBlank)
    let drive = line.starts(with: "PS ".utf8) ? line.dropFirst(3) : line
    if drive.dropFirst().starts(with: ":\\".utf8), let end = drive.firstIndex(of: UInt8(ascii: ">")) {
      return drive[(end + 1)...]
    }
    guard let mark = line.first, "$%>#".utf8.contains(mark), line.dropFirst().first.map(isBlank) == true else {
      return line
    }
    return line.dropFirst(2)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
