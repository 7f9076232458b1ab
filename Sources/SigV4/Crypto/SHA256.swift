extension SHA256 {
  /// The hash of `bytes`.
  static func hash(_ bytes: Span<UInt8>) throws(SigningError) -> SHA256Digest {
    var hash = try SHA256()
    try hash.update(bytes)
    return try hash.finalize()
  }

  /// The hash of the UTF-8 of `text`.
  static func hash(_ text: String) throws(SigningError) -> SHA256Digest {
    var hash = try SHA256()
    try hash.update(text)
    return try hash.finalize()
  }

  /// Continues with what stands at `range` of `buffer`.
  mutating func update(_ range: Range<Int>, of buffer: borrowing ByteBuffer) throws(SigningError) {
    try buffer.withBytes(range) { (bytes) throws(SigningError) in try update(bytes) }
  }

  /// Continues with the UTF-8 of `text`.
  mutating func update(_ text: String) throws(SigningError) {
    try text.withBytes { (bytes) throws(SigningError) in try update(bytes) }
  }
}

extension SigningError {
  /// The crypto library refused a call.
  static func crypto(_ what: String) -> SigningError {
    SigningError(.cryptoFailure, "\(what); is there memory, and a provider for it?")
  }
}
