/// SigV4a's way from an access key pair to a P-256 key: the counter mode of NIST SP 800-108 over HMAC-SHA256.
///
/// A candidate above the order of the group minus two is thrown away and the counter moves on; one more than the
/// candidate is the private key (AWS IAM User Guide, "Create a signed AWS API request", SigV4a).
enum AsymmetricKeyDerivation {
  static func key(for credentials: Credentials) throws(SigningError) -> P256.PrivateKey {
    let secret = Array("AWS4A\(credentials.secretAccessKey)".utf8)
    let key = try HMACKey(secret.span)
    var state = try SHA256()
    for counter in UInt8(1)...254 {
      // The counter of the mode, the label, a zero, the context (id and our counter), and the length in bits: 256.
      let input =
        [0, 0, 0, 1] + Array(SigningAlgorithm.ecdsaP256SHA256.rawValue.utf8) + [0]
        + Array(credentials.accessKeyID.utf8) + [counter] + [0, 0, 1, 0]
      let candidate = try key.authenticationCode(for: input.span, in: &state).bytes
      if isAtMost(candidate, P256.orderMinusTwo) {
        return try P256.PrivateKey(scalar: plusOne(candidate))
      }
    }
    // One chance in 2^32 for each of 254 candidates.
    throw .crypto("No SigV4a key can be derived from the key pair of \(credentials.accessKeyID)")
  }

  /// Compares big-endian numbers of the same length, in a time that doesn't depend on them.
  static func isAtMost(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    var borrow = 0
    for (first, second) in zip(right, left).reversed() {
      borrow = (Int(first) - Int(second) - borrow) < 0 ? 1 : 0
    }
    return borrow == 0
  }

  static func plusOne(_ number: [UInt8]) -> [UInt8] {
    var result = number
    var carry: UInt16 = 1
    for index in result.indices.reversed() {
      carry += UInt16(result[index])
      result[index] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
    return result
  }
}
