// The checks that need a secret.
extension Verifier {
  /// Whether the signature is the one that the owner of `credentials` makes.
  ///
  /// A key is kept only once a signature has proved it, so that strangers can't push the keys in use out; and each
  /// refusal costs one derivation, so that its time doesn't tell whether the key was known.
  func isSignature(
    of claim: SignatureClaim, over canonicalRequestHash: SHA256Digest, by credentials: Credentials
  ) throws(VerificationError) -> Bool {
    do throws(SigningError) {
      return try SigningScratch.withCurrent { (scratch) throws(SigningError) in
        // The verifier's region, which the claim's is by now, needs no copy.
        let scopeRegion = claim.credential.region.map { region ?? claim.parts.string($0) }
        let known = scratch.keys.key(
          for: credentials, day: claim.date.day, region: scopeRegion, service: service.name)
        let key: SigningKey
        if let known { key = known } else { key = try SigningKey(credentials, scope: claim.scope) }
        let isRight = try key.isSignature(of: claim, over: canonicalRequestHash, in: &scratch)
        switch (isRight, known) {
        case (true, nil): scratch.keys.keep(key, for: credentials, day: claim.date.day)
        case (false, _?): _ = try SigningKey(credentials, scope: claim.scope)
        default: break
        }
        return isRight
      }
    } catch {
      throw VerificationError(error)
    }
  }
}

extension Credentials {
  /// What stands for the credentials of an id that nobody knows, so that it takes the time of one that is known.
  static func unknown(_ accessKeyID: String) -> Credentials {
    Credentials(accessKeyID: accessKeyID, secretAccessKey: decoySecret)
  }

  private static let decoySecret: String = {
    var random = SystemRandomNumberGenerator()
    return (0..<4).map { _ in String(random.next(), radix: 36) }.joined()
  }()
}

extension SigningKey {
  /// Whether the signature in `claim` is one by this key of the canonical request with that hash.
  fileprivate func isSignature(
    of claim: SignatureClaim, over canonicalRequestHash: SHA256Digest, in scratch: inout SigningScratch
  ) throws(SigningError) -> Bool {
    let stringToSign = scratch.appendStringToSign(claim.algorithm, claim.date, scope, canonicalRequestHash)
    return try material.isSignature(claim.parts, of: stringToSign, in: scratch.buffer, using: &scratch.state)
  }
}

extension VerificationError {
  static func wrongSignature(of claim: SignatureClaim) -> VerificationError {
    VerificationError(
      .wrongSignature,
      "The signature isn't the one that the owner of \(claim.accessKeyID) makes for this request; either the secret is another, or the request isn't the one that was signed."
    )
  }

  static func wrongToken(of claim: SignatureClaim) -> VerificationError {
    VerificationError(
      .wrongSessionToken,
      claim.fields.sessionToken == nil
        ? "The credentials of \(claim.accessKeyID) are temporary; send their session token in X-Amz-Security-Token."
        : "The session token isn't the one that belongs to \(claim.accessKeyID).")
  }
}
