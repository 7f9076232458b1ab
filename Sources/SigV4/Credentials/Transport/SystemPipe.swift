#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import CSigV4Linux
  import Musl
#else
  import CSigV4Linux
  import Glibc
#endif

/// A pipe of the system, whose ends the owner closes.
struct SystemPipe {
  let reading: Int32
  let writing: Int32

  /// Creates a pipe that no other program inherits, and whose reading end never blocks; nil if no descriptors are left.
  init?() {
    var ends: (reading: Int32, writing: Int32) = (-1, -1)
    let status = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
      guard let ends = unsafe bytes.bindMemory(to: Int32.self).baseAddress else { return Int32(-1) }
      #if canImport(Darwin)
        return unsafe pipe(ends)
      #else
        return unsafe sigv4_pipe(ends)
      #endif
    }
    guard status == 0 else { return nil }
    #if canImport(Darwin)
      for end in [ends.reading, ends.writing] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #endif
    _ = fcntl(ends.reading, F_SETFL, fcntl(ends.reading, F_GETFL) | O_NONBLOCK)
    (reading, writing) = ends
  }
}
