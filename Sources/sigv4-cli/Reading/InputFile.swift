import Foundation
import SigV4

/// Files that a command line names.
enum InputFile {
  /// The maximum size of an input that is read as a whole, in MiB, so that an endless one ends in an error.
  static let limit = 256

  /// The content of the file at `path`; of standard input for `-`.
  static func content(_ path: String) throws -> [UInt8] {
    let file: FileHandle
    if path == "-" {
      file = .standardInput
    } else {
      guard let opened = FileHandle(forReadingAtPath: path) else { throw unreadable(path) }
      file = opened
    }
    var bytes: [UInt8] = []
    while let piece = try next(of: file, path), !piece.isEmpty {
      bytes += piece
      guard bytes.count <= limit << 20 else {
        throw Failure("\(shown(path)) is larger than \(limit) MiB, the limit for this argument. Use a smaller one.")
      }
    }
    return bytes
  }

  /// The first bytes of the file at `path`, or of standard input for `-`.
  static func prefix(of path: String, count: Int) throws -> [UInt8] {
    guard let file = path == "-" ? .standardInput : FileHandle(forReadingAtPath: path) else { throw unreadable(path) }
    do { return Array(try file.read(upToCount: count) ?? Data()) } catch { throw unreadable(path) }
  }

  /// The next bytes of an open file; empty or `nil` at its end.
  static func next(of file: FileHandle, _ path: String) throws -> Data? {
    do { return try file.read(upToCount: 1 << 18) } catch { throw unreadable(path) }
  }

  static func unreadable(_ path: String) -> Failure {
    if path == "-" { return Failure("Standard input can't be read. Redirect it from a file, or name a file.") }
    return FileManager.default.fileExists(atPath: path)
      ? Failure("The file \(path) can't be read. Check its permissions, and that it isn't a folder.")
      : Failure("The file \(path) doesn't exist. Correct its path.")
  }

  private static func shown(_ path: String) -> String { path == "-" ? "Standard input" : "The file \(path)" }

  /// The content of the regular file at `path`, which a pasted command names: not of a device or a pipe.
  static func regularContent(_ path: String) throws -> [UInt8] {
    guard isRegular(path) else {
      throw Failure(
        "The file \(path) of the curl command can't be read: it isn't a regular file. Correct its path, or change to the command's folder."
      )
    }
    return try content(path)
  }

  /// Whether the path leads to a regular file.
  static func isRegular(_ path: String) -> Bool {
    let values = try? URL(filePath: path).resolvingSymlinksInPath().resourceValues(forKeys: [.isRegularFileKey])
    return values?.isRegularFile == true
  }

  /// The content that `argument` names, or `argument` itself as text.
  ///
  /// It names a file as `@FILE` or by the path of a file that exists, and standard input as `-` or `@-`.
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
    return "No file has this name, so it is read as text. Write @ before the name of a file."
  }
}
