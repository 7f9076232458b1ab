#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

// All of verifying that needs no secret, so that it is done before one is looked up.
extension Verifier {
  /// Reads and checks the signature of `request`, and hashes the canonical request that it must be for.
  ///
  /// - Returns: What the request says of its signature, not proved yet; the last line of the canonical request; and the
  ///   hash of all of it.
  func read(
    _ request: SignableRequest, payload: Payload, at time: Date
  ) throws(VerificationError) -> (SignatureClaim, payloadHash: String, canonicalRequestHash: SHA256Digest) {
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
      return (claim, payloadHash, hash)
    }
  }

  /// Reads the signature of `request` and checks it; leaves the signed headers in `headers`.
  func claim(
    of request: SignableRequest, at time: Date, _ headers: inout CanonicalHeaders
  ) throws(VerificationError) -> SignatureClaim {
    try limits.check(request)
    headers.read(request.headers)
    try checkMessage(request, headers)
    let claim = try SignatureClaim(request, &headers)
    try checkScope(of: claim)
    try checkSignedHeaders(of: claim, in: request, headers)
    try checkDate(of: claim, at: time)
    return claim
  }
}
