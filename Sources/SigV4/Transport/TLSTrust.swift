#if !SwiftCrypto && !canImport(Darwin)
  import CSigV4TLS
  import Synchronization

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// The files and directories with the certificates that `https` trusts.
  struct TLSTrust: Sendable, Hashable {
    /// The variable that names the file; nil for the system's own file.
    private let variable: String?
    private let file: String
    private let directories: [String]

    /// Reads the paths from `AWS_CA_BUNDLE` (AWS SDKs and Tools Reference Guide, "General configuration"), or from
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`; they default to libssl's built-in paths.
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

    private struct Made {
      let trust: TLSTrust
      /// The stamps of the files and directories before they were read.
      let stamps: [FileStamp?]
      let context: TLSContext
      /// When the stamps were last compared.
      var checked: ContinuousClock.Instant
    }

    /// The last context; the files are read again when one of them has changed.
    private static let last = Mutex<Made?>(nil)
    /// A small set of threads, since callers share the context once it exists.
    private static let threads = BlockingThreads(limit: 4)

    /// Returns the context for connections that trust these certificates, no older than `age`.
    func context(
      until deadline: ContinuousClock.Instant, age: Duration = .seconds(1)
    ) async throws(TransportError) -> TLSContext {
      if let last, .now - last.checked < age { return last.context }
      let result: Result<TLSContext, TransportError>
      do throws(BlockingThreads.Failure) {
        result = try await Self.threads.run(until: deadline) { [self] in
          Result { () throws(TransportError) in
            let checked = ContinuousClock.now
            let stamps = ([file] + directories).map { FileStamp(of: $0) }
            let last = last
            var made: Made
            if let last, last.stamps == stamps {
              made = last
            } else {
              do throws(TransportError) {
                made = Made(trust: self, stamps: stamps, context: try TLSContext(trusting: self), checked: checked)
              } catch {
                // While a file is being replaced, the previous context remains in use.
                guard let last else { throw error }
                made = last
              }
            }
            made.checked = checked
            Self.last.withLock { [made] in $0 = made }
            return made.context
          }
        }
      } catch {
        throw error.transportError(late: "the trusted certificates weren't read within the deadline")
      }
      return try result.get()
    }

    private var last: Made? { Self.last.withLock { $0?.trust == self ? $0 : nil } }

    /// Loads all certificates now, because libssl's lookup in directories would block a handshake.
    fileprivate func load(into store: OpaquePointer?) throws(TransportError) {
      var hasCertificates = try unsafe Self.load(file, into: store)
      if !hasCertificates, let variable {
        throw TransportError(
          .invalidRequest, "\(file.quoted) isn't a file with certificates (PEM): set \(variable) to one")
      }
      for directory in directories {
        for name in try Self.certificates(in: directory) {
          if try unsafe Self.load("\(directory)/\(name)", into: store) { hasCertificates = true }
        }
      }
      guard hasCertificates else {
        throw TransportError(
          .invalidRequest,
          "this system has no trusted certificates: install ca-certificates, or set AWS_CA_BUNDLE to a file with certificates"
        )
      }
    }

    /// Returns whether a file contains certificates; only regular files do.
    private static func load(_ path: String, into store: OpaquePointer?) throws(TransportError) -> Bool {
      let bytes: [UInt8]
      do throws(ProviderFiles.Failure) {
        bytes = try ProviderFiles.readNow(path)
      } catch {
        if error == .noResources { throw .noResources("descriptor or memory") }
        return false
      }
      guard let source = unsafe BIO_new(BIO_s_mem()) else { throw .noResources("memory for TLS") }
      defer { unsafe BIO_free(source) }
      guard unsafe bytes.isEmpty || BIO_write(source, bytes, Int32(clamping: bytes.count)) == bytes.count else {
        throw .noResources("memory for TLS")
      }
      var hasCertificates = false
      while let certificate = unsafe PEM_read_bio_X509_AUX(source, nil, nil, nil) {
        defer { unsafe X509_free(certificate) }
        guard unsafe X509_STORE_add_cert(store, certificate) == 1 else { throw .noResources("memory for TLS") }
        hasCertificates = true
      }
      // Any other end means a malformed certificate, and the whole file is rejected.
      return hasCertificates && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
    }

    /// Returns the files that libssl searches for an authority: eight hexadecimal digits, a dot and a number.
    private static func certificates(in directory: String) throws(TransportError) -> [String] {
      guard let stream = unsafe opendir(directory) else {
        if SystemErrorNumber.isExhaustion(errno) { throw .noResources("descriptor or memory") }
        return []
      }
      defer { unsafe closedir(stream) }
      var names: [String] = []
      while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
        let isHash = name.prefix(8).allSatisfy { Hexadecimal.value(ofDigit: $0) != nil }
        guard isHash, name.count > 9, name[8] == UInt8(ascii: "."),
          name[9...].allSatisfy(\.isASCIIDigit)
        else { continue }
        names.append(String(decoding: name, as: UTF8.self))
      }
      return names
    }
  }

  /// The properties that change when a file or directory is replaced or written.
  private struct FileStamp: Hashable {
    private let device: dev_t
    private let inode: ino_t
    private let size: off_t
    private let seconds: time_t
    private let nanoseconds: Int

    /// Creates the stamp of a file; nil if the file can't be accessed.
    init?(of path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      device = status.st_dev
      inode = status.st_ino
      size = status.st_size
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  /// The settings that TLS connections share: trusted certificates, TLS 1.2 or later, no renegotiation.
  @safe final class TLSContext: Sendable {
    /// Owned by this object and never changed after setup, so that threads can share it (`SSL_CTX_new(3)`).
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
