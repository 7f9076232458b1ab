#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// A request whose signature is verified: its signer, and the parts that the signature covers.
///
/// ```swift
/// let verified: VerifiedRequest = try verifier.verify(request, payload: .bytes(body), with: credentials)
/// if verified.bodyCoverage == .covered {
///   print(verified.claim.accessKeyID, "requests", verified.target.path)
/// }
/// ```
public struct VerifiedRequest: Sendable, Hashable {
  /// The verified claim about the signature: access key ID, scope, signed headers and time.
  public let claim: SignatureClaim
  /// The request target in canonical form, as the signature covers it: route by this, not by the target that was sent.
  public let target: CanonicalTarget
  /// The last line of the canonical request.
  public let payloadHash: String
  /// Whether the signature covers the body, and whether that was checked.
  public internal(set) var bodyCoverage: VerifiedRequest.BodyCoverage
  /// The time from which a verifier with the same settings rejects the request.
  ///
  /// Until then, the request can be replayed.
  public let expiration: Date

  /// A key that identifies the signature, for a cache that rejects replays.
  ///
  /// With SigV4 it is the signature itself. With SigV4a, anyone who sees a signature `(r, s)` can compute `(r, n − s)`, which is
  /// valid too. Both have the same key here: r and the lesser of s and n − s, 128 hex digits. A request has the same key only if
  /// it comes again with the same time of signing. Signatures of chunks and events need no cache: each covers the one before it,
  /// and so the request's own.
  public var replayKey: String {
    guard claim.algorithm == .sigV4a,
      let signature = Hexadecimal.bytes(claim.signature).flatMap({ P256.normalForm(ofSignature: $0) })
    else { return claim.signature }
    return Hexadecimal.string(signature.span)
  }
}

extension VerifiedRequest {
  /// Creates the result for a request whose signature is verified.
  init(_ reading: Verifier.Reading, _ service: SigningService) {
    self.init(
      claim: reading.claim, target: CanonicalTarget(valid: reading.target, service.pathNormalization),
      payloadHash: reading.payloadHash, bodyCoverage: reading.bodyCoverage,
      // Within the last second it is still accepted.
      expiration: reading.claim.time.addingTimeInterval(Double(reading.lifetimeSeconds + 1)))
  }

  /// Whether a signature covers a request's body.
  public enum BodyCoverage: Sendable, Hashable {
    /// The body is the one that was signed.
    case covered
    /// The body is verified while it is read, and is the one that was signed if its end was read without an error
    /// (``VerifiedBody``).
    case coveredWhileRead
    /// The parameters of the body, a form, are those of the query that was signed: read them from ``VerifiedRequest/target``
    /// (``Verifier/FormBodies/query``).
    case coveredAsQuery
    /// The signature covers a hash that the caller gave. The body wasn't compared with it: compare the body's
    /// SHA-256 with ``VerifiedRequest/payloadHash``.
    case unchecked
    /// The body contains its own signatures, piece by piece, which aren't verified yet: chunks (``ChunkVerifier``) or
    /// events (``EventVerifier``).
    case coveredPieceByPiece
    /// Any body would be accepted: the payload is `UNSIGNED-PAYLOAD`, as for VPC Lattice and presigned requests, or its chunks
    /// are unsigned.
    case uncovered

    /// The coverage by a payload hash, which was computed or given.
    init(_ payloadHash: String, isRead: Bool) {
      if payloadHash.utf8.count == 64 {
        self = isRead ? .covered : .unchecked
      } else {
        self = payloadHash.utf8.starts(with: "STREAMING-AWS4-".utf8) ? .coveredPieceByPiece : .uncovered
      }
    }
  }
}
