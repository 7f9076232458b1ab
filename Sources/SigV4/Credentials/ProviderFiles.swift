#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a provider reads files with, so that tests can tell it otherwise.
package struct ProviderFiles: Sendable {
  /// Why there is no content.
  package enum Failure: Error, Hashable {
    /// There is no such file.
    case missing
    /// The file, or the way to it, can't be read, or the path is none.
    case unreadable
  }

  /// The content of the file at a path; it throws ``Failure``.
  package var read: @Sendable (_ path: String) throws(Failure) -> [UInt8]

  /// Creates a way to read files; where left out, the system's.
  package init(read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8] = ProviderFiles.readFile) {
    self.read = read
  }

  /// Reads a file of the system.
  package static func readFile(_ path: String) throws(Failure) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
      throw .missing
    } catch {
      throw .unreadable
    }
  }
}
