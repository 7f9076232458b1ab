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

  /// The content of the file at `argument` if there is one, or else `argument` itself as text.
  static func contentOrText(_ argument: String) throws -> [UInt8] {
    if argument == "-" || FileManager.default.fileExists(atPath: argument) { return try content(argument) }
    // A word such as answer.xml or ./answer is the name of a file that isn't there.
    let isName = argument.utf8.allSatisfy { $0 > 0x20 && !"<{\"".utf8.contains($0) }
    if isName, argument.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }) {
      throw Failure("The file \(argument) can't be read.")
    }
    return Array(argument.utf8)
  }
}
