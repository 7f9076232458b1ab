// The checks that need a secret.
extension Verifier {
  /// Whether the signature is the one that the owner of `credentials` makes.
  ///
  /// A key is kept only once a signature has proved it, so that strangers can't push the keys in use out; and each
  /// refusal costs one derivation, so that its time doesn't tell whether the key was known.
  func isSignature(
    of claim: SignatureClaim, over canonicalRequestHash: SHA256Digest, by credentials: Credentials
  ) throws(VerificationError) -> Bool {
    try SigningScratch.withCurrent(failingAs: { VerificationError($0) }) { (scratch) throws(VerificationError) in
      let known = scratch.keys.key(
        for: credentials, day: claim.date.day, region: claim.region, service: service.name)
      do throws(SigningError) {
        let key: SigningKey
        if let known { key = known } else { key = try SigningKey(credentials, scope: claim.scope) }
        let isRight = try key.isSignature(of: claim, over: canonicalRequestHash, in: &scratch)
        switch (isRight, known) {
        case (true, nil): scratch.keys.keep(key, for: credentials, day: claim.date.day)
        case (false, _?): _ = try SigningKey(credentials, scope: claim.scope)
        default: break
        }
        return isRight
      } catch {
        throw VerificationError(error)
      }
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
    return try isSignature(claim.parts, of: stringToSign, in: scratch.buffer, using: &scratch.state)
  }

  /// Whether the signature in `parts` is one by this key of the string to sign at `range` of `buffer`.
  func isSignature(
    _ parts: SignatureClaim.Parts, of range: Range<Int>, in buffer: borrowing ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Bool {
    switch material {
    case .hmac(let key):
      let code = try key.authenticationCode(for: range, of: buffer, in: &state)
      return parts.withBytes(parts.signature) { SHA256Digest(lowercaseHex: $0) }.map { $0 == code } ?? false
    case .ecdsa(let key):
      guard let bytes = Hexadecimal.bytes(parts.string(parts.signature)) else { return false }
      return try buffer.withBytes(range) { (stringToSign) throws(SigningError) in
        try P256.isValid(bytes, for: stringToSign, by: key.publicKey)
      }
    }
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
