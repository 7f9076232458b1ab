#if !SwiftCrypto && !canImport(Darwin)
  import CSigV4TLS
  import Synchronization

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// The files with the certificates of the authorities that `https` servers must be certified by.
  struct TLSTrust: Sendable, Hashable {
    /// The variable that names the file; nil for the system's own file.
    private let variable: String?
    private let file: String
    private let directories: [String]

    /// Reads where the certificates are: `AWS_CA_BUNDLE` (AWS SDKs and Tools Reference Guide, "General configuration"), else
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the places that libssl was built with.
    init(environment: [String: String]) {
      let set = { (name: String) in environment[name]?.nonBlank }
      if let bundle = set("AWS_CA_BUNDLE") {
        (variable, file, directories) = ("AWS_CA_BUNDLE", bundle, [])
        return
      }
      variable = set("SSL_CERT_FILE").map { _ in "SSL_CERT_FILE" }
      let (usualFile, usualDirectory) = unsafe (
        String(cString: X509_get_default_cert_file()), String(cString: X509_get_default_cert_dir())
      )
      file = set("SSL_CERT_FILE") ?? usualFile
      let directory = set("SSL_CERT_DIR") ?? usualDirectory
      directories = directory.split(separator: ":").map(String.init)
    }

    /// The last context and what it was made of: the files are read once.
    private static let last = Mutex<(trust: TLSTrust, context: TLSContext)?>(nil)
    /// One thread: those who come while the files are read find the context made.
    private static let thread = BlockingThreads(limit: 1)

    /// The context for connections that trust these certificates.
    func context(until deadline: ContinuousClock.Instant) async throws(TransportError) -> TLSContext {
      if let context = cached { return context }
      let result: Result<TLSContext, TransportError>
      do throws(BlockingThreads.Failure) {
        result = try await Self.thread.run(until: deadline) { [self] in
          Result { () throws(TransportError) in
            if let context = cached { return context }
            let context = try TLSContext(trusting: self)
            Self.last.withLock { $0 = (self, context) }
            return context
          }
        }
      } catch {
        switch error {
        case .late: throw TransportError(.cannotConnect, "the trusted certificates weren't read within the deadline")
        case .cancelled: throw .cancelled
        case .noResources: throw .noResources("thread or descriptor")
        }
      }
      return try result.get()
    }

    private var cached: TLSContext? {
      Self.last.withLock { last in if let last, last.trust == self { last.context } else { nil } }
    }

    /// Loads all certificates now: what libssl would look up in directories later, it would look up while others wait.
    fileprivate func load(into store: OpaquePointer?) throws(TransportError) {
      var hasCertificates = try unsafe Self.load(file, into: store)
      if !hasCertificates, let variable {
        throw TransportError(
          .invalidRequest, "\(variable) must name a file with trusted certificates (PEM), and \(file.quoted) isn't one")
      }
      for directory in directories {
        for name in Self.certificates(in: directory) {
          if try unsafe Self.load("\(directory)/\(name)", into: store) { hasCertificates = true }
        }
      }
      guard hasCertificates else {
        throw TransportError(
          .invalidRequest,
          "this system has no trusted certificates: install ca-certificates, or name a file of them in AWS_CA_BUNDLE")
      }
    }

    /// Returns whether there were certificates in a file; others than regular files have none.
    private static func load(_ path: String, into store: OpaquePointer?) throws(TransportError) -> Bool {
      let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else {
        if errno == EMFILE || errno == ENFILE { throw .noResources("descriptor") }
        return false
      }
      var status = stat()
      let isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      close(descriptor)
      return unsafe isRegular && X509_STORE_load_file(store, path) == 1
    }

    /// The files in which libssl looks for an authority: eight hexadecimal digits, a dot and a number.
    private static func certificates(in directory: String) -> [String] {
      guard let stream = unsafe opendir(directory) else { return [] }
      defer { unsafe closedir(stream) }
      var names: [String] = []
      while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
        let isHash = name.prefix(8).allSatisfy { Hexadecimal.value(ofDigit: $0) != nil }
        guard isHash, name.count > 9, name[8] == UInt8(ascii: "."),
          name[9...].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { continue }
        names.append(String(decoding: name, as: UTF8.self))
      }
      return names
    }
  }

  /// The settings that TLS connections share: trusted certificates, TLS 1.2 and up, no renegotiation.
  @safe final class TLSContext: Sendable {
    /// Owned by this object, and not changed once set up, so that threads can share it (`SSL_CTX_new(3)`).
    nonisolated(unsafe) let context: OpaquePointer

    init(trusting trust: TLSTrust) throws(TransportError) {
      guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw .noResources("memory for TLS") }
      unsafe self.context = context
      unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
      // HTTP/1.1 by ALPN: a length and the name.
      let protocols = [8] + Array("http/1.1".utf8)
      guard unsafe sigv4_require_tls_1_2(context) == 1,
        unsafe SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count)) == 0
      else { throw .noResources("memory for TLS") }
      try unsafe trust.load(into: SSL_CTX_get_cert_store(context))
      ERR_clear_error()
    }

    deinit { unsafe SSL_CTX_free(context) }
  }
#endif
