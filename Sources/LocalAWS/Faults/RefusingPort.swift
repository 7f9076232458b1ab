#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A loopback port at which every connection is refused.
///
/// The port is bound, but nothing listens on it, so that no other program can use it. It is released with this value.
public struct RefusingPort: ~Copyable, Sendable {
  /// The system's error number if no port is available.
  public struct Failure: Error, Hashable {
    /// The value of `errno`.
    public let errno: Int32
  }

  /// The number of the port on 127.0.0.1.
  public let port: Int
  private let socket: Int32

  /// Reserves a free port.
  ///
  /// - Throws: ``Failure`` if no socket or port is available.
  public init() throws(Failure) {
    #if canImport(Glibc)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let socket = systemSocket(AF_INET, stream, 0)
    guard socket >= 0 else { throw Failure(errno: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, length) == 0 ? getsockname(socket, address, &length) : -1
      }
    }
    guard status == 0 else {
      let failure = Failure(errno: errno)
      close(socket)
      throw failure
    }
    self.socket = socket
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(socket) }

  /// The URL of the port's root without a trailing slash, such as `http://127.0.0.1:49152`.
  public var baseURL: String { LoopbackAddress.ipv4.baseURL(port: port) }
}

/// `socket(2)`, whose name the stored property hides.
private func systemSocket(_ domain: Int32, _ type: Int32, _ proto: Int32) -> Int32 { socket(domain, type, proto) }
