/// How a string to sign is signed.
public enum SigningAlgorithm: String, Sendable, Hashable {
  /// SigV4: HMAC with a key derived for one day, region and service.
  case hmacSHA256 = "AWS4-HMAC-SHA256"
  /// SigV4a: ECDSA over P-256, valid in every region of a set.
  case ecdsaP256SHA256 = "AWS4-ECDSA-P256-SHA256"
}
