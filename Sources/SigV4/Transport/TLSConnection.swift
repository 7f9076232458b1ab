#if !SwiftCrypto && !canImport(Darwin)
  /// A TLS connection over a socket, implemented by the system's libssl.
  struct TLSConnection: ~Copyable, Connection {
    private let socket: Socket
    private let session: TLSSession

    private init(_ session: consuming TLSSession, over socket: consuming Socket) {
      self.session = session
      self.socket = socket
    }

    /// Connects to the server of an `https` URL, through the environment's proxy if there is one.
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
        // No part of the request has been sent.
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

    /// Sends the session's pending bytes.
    private func flush(until deadline: ContinuousClock.Instant) async throws(TransportError) {
      let bytes = session.takeOutgoing()
      if !bytes.isEmpty { try await socket.send(bytes, until: deadline) }
    }

    /// Receives more bytes; a close without TLS's own end is an error, since an attacker could cause it.
    private func more(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8] {
      let bytes = try await socket.receive(until: deadline)
      guard !bytes.isEmpty else { throw TransportError(.closed, "the connection was closed") }
      return bytes
    }
  }
#endif

#if !SwiftCrypto && !canImport(Darwin)
  import CSigV4TLS

  /// The client side of one TLS session, which works on bytes and has no connection of its own.
  @safe struct TLSSession: ~Copyable {
    /// The result of reading.
    enum Reading {
      case bytes([UInt8])
      /// The peer has ended the session.
      case end
      /// More bytes must be received first.
      case incomplete
    }

    /// The maximum size of a record, in bytes.
    static let recordLimit = 16_384

    /// Owned by this value, and used by one task at a time.
    private let session: OpaquePointer
    /// The bytes from the peer and for the peer, in memory that the session owns.
    private let incoming: OpaquePointer?
    private let outgoing: OpaquePointer?

    /// Creates a session with a server whose certificate must be for `host`, a name or an IP address.
    init(with host: String, _ context: TLSContext) throws(TransportError) {
      unsafe session = try Self.session(with: host, context)
      unsafe (incoming, outgoing) = (SSL_get_rbio(session), SSL_get_wbio(session))
    }

    private static func session(with host: String, _ context: TLSContext) throws(TransportError) -> OpaquePointer {
      guard let session = unsafe SSL_new(context.context) else { throw .noResources("memory for TLS") }
      do throws(TransportError) {
        guard let incoming = unsafe BIO_new(BIO_s_mem()) else { throw .noResources("memory for TLS") }
        unsafe SSL_set0_rbio(session, incoming)
        guard let outgoing = unsafe BIO_new(BIO_s_mem()) else { throw .noResources("memory for TLS") }
        unsafe SSL_set0_wbio(session, outgoing)
        unsafe SSL_set_connect_state(session)
        // A name can end with the root's dot, which no certificate contains.
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        let parameters = unsafe SSL_get0_param(session)
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return unsafe session }
        unsafe X509_VERIFY_PARAM_set_hostflags(parameters, Self.nameFlags)
        // A leading dot would match the certificates of all subdomains (X509_check_host).
        guard !name.isEmpty, !name.hasPrefix("."), unsafe SSL_set1_host(session, name) == 1,
          unsafe sigv4_set_server_name(session, name) == 1
        else {
          throw TransportError(
            .invalidRequest, "the host name can't occur in a certificate: use a name or an IP address")
        }
        return unsafe session
      } catch {
        unsafe SSL_free(session)
        throw error
      }
    }

    /// Only names in subjectAltName match, and a wildcard is a whole label (RFC 9525, 6.3).
    private static let nameFlags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)

    deinit { unsafe SSL_free(session) }

    /// Continues the handshake; returns whether it is complete.
    func handshake() throws(TransportError) -> Bool {
      ERR_clear_error()
      let result = unsafe SSL_do_handshake(session)
      if result == 1 { return true }
      guard unsafe SSL_get_error(session, result) != SSL_ERROR_WANT_READ else { return false }
      throw TransportError(.cannotConnect, failure())
    }

    /// Encrypts bytes, at most one record of them, for ``takeOutgoing()``.
    func write(_ bytes: ArraySlice<UInt8>) throws(TransportError) {
      ERR_clear_error()
      let count = unsafe bytes.withUnsafeBytes { unsafe SSL_write(session, $0.baseAddress, Int32(clamping: $0.count)) }
      guard count == bytes.count else { throw TransportError(.closed, failure()) }
    }

    /// Decrypts the next received bytes.
    func read() throws(TransportError) -> Reading {
      ERR_clear_error()
      var count: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.recordLimit) { buffer, initialized in
        count = unsafe SSL_read(session, buffer.baseAddress, Int32(buffer.count))
        initialized = max(0, Int(count))
      }
      if count > 0 { return .bytes(bytes) }
      switch unsafe SSL_get_error(session, count) {
      case SSL_ERROR_ZERO_RETURN: return .end
      case SSL_ERROR_WANT_READ: return .incomplete
      default: throw TransportError(.badAnswer, failure())
      }
    }

    /// Adds bytes that the peer has sent.
    func received(_ bytes: [UInt8]) throws(TransportError) {
      guard unsafe BIO_write(incoming, bytes, Int32(clamping: bytes.count)) == bytes.count else {
        throw .noResources("memory for TLS")
      }
    }

    /// Removes and returns the bytes for the peer.
    func takeOutgoing() -> [UInt8] {
      let pending = unsafe BIO_ctrl_pending(outgoing)
      return unsafe [UInt8](unsafeUninitializedCapacity: pending) { buffer, initialized in
        initialized = max(0, Int(unsafe BIO_read(outgoing, buffer.baseAddress, Int32(clamping: buffer.count))))
      }
    }

    /// Describes the last failure in libssl's words, which quote no bytes of the peer.
    private func failure() -> String {
      let verification = unsafe SSL_get_verify_result(session)
      let error = ERR_peek_error()
      defer { ERR_clear_error() }
      guard verification == X509_V_OK else {
        let reason = unsafe String(cString: X509_verify_cert_error_string(verification))
        let remedy =
          switch Int32(clamping: verification) {
          case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID: "; check this machine's clock too"
          case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: ": it is for another host name"
          default: "; to trust it, set AWS_CA_BUNDLE to a file with its authority's certificate"
          }
        return "the server's certificate is rejected (\(reason))\(remedy)"
      }
      guard let reason = unsafe ERR_reason_error_string(error) else { return "TLS failed" }
      return "TLS failed (\(unsafe String(cString: reason)))"
    }
  }
#endif
