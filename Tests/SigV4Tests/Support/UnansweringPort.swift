#if os(Linux)
  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// A loopback port at which connecting hangs, as at an address that drops packets: its queue of connections is full.
  struct UnansweringPort: ~Copyable {
    struct Failure: Error {
      let errno: Int32
    }

    let port: Int
    private let sockets: [Int32]

    init() throws {
      #if canImport(Musl)
        let stream = SOCK_STREAM
      #else
        let stream = Int32(SOCK_STREAM.rawValue)
      #endif
      let listener = socket(AF_INET, stream, 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      var sockets = [listener]
      let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          guard bind(listener, address, length) == 0, getsockname(listener, address, &length) == 0,
            listen(listener, 0) == 0
          else { return Int32(-1) }
          // A queue of length 0 has room for one connection; the others wait outside.
          for _ in 0..<4 {
            let client = socket(AF_INET, stream, 0)
            sockets.append(client)
            _ = fcntl(client, F_SETFL, O_NONBLOCK)
            _ = connect(client, address, length)
          }
          return 0
        }
      }
      guard status == 0 else { throw Failure(errno: errno) }
      port = Int(UInt16(bigEndian: address.sin_port))
      self.sockets = sockets
    }

    deinit { for socket in sockets { close(socket) } }

    var baseURL: String { "http://127.0.0.1:\(port)" }
  }
#endif
