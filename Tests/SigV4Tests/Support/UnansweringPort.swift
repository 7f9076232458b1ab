#if os(Linux)
  /// A loopback port at which connecting hangs, as at an address that drops packets: its queue of connections is full.
  struct UnansweringPort: ~Copyable {
    let port: Int
    private let sockets: [PeerSocket]

    init() throws {
      // A queue of length 0 has room for one connection; further ones aren't answered.
      let (listener, port) = try PeerSocket.listening(queue: 0)
      self.port = port
      sockets = [listener] + (0..<4).map { _ in PeerSocket.connecting(to: port) }
    }

    deinit { for socket in sockets { socket.end() } }

    var baseURL: String { "http://127.0.0.1:\(port)" }
  }
#endif
