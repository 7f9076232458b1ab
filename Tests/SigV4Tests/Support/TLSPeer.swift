#if os(Linux) && !SwiftCrypto
  import CSigV4TLS

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  @testable import SigV4

  /// A certificate with its key, signed by an authority or by itself.
  final class TLSIdentity: @unchecked Sendable {  // Nothing is changed after init.
    struct Failure: Error {}

    fileprivate let key: OpaquePointer
    fileprivate let certificate: OpaquePointer

    /// Creates an identity.
    ///
    /// - Parameters:
    ///   - names: Its alternative names, as in `DNS:localhost,IP:127.0.0.1`; nil for an authority.
    ///   - authority: The signer; nil for itself.
    ///   - validity: The seconds from now at which it begins and ends to be valid.
    /// - Throws: ``Failure`` if libcrypto can't make it.
    init(names: String?, signedBy authority: TLSIdentity? = nil, validity: ClosedRange<Int> = -3600...3600) throws {
      guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil), let certificate = X509_new() else {
        throw Failure()
      }
      defer { EVP_PKEY_CTX_free(context) }
      var key: OpaquePointer?
      guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "prime256v1") == 1,
        EVP_PKEY_generate(context, &key) == 1, let key
      else { throw Failure() }
      (self.key, self.certificate) = (key, certificate)
      X509_set_version(certificate, 2)
      ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...1_000_000_000))
      X509_gmtime_adj(X509_getm_notBefore(certificate), validity.lowerBound)
      X509_gmtime_adj(X509_getm_notAfter(certificate), validity.upperBound)
      X509_set_pubkey(certificate, key)
      let subject = names == nil ? "authority" : "server"
      X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", 0x1001, subject, -1, -1, 0)
      X509_set_issuer_name(certificate, X509_get_subject_name(authority?.certificate ?? certificate))
      let (kind, value) =
        names.map { (NID_subject_alt_name, $0) } ?? (NID_basic_constraints, "critical,CA:TRUE")
      guard let part = X509V3_EXT_conf_nid(nil, nil, kind, value) else { throw Failure() }
      X509_add_ext(certificate, part, -1)
      X509_EXTENSION_free(part)
      guard X509_sign(certificate, authority?.key ?? key, EVP_sha256()) > 0 else { throw Failure() }
    }

    deinit {
      X509_free(certificate)
      EVP_PKEY_free(key)
    }

    /// The path of an unlinked file with the certificate, which exists until this process ends.
    func makeFile() throws -> String {
      var template = Array("/tmp/sigv4-certificate-XXXXXX\0".utf8CString)
      let descriptor = mkstemp(&template)
      guard descriptor >= 0, let memory = BIO_new(BIO_s_mem()) else { throw Failure() }
      defer { BIO_free(memory) }
      unlink(template)
      PEM_write_bio_X509(memory, certificate)
      var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(memory))
      BIO_read(memory, &bytes, Int32(bytes.count))
      guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure() }
      return "/proc/self/fd/\(descriptor)"
    }
  }

  /// The authority that the clients of the tests trust, and the certificates that it has signed.
  struct TLSFixture: Sendable {
    let authority: TLSIdentity
    let server: TLSIdentity
    fileprivate let file: String

    static let shared = Result {
      let authority = try TLSIdentity(names: nil)
      return TLSFixture(
        authority: authority,
        server: try TLSIdentity(names: "DNS:localhost,DNS:sts.example.test,IP:127.0.0.1", signedBy: authority),
        file: try authority.makeFile())
    }

    /// The environment of a client that trusts the authority.
    static let environment: [String: String] = (try? shared.get()).map { ["AWS_CA_BUNDLE": $0.file] } ?? [:]
  }

  /// A TLS server on loopback that passes what it decrypts on to another port, and back.
  final class TLSPeer: @unchecked Sendable {  // The context is changed before the first connection only.
    /// How the server ends TLS when the other port has closed.
    enum Ending { case closeNotify, truncation }

    private let context: OpaquePointer
    private let ending: Ending
    private(set) var peer: LoopbackPeer?

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - port: The port on 127.0.0.1 to pass on to.
    ///   - identity: The server's certificate; nil for the fixture's.
    ///   - versions: The lowest and the highest version of TLS.
    ///   - ending: How it ends TLS.
    ///   - renegotiates: Whether it requests a new handshake before it responds.
    /// - Throws: An error if there is no port or no memory for it.
    init(
      to port: Int, as identity: TLSIdentity? = nil, versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION,
      ending: Ending = .closeNotify, renegotiates: Bool = false
    ) throws {
      let identity = try identity ?? TLSFixture.shared.get().server
      guard let context = SSL_CTX_new(TLS_server_method()) else { throw TLSIdentity.Failure() }
      self.context = context
      self.ending = ending
      SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0")
      SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(versions.lowerBound), nil)
      SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(versions.upperBound), nil)
      guard SSL_CTX_use_certificate(context, identity.certificate) == 1,
        SSL_CTX_use_PrivateKey(context, identity.key) == 1
      else { throw TLSIdentity.Failure() }
      peer = try LoopbackPeer { [self] in serve($0, port, renegotiates) }
    }

    deinit { SSL_CTX_free(context) }

    var port: Int { peer?.port ?? 0 }
    var baseURL: String { "https://127.0.0.1:\(port)" }

    func stop() {
      peer?.stop()
      peer = nil
    }

    private func serve(_ client: PeerSocket, _ port: Int, _ renegotiates: Bool) {
      guard let session = SSL_new(context) else { return client.reset() }
      defer { SSL_free(session) }
      SSL_set_fd(session, client.descriptor)
      guard SSL_accept(session) == 1, let next = PeerSocket.connected(to: port) else { return client.reset() }
      defer { next.end() }
      var buffer = [UInt8](repeating: 0, count: 16_384)
      while true {
        var waits = [client, next].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        if SSL_pending(session) == 0 { poll(&waits, 2, -1) } else { waits[0].revents = Int16(POLLIN) }
        if waits[0].revents != 0 {
          let count = SSL_read(session, &buffer, Int32(buffer.count))
          if count > 0 {
            if renegotiates {
              SSL_renegotiate(session)
              SSL_do_handshake(session)
            }
            next.sent(Array(buffer.prefix(Int(count))))
          } else if SSL_get_error(session, count) != SSL_ERROR_WANT_READ {
            return client.end()
          }
        }
        if waits[1].revents != 0 {
          guard let bytes = next.received() else { break }
          guard !bytes.isEmpty else { return client.reset() }
          guard SSL_write(session, bytes, Int32(bytes.count)) > 0 else { return client.end() }
        }
      }
      if ending == .closeNotify { SSL_shutdown(session) }
      client.shutDown()
      client.end()
    }
  }
#endif
