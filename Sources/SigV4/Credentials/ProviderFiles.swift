#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What a provider reads files with, so that tests can tell it otherwise.
package struct ProviderFiles: Sendable {
  /// Why there is no content.
  package enum Failure: Error, Hashable {
    /// There is no such file.
    case missing
    /// The file, or the way to it, can't be read, or it is larger than any file of this kind.
    case unreadable
  }

  /// The content of the file at a path; it throws ``Failure``.
  package var read: @Sendable (_ path: String) throws(Failure) -> [UInt8]

  /// Creates a way to read files; where left out, the system's.
  package init(read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8] = ProviderFiles.readFile) {
    self.read = read
  }

  /// Reads a file of the system, or what a device or a pipe gives.
  package static func readFile(_ path: String) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable }
    defer { close(descriptor) }
    guard let bytes = readToEnd(descriptor, limit: 4 << 20) else { throw .unreadable }
    return bytes
  }

  /// All that a descriptor gives, `nil` where reading fails or there is more than `limit` bytes.
  private static func readToEnd(_ descriptor: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 8192)
    while bytes.count <= limit {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe systemRead(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count > 0 { bytes += buffer.prefix(count) } else if errno != EINTR { return nil }
    }
    return nil
  }
}

/// `read(2)`, whose name the stored property hides.
@unsafe private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(descriptor, buffer, count)
}
