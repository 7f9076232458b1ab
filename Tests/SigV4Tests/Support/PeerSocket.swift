#if os(Linux)
  import LocalAWS
  import NIOCore
  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  @testable import SigV4

  /// A blocking socket of a test's peer, which raises no signal.
  struct PeerSocket: Sendable {
    struct Failure: Error {
      let errno: Int32
    }

    let descriptor: Int32

    /// A socket that listens on a free port of 127.0.0.1, with room for so many connections that aren't accepted yet.
    static func listening(queue: Int32 = 512) throws -> (socket: PeerSocket, port: Int) {
      let listener = PeerSocket(descriptor: socket(AF_INET, Socket.stream, 0))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          bind(listener.descriptor, address, length) == 0
            && getsockname(listener.descriptor, address, &length) == 0 && listen(listener.descriptor, queue) == 0
        }
      }
      guard status else { throw Failure(errno: errno) }
      return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A connection to a port of 127.0.0.1; nil if the connection is refused.
    static func connected(to port: Int) -> PeerSocket? {
      let client = PeerSocket(descriptor: socket(AF_INET, Socket.stream, 0))
      if client.reach(port) { return client }
      client.end()
      return nil
    }

    /// A socket that begins to connect to a port of 127.0.0.1, and doesn't wait for it.
    static func connecting(to port: Int) -> PeerSocket {
      let client = PeerSocket(descriptor: socket(AF_INET, Socket.stream, 0))
      _ = fcntl(client.descriptor, F_SETFL, O_NONBLOCK)
      _ = client.reach(port)
      return client
    }

    /// Connects to a port of 127.0.0.1; returns whether it is connected.
    private func reach(_ port: Int) -> Bool {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
      address.sin_port = UInt16(port).bigEndian
      return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
    }

    /// The next connection; nil once the listener is shut down.
    func accepted() -> PeerSocket? {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { return nil }
      var value: Int32 = 1
      for option in PeerCheck.options {
        setsockopt(
          connection, option.level.rawValue, option.name.rawValue, &value, socklen_t(MemoryLayout<Int32>.size))
      }
      return PeerSocket(descriptor: connection)
    }

    /// The next bytes; nil at the end, empty if the connection was reset.
    func received() -> [UInt8]? {
      var buffer = [UInt8](repeating: 0, count: 16_384)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 { return nil }
      return Array(buffer.prefix(max(0, count)))
    }

    /// Sends bytes; returns whether the other side was still connected.
    @discardableResult func sent(_ bytes: [UInt8]) -> Bool {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }

    /// Makes the calls that wait for the socket return.
    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Closes with a TCP reset.
    func reset() {
      var now = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
      end()
    }

    func end() { _ = close(descriptor) }
  }

  /// A peer on a free loopback port that runs its closure for each connection, on a new thread.
  final class LoopbackPeer: Sendable {
    let port: Int
    private let listener: PeerSocket

    /// Starts a peer; `serve` owns the connection that it gets.
    init(serve: @escaping @Sendable (PeerSocket) -> Void) throws {
      let (listener, port) = try PeerSocket.listening()
      (self.listener, self.port) = (listener, port)
      let isRunning = SystemThread.start {
        while let connection = listener.accepted() {
          if !SystemThread.start({ serve(connection) }) { connection.reset() }
        }
        listener.end()
      }
      guard isRunning else { throw PeerSocket.Failure(errno: EAGAIN) }
    }

    /// Stops accepting.
    func stop() { listener.shutDown() }
  }
#endif
