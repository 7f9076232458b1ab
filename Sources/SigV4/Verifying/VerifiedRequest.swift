/// What a verifier vouches for: who signed a request, and what the signature covers.
public struct VerifiedRequest: Sendable, Hashable {
  /// The signature's own words, all of which are now proved: key id, scope, signed headers and time.
  public let claim: SignatureClaim
  /// The last line of the canonical request.
  public let payloadHash: String

  /// Whether the signature covers the body.
  public var bodyCoverage: BodyCoverage {
    if payloadHash.utf8.count == 64 { return .covered }
    return payloadHash.utf8.starts(with: "STREAMING-AWS4-".utf8) ? .coveredPieceByPiece : .uncovered
  }
}

/// Whether a signature covers a request's body.
public enum BodyCoverage: Sendable, Hashable {
  /// The body is the one that was signed.
  case covered
  /// The body carries signatures of its own, piece by piece, which are yet to be verified: chunks (``ChunkVerifier``) or
  /// events (``EventVerifier``).
  case coveredPieceByPiece
  /// Any body would do, as with `UNSIGNED-PAYLOAD`, which VPC Lattice and presigned requests have, and with unsigned chunks.
  case uncovered
}
