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
