#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

// All of verifying that needs no secret, so that it is done before one is looked up.
extension Verifier {
  /// Reads and checks the signature of `request`, and hashes the canonical request that it must be for.
  ///
  /// - Returns: What will be vouched for once the signature is proved, and the hash of the canonical request.
  func read(
    _ request: SignableRequest, payload: Payload, at time: Date
  ) throws(VerificationError) -> (VerifiedRequest, canonicalRequestHash: SHA256Digest) {
    try SigningScratch.withCurrent(failingAs: { VerificationError($0) }) { (scratch) throws(VerificationError) in
      let claim = try claim(of: request, at: time, &scratch.headers)
      let payloadHash = try payloadHash(of: payload, for: claim)
      let hash: SHA256Digest
      do throws(SigningError) {
        try canonicalizer.appendStart(of: request, to: &scratch)
        _ = try canonicalizer.appendRest(payloadHash: payloadHash, to: &scratch)
        hash = try scratch.canonicalRequestHash()
      } catch {
        throw VerificationError(error)
      }
      let unproved = VerifiedRequest(
        claim: claim, target: CanonicalTarget(valid: request.target, service.pathNormalization),
        payloadHash: payloadHash, bodyCoverage: BodyCoverage(payloadHash, payload))
      return (unproved, hash)
    }
  }

  /// Reads the signature of `request` and checks it; leaves the signed headers in `headers`.
  func claim(
    of request: SignableRequest, at time: Date, _ headers: inout CanonicalHeaders
  ) throws(VerificationError) -> SignatureClaim {
    try limits.check(request)
    headers.read(request.headers)
    let claim = try SignatureClaim(request, &headers)
    try checkScope(of: claim)
    try checkSignedHeaders(of: claim, in: request, headers)
    try checkDate(of: claim, at: time)
    try checkMessage(request)
    return claim
  }
}
