#if !SwiftCrypto && !canImport(CryptoKit)
  import CSigV4OpenSSL

  /// A SHA-256 in progress, by libcrypto; its state, which can replace a key, is wiped when it is freed.
  @safe struct SHA256: ~Copyable {
    /// Fetched once, because an implicit fetch at every use costs more than hashing a block; never freed or written again.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

    /// Owned by this value alone, and freed with it; any number of threads copy it, one thread writes it.
    nonisolated(unsafe) private let context: OpaquePointer

    init() throws(SigningError) {
      unsafe context = try Self.startedContext()
    }

    private static func startedContext() throws(SigningError) -> OpaquePointer {
      guard let algorithm = unsafe Self.algorithm, let context = unsafe EVP_MD_CTX_new() else {
        throw .crypto("libcrypto has no SHA-256")
      }
      guard unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
        unsafe EVP_MD_CTX_free(context)
        throw .crypto("libcrypto can't start a SHA-256")
      }
      return unsafe context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Starts again.
    mutating func reset() throws(SigningError) {
      guard unsafe EVP_DigestInit_ex2(context, nil, nil) == 1 else {
        throw .crypto("libcrypto can't start a SHA-256")
      }
    }

    /// Continues from the state of `other`.
    mutating func reset(to other: borrowing SHA256) throws(SigningError) {
      guard unsafe EVP_MD_CTX_copy_ex(context, other.context) == 1 else {
        throw .crypto("libcrypto can't copy a SHA-256")
      }
    }

    mutating func update(_ bytes: Span<UInt8>) throws(SigningError) {
      let result = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe EVP_DigestUpdate(context, source.baseAddress, source.count)
      }
      guard result == 1 else { throw .crypto("libcrypto can't continue a SHA-256") }
    }

    mutating func finalize() throws(SigningError) -> SHA256Digest {
      var digest = SHA256Digest()
      let result = unsafe digest.withMutableBytes { unsafe EVP_DigestFinal_ex(context, $0, nil) }
      guard result == 1 else { throw .crypto("libcrypto can't finish a SHA-256") }
      return digest
    }

    /// Appends the hash to `buffer`, for a hash that is a key.
    mutating func finalize(to buffer: inout ByteBuffer) throws(SigningError) {
      let result = unsafe buffer.append(byteCount: SHA256Digest.byteCount) {
        unsafe EVP_DigestFinal_ex(context, $0, nil)
      }
      guard result == 1 else { throw .crypto("libcrypto can't finish a SHA-256") }
    }
  }
#endif
