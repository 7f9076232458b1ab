/// What a signing key makes and proves signatures with: an HMAC key, or with SigV4a a P-256 key.
///
/// No enumeration of the two: it would mark the pointer, and leak checkers take what only marked pointers lead to for lost.
protocol SigningMaterial: Sendable {
  var algorithm: SigningAlgorithm { get }

  /// Appends the signature of the string to sign at `range` of `buffer`, in hex.
  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError)

  /// Whether the signature in `parts` is one of the string to sign at `range` of `buffer`.
  func isSignature(
    _ parts: SignatureClaim.Parts, of range: Range<Int>, in buffer: borrowing ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Bool
}

extension PreparedHMACKey: SigningMaterial {
  var algorithm: SigningAlgorithm { .hmacSHA256 }

  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError) {
    let code = try authenticationCode(for: range, of: buffer, in: &state)
    code.withBytes { buffer.appendHex($0) }
  }

  func isSignature(
    _ parts: SignatureClaim.Parts, of range: Range<Int>, in buffer: borrowing ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Bool {
    let code = try authenticationCode(for: range, of: buffer, in: &state)
    return parts.withBytes(parts.signature) { SHA256Digest(lowercaseHex: $0) }.map { $0 == code } ?? false
  }
}

extension P256.PrivateKey: SigningMaterial {
  var algorithm: SigningAlgorithm { .ecdsaP256SHA256 }

  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError) {
    let signature = try buffer.withBytes(range) { (bytes) throws(SigningError) in
      try self.signature(for: bytes, using: &state)
    }
    buffer.appendHex(signature.span)
  }

  func isSignature(
    _ parts: SignatureClaim.Parts, of range: Range<Int>, in buffer: borrowing ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Bool {
    guard let bytes = Hexadecimal.bytes(parts.string(parts.signature)) else { return false }
    return try buffer.withBytes(range) { (stringToSign) throws(SigningError) in
      try P256.isValid(bytes, for: stringToSign, by: publicKey)
    }
  }
}
