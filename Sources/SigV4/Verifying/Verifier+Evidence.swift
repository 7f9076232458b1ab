#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

// All of verifying that needs no secret, so that it is done before one is looked up.
extension Verifier {
  /// What a signature must be held against.
  struct Evidence: ~Copyable {
    let claim: SignatureClaim
    /// The last line of the canonical request.
    let payloadHash: String
    let canonicalRequestHash: SHA256Digest
  }

  /// Reads and checks the signature of `request`, and hashes the canonical request that it must be for.
  func evidence(
    of request: SignableRequest, payload: Payload, at time: Date
  ) throws(VerificationError) -> Evidence {
    try SigningScratch.withCurrent(failingAs: { VerificationError($0) }) { (scratch) throws(VerificationError) in
      let claim = try claim(of: request, at: time, &scratch.headers)
      let payloadHash = try payloadHash(of: payload, for: claim)
      do throws(SigningError) {
        try canonicalizer.appendStart(of: request, to: &scratch)
        _ = try canonicalizer.appendRest(of: request, payloadHash: payloadHash, to: &scratch)
        return Evidence(
          claim: claim, payloadHash: payloadHash, canonicalRequestHash: try scratch.canonicalRequestHash())
      } catch {
        throw VerificationError(error)
      }
    }
  }

  /// Reads the signature of `request` and checks it; leaves the signed headers in `headers`.
  func claim(
    of request: SignableRequest, at time: Date, _ headers: inout CanonicalHeaders
  ) throws(VerificationError) -> SignatureClaim {
    try limits.check(request)
    headers.read(request.headers)
    let claim = try SignatureClaim(request, headers)
    try checkScope(of: claim)
    try checkSignedHeaders(of: claim, in: request, &headers)
    try checkDate(of: claim, at: time)
    return claim
  }
}
