#if !SwiftCrypto && !canImport(Darwin)
  /// A TLS connection over a socket, through the system's libssl.
  struct TLSConnection: ~Copyable, Connection {
    private let socket: Socket
    private let session: TLSSession

    private init(_ session: consuming TLSSession, over socket: consuming Socket) {
      self.session = session
      self.socket = socket
    }

    /// Connects to the server of an `https` URL, through the proxy that the environment names for it.
    static func connect(
      to url: HTTPURL, environment: [String: String], until deadline: ContinuousClock.Instant
    ) async throws(TransportError) -> TLSConnection {
      let proxy = try HTTPSProxy(for: url, environment: environment)
      let context = try await TLSTrust(environment: environment).context(until: deadline)
      let session = try TLSSession(with: url.host, context)
      let connection = TLSConnection(session, over: try await Socket(connectedTo: proxy?.url ?? url, until: deadline))
      do throws(TransportError) {
        try await proxy?.connect(connection.socket, to: url, until: deadline)
        while try !connection.session.handshake() {
          try await connection.flush(until: deadline)
          try connection.session.received(try await connection.more(until: deadline))
        }
        try await connection.flush(until: deadline)
      } catch {
        // Nothing of the request has been sent.
        switch error.code {
        case .timedOut: throw TransportError(.cannotConnect, "no TLS connection within the deadline")
        case .closed: throw TransportError(.cannotConnect, "\(error.message) before TLS was set up")
        default: throw error
        }
      }
      return connection
    }

    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(TransportError) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = rest.prefix(TLSSession.recordLimit)
        try session.write(part)
        try await flush(until: deadline)
        rest = rest.dropFirst(part.count)
      }
    }

    func receive(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8] {
      while true {
        switch try session.read() {
        case .bytes(let bytes): return bytes
        case .end: return []
        case .incomplete:
          try await flush(until: deadline)
          try session.received(try await more(until: deadline))
        }
      }
    }

    /// Sends what the session has to say.
    private func flush(until deadline: ContinuousClock.Instant) async throws(TransportError) {
      let bytes = session.takeOutgoing()
      if !bytes.isEmpty { try await socket.send(bytes, until: deadline) }
    }

    /// More from the peer, which must end TLS before it closes: anybody in between could close.
    private func more(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8] {
      let bytes = try await socket.receive(until: deadline)
      guard !bytes.isEmpty else { throw TransportError(.closed, "the connection was closed") }
      return bytes
    }
  }
#endif
