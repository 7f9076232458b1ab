#if SwiftCrypto
  import Crypto
#elseif canImport(CryptoKit)
  import CryptoKit
#else
  import CSigV4OpenSSL
#endif

extension SHA256 {
  /// Returns the hash of `bytes`.
  static func hash(_ bytes: Span<UInt8>) throws(SigningError) -> SHA256Digest {
    var hash = try SHA256()
    try hash.update(bytes)
    return try hash.finalize()
  }

  /// Returns the hash of the UTF-8 of `text`.
  static func hash(_ text: String) throws(SigningError) -> SHA256Digest {
    var hash = try SHA256()
    try hash.update(text)
    return try hash.finalize()
  }

  /// Continues with `range` of `buffer`.
  @inline(__always)
  mutating func update(_ range: Range<Int>, of buffer: borrowing ByteBuffer) throws(SigningError) {
    try buffer.withBytes(range) { (bytes) throws(SigningError) in try update(bytes) }
  }

  /// Continues with the UTF-8 of `text`.
  mutating func update(_ text: String) throws(SigningError) {
    try text.withBytes { (bytes) throws(SigningError) in try update(bytes) }
  }
}

extension SigningError {
  /// The crypto library failed.
  @inline(never)  // off the path of signing
  static func crypto(_ what: String) -> SigningError {
    SigningError(
      .cryptoFailure,
      "\(what). Check that the process has memory, and that a provider of libcrypto implements the algorithm.")
  }
}

/// The 32 bytes of a SHA-256 or of an HMAC over it, stored inline.
struct SHA256Digest: Sendable, Hashable {
  /// The bytes in memory order.
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  static let byteCount = 32

  // rule: payload-nothing-has-hash
  /// The hash of nothing, in lower-case hex.
  static let hexOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  init() {}

  /// Reads 64 lower-case hex digits; `nil` for any other text.
  init?(lowercaseHex digits: Span<UInt8>) {
    guard digits.count == Self.byteCount * 2 else { return nil }
    var invalid: UInt8 = 0
    unsafe withUnsafeMutableBytes(of: &words) { bytes in
      for index in 0..<Self.byteCount {
        let high = Hexadecimal.lowercaseValue(ofDigit: digits[index * 2])
        let low = Hexadecimal.lowercaseValue(ofDigit: digits[index * 2 + 1])
        invalid |= (high | low) & 0xF0
        unsafe bytes[index] = high << 4 | low & 0x0F
      }
    }
    guard invalid == 0 else { return nil }
  }

  static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
    // Compares every word, so that the time doesn't reveal where two signatures differ.
    (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
      | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3) == 0
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
  }

  func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    unsafe withUnsafeBytes(of: words) { bytes in
      unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe body($0.span) }
    }
  }

  mutating func withMutableBytes<Result>(_ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
    unsafe withUnsafeMutablePointer(to: &words) { words in
      unsafe words.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount) { unsafe body($0) }
    }
  }

  /// The bytes in lower-case hex.
  var hex: String {
    withBytes { Hexadecimal.string($0) }
  }

  /// The bytes as an array.
  var bytes: [UInt8] {
    withBytes { span in span.indices.map { span[$0] } }
  }
}

#if !SwiftCrypto && !canImport(CryptoKit)
  /// A SHA-256 in progress, by libcrypto; its state, which can replace a key, is wiped when it is freed.
  @safe struct SHA256: ~Copyable {
    /// Fetched once, because an implicit fetch at every use costs more than hashing a block; never freed or written again.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

    /// Owned and freed by this value alone; any number of threads copy it, but only one writes it.
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

#if SwiftCrypto || canImport(CryptoKit)
  #if SwiftCrypto
    private typealias Hash = Crypto.SHA256
  #else
    private typealias Hash = CryptoKit.SHA256
  #endif

  /// A SHA-256 in progress, by CryptoKit or swift-crypto; its state, which can replace a key, is wiped when it is freed.
  @safe struct SHA256: ~Copyable {
    /// Owned and freed by this value alone; any number of threads copy it, but only one writes it.
    nonisolated(unsafe) private let state: UnsafeMutablePointer<Hash>

    init() throws(SigningError) {
      unsafe state = .allocate(capacity: 1)
      unsafe state.initialize(to: Hash())
    }

    deinit {
      // The library may store the state elsewhere and free it without wiping it: overwrite it with another block first.
      unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { block in
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe state.pointee.update(bufferPointer: UnsafeRawBufferPointer(block))
      }
      unsafe state.deinitialize(count: 1)
      unsafe UnsafeMutableRawPointer(state).wipe(byteCount: MemoryLayout<Hash>.size)
      unsafe state.deallocate()
    }

    /// Starts again.
    mutating func reset() throws(SigningError) {
      unsafe state.pointee = Hash()
    }

    /// Continues from the state of `other`.
    mutating func reset(to other: borrowing SHA256) throws(SigningError) {
      unsafe state.pointee = other.state.pointee
    }

    mutating func update(_ bytes: Span<UInt8>) throws(SigningError) {
      unsafe bytes.withUnsafeBufferPointer { unsafe state.pointee.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    mutating func finalize() throws(SigningError) -> SHA256Digest {
      var digest = SHA256Digest()
      unsafe state.pointee.finalize().withUnsafeBytes { source in
        unsafe digest.withMutableBytes { out in
          guard let bytes = source.baseAddress, source.count == SHA256Digest.byteCount else { return }
          unsafe UnsafeMutableRawPointer(out).copyMemory(from: bytes, byteCount: SHA256Digest.byteCount)
        }
      }
      return digest
    }

    /// Appends the hash to `buffer`, for a hash that is a key.
    mutating func finalize(to buffer: inout ByteBuffer) throws(SigningError) {
      unsafe state.pointee.finalize().withUnsafeBytes { bytes in
        unsafe buffer.append(bytes.bindMemory(to: UInt8.self).span)
      }
    }
  }
#endif
