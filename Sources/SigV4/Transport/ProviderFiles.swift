#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reads files for providers, injected so that tests can replace it.
package struct ProviderFiles: Sendable {
  /// The reason for missing content.
  package enum Failure: Error, Hashable {
    /// The file doesn't exist.
    case missing
    /// The file or its directory can't be read, or the file is too large.
    case unreadable
    /// The path names a directory, a pipe, a socket or a device.
    case notRegular
    /// The file system didn't respond in time.
    case late
    /// This process has no descriptor, memory or thread left.
    case noResources
    /// The calling task was cancelled.
    case cancelled
  }

  /// The maximum time to read a file, in seconds.
  private static let timeLimit = 5

  /// The maximum size of a file, in bytes.
  private static let sizeLimit = 4 << 20

  /// Returns the content of the file at a path, or throws ``Failure``.
  package var read: @Sendable (_ path: String) async throws(Failure) -> [UInt8]

  /// Creates a reader of files; the default reads the system's files.
  package init(
    read: @escaping @Sendable (_ path: String) async throws(Failure) -> [UInt8] = ProviderFiles.readFile
  ) {
    self.read = read
  }

  /// Reads a regular file on a thread that may block; the null device is an empty file.
  package static func readFile(_ path: String) async throws(Failure) -> [UInt8] {
    let content: Result<[UInt8], Failure>
    do throws(BlockingThreads.Failure) {
      content = try await BlockingThreads.files.run(until: .now + .seconds(timeLimit)) {
        Result { () throws(Failure) in try readNow(path) }
      }
    } catch {
      switch error {
      case .late: throw .late
      case .cancelled: throw .cancelled
      case .noResources: throw .noResources
      }
    }
    return try content.get()
  }

  /// Reads a regular file on the calling thread, which may block.
  static func readNow(_ path: String) throws(Failure) -> [UInt8] {
    // Without O_NONBLOCK, opening a named pipe waits for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw .missing
      case let number where SystemErrorNumber.isExhaustion(number): throw .noResources
      case ENXIO: throw .notRegular
      default: throw .unreadable
      }
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable }
    if status.st_mode & S_IFMT != S_IFREG {
      var null = stat()
      guard status.st_mode & S_IFMT == S_IFCHR, unsafe stat("/dev/null", &null) == 0, null.st_rdev == status.st_rdev
      else { throw .notRegular }
      return []
    }
    return try readToEnd(descriptor)
  }

  private static func readToEnd(_ descriptor: Int32) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 8192)
    while bytes.count <= sizeLimit {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe systemRead(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count > 0 { bytes += buffer.prefix(count) } else if errno != EINTR { throw .unreadable }
    }
    throw .unreadable
  }
}

/// Calls `read(2)`, whose name the stored property hides.
@unsafe private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(descriptor, buffer, count)
}
