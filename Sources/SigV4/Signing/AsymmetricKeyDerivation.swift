/// SigV4a's way from an access key pair to a P-256 key: the counter mode of NIST SP 800-108 over HMAC-SHA256.
///
/// A candidate above the order of the group minus two is thrown away and the counter moves on; one more than the
/// candidate is the private key (AWS IAM User Guide, "Create a signed AWS API request", SigV4a).
enum AsymmetricKeyDerivation {
  static func key(for credentials: Credentials) throws(SigningError) -> P256.PrivateKey {
    // The secret, and then one candidate after the other.
    var candidate = ByteBuffer(capacity: 64)
    candidate.append("AWS4A")
    candidate.append(credentials.secretAccessKey)
    let key = try HMACKey(candidate)
    var state = try SHA256()
    for counter in UInt8(1)...254 {
      // The counter of the mode, the label, a zero, the context (id and our counter), and the length in bits: 256.
      let input =
        [0, 0, 0, 1] + Array(SigningAlgorithm.ecdsaP256SHA256.rawValue.utf8) + [0]
        + Array(credentials.accessKeyID.utf8) + [counter] + [0, 0, 1, 0]
      try key.authenticationCode(for: input.span, in: &state, replacing: &candidate)
      if candidate.isAtMost(P256.orderMinusTwo) {
        candidate.addOne()
        return try P256.PrivateKey(scalar: candidate)
      }
    }
    // One chance in 2^32 for each of 254 candidates.
    throw .crypto("No SigV4a key can be derived from the key pair of \(credentials.accessKeyID)")
  }
}

// The buffer as a big-endian number.
extension ByteBuffer {
  /// Whether this is at most `other`, of the same length, in a time that depends on neither.
  fileprivate func isAtMost(_ other: [UInt8]) -> Bool {
    var borrow = 0
    for index in other.indices.reversed() {
      borrow = (Int(other[index]) - Int(self[index]) - borrow) < 0 ? 1 : 0
    }
    return borrow == 0
  }

  /// Adds one, in a time that doesn't depend on the number.
  fileprivate mutating func addOne() {
    var carry: UInt16 = 1
    for index in (0..<count).reversed() {
      carry += UInt16(self[index])
      self[index] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
  }
}
