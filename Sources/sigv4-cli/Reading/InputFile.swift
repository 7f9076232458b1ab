import Foundation

/// Files that a command line names.
enum InputFile {
  /// The content of the file at `path`; of standard input for `-`.
  static func content(_ path: String) throws -> [UInt8] {
    do {
      let data =
        path == "-" ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(filePath: path))
      return Array(data)
    } catch {
      throw Failure("The file \(path) can't be read.")
    }
  }

  /// The content of the regular file at `path`, which a pasted command names: not of a device or a pipe.
  static func regularContent(_ path: String) throws -> [UInt8] {
    let values = try? URL(filePath: path).resolvingSymlinksInPath().resourceValues(forKeys: [.isRegularFileKey])
    guard values?.isRegularFile == true else {
      throw Failure("The file \(path) of the curl command can't be read: there is no such regular file.")
    }
    return try content(path)
  }

  /// The content of the file that `argument` names as `@FILE` or by the path of a file that exists, of standard input for `-`
  /// or `@-`, otherwise `argument` itself as text.
  static func contentOrText(_ argument: String) throws -> [UInt8] {
    if argument.utf8.first == UInt8(ascii: "@") { return try content(String(Substring(argument.utf8.dropFirst()))) }
    if argument == "-" || FileManager.default.fileExists(atPath: argument) { return try content(argument) }
    return Array(argument.utf8)
  }

  /// A note about an argument that ``contentOrText(_:)`` reads as text, but that looks like the name of a file.
  static func noteOnMissingFile(_ argument: String) -> String? {
    let isWord = argument.utf8.allSatisfy { $0 > UInt8(ascii: " ") && !"<{\"".utf8.contains($0) }
    guard isWord, argument.utf8.first != UInt8(ascii: "@"), argument.utf8.contains(where: { "/.".utf8.contains($0) }),
      !FileManager.default.fileExists(atPath: argument)
    else { return nil }
    return "There is no file of the name given, which is read as text. Write @ before the name of a file."
  }
}
