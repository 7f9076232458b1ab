#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The meaning of the system's error numbers.
enum SystemErrorNumber {
  /// Whether a call failed because this process or the system has no descriptor or memory left.
  static func isExhaustion(_ number: Int32) -> Bool {
    switch number {
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: true
    default: false
    }
  }
}
