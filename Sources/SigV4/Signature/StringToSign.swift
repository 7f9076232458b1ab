#if canImport(FoundationEssentials)
  package import struct FoundationEssentials.Date
#else
  package import struct Foundation.Date
#endif

/// The text that is signed: the algorithm, the time, the credential scope and the hash of the canonical request, one per line.
///
/// AWS IAM User Guide, "Create a signed AWS API request", step 3.
///
/// ```swift
/// let stringToSign: StringToSign = try signed.stringToSign
/// print(stringToSign.text)
/// ```
public struct StringToSign: Sendable, Hashable {
  /// The whole text, lines separated by LF.
  public let text: String

  /// Builds the string to sign.
  ///
  /// - Throws: ``SigningError`` if the date is outside of the years 1 to 9999.
  package init(
    algorithm: SigningAlgorithm = .sigV4, date: Date, scope: CredentialScope, canonicalRequest: CanonicalRequest
  ) throws(SigningError) {
    try self.init(algorithm: algorithm, date: SigningDate(date), scope: scope, canonicalRequest: canonicalRequest)
  }

  init(
    algorithm: SigningAlgorithm, date: SigningDate, scope: CredentialScope, canonicalRequest: CanonicalRequest
  ) throws(SigningError) {
    let hash = try SHA256.hash(canonicalRequest.text)
    var buffer = ByteBuffer(capacity: 256)
    Self.append(algorithm, date.text, scope, over: hash, to: &buffer)
    text = buffer.string()
  }

  static func append(
    _ algorithm: SigningAlgorithm, _ timestamp: String, _ scope: CredentialScope,
    over canonicalRequestHash: SHA256Digest,
    to buffer: inout ByteBuffer
  ) {
    // rule: string-to-sign-lines
    buffer.append(algorithm.rawValue)
    buffer.append(ASCII.newline)
    buffer.append(timestamp)
    buffer.append(ASCII.newline)
    buffer.append(scope.text)
    buffer.append(ASCII.newline)
    canonicalRequestHash.withBytes { buffer.appendHex($0) }
  }
}

extension StringToSign {
  /// Whether `signature` is an ECDSA signature of this text by a P-256 key (SigV4a).
  ///
  /// - Parameters:
  ///   - signature: The signature in DER, in hex.
  ///   - x: The first coordinate of the public key, 64 hex digits.
  ///   - y: The second coordinate of the public key, 64 hex digits.
  /// - Returns: Whether the signature is valid; false too if a parameter isn't hex, or if the coordinates aren't a key.
  /// - Throws: ``SigningError`` only if the crypto library fails.
  package func isSigned(_ signature: String, x: String, y: String) throws(SigningError) -> Bool {
    guard let signature = Hexadecimal.bytes(signature), let x = Hexadecimal.bytes(x), let y = Hexadecimal.bytes(y),
      x.count == 32, y.count == 32
    else { return false }
    return try text.withBytes { (text) throws(SigningError) in
      try P256.isValid(signature, for: text, by: P256.Point(x: x, y: y))
    }
  }
}
