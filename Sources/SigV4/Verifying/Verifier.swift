#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// Verifies the signatures of requests, the way AWS's own servers do: SigV4 and SigV4a, in a header or in the query.
///
/// A verifier is cheap to create and to copy, and safe to share. Each thread keeps the keys that have proved a signature, with
/// their credentials, for the next request: the 64 youngest of all signers and verifiers, until they are unused for an hour.
///
/// The first check that fails is the error. The checks are made in this order:
///
/// 1. the size of the request
/// 2. whether HTTP allows the request, and the form of its target
/// 3. the presence and the form of the signature, and its algorithm
/// 4. the credential scope
/// 5. the headers that must be signed
/// 6. the date and the lifetime
/// 7. the payload
/// 8. the signature and the session token, both in constant time
///
/// A wrong session token is reported only if the signature is right. An unknown access key ID follows the code path of a wrong
/// signature, in the same time. So an error doesn't reveal which IDs exist.
public struct Verifier: Sendable {
  /// The service whose rules apply.
  public let service: SigningService
  /// The region that signatures must be for; `nil` for any.
  public let region: String?
  /// How far the time of signing may be from the verifier's clock, in either direction.
  public let allowedSkew: Duration
  /// The headers that must be signed besides `Host` and every `X-Amz-…` that is there, in lower case.
  public let requiredHeaders: [String]
  /// Whether a request whose target isn't in canonical form is accepted.
  public let nonCanonicalTargets: NonCanonicalTargets
  /// How large a request may be.
  public let limits: Verifier.Limits

  let canonicalizer: Canonicalizer
  /// ``allowedSkew`` in whole seconds; never negative, since negating Int.min would trap.
  let skewSeconds: Int

  /// Creates a verifier.
  ///
  /// - Parameters:
  ///   - service: The service that requests are signed for, and its rules.
  ///   - region: The region that they are signed for, such as `us-west-2`; if nil, any region is accepted.
  ///   - allowedSkew: How far the time of signing may be from the verifier's clock; AWS allows 5 minutes, S3 allows 15.
  ///   - requiredHeaders: The headers that must be present and signed, in addition to those that always must.
  ///   - nonCanonicalTargets: Whether a request whose target isn't in canonical form is accepted. AWS accepts it.
  ///   - limits: How large a request may be.
  public init(
    service: SigningService, region: String? = nil, allowedSkew: Duration = .seconds(300),
    requiredHeaders: [String] = [], nonCanonicalTargets: NonCanonicalTargets = .rejected,
    limits: Verifier.Limits = Verifier.Limits()
  ) {
    self.service = service
    self.region = region
    self.allowedSkew = allowedSkew
    self.requiredHeaders = requiredHeaders.map { $0.utf8.asciiLowercased }
    self.nonCanonicalTargets = nonCanonicalTargets
    self.limits = limits
    canonicalizer = Canonicalizer(service)
    skewSeconds = max(0, Int(clamping: allowedSkew.components.seconds))
  }

  /// Reads the signature of `request` and makes the checks that need no secret, except that of the payload.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - time: The verifier's clock.
  /// - Returns: The claim that the request makes about its signature, not proved yet.
  /// - Throws: ``VerificationError``: the first of its codes that applies, up to `expired`.
  public func claim(of request: SignableRequest, at time: Date = Date()) throws(VerificationError) -> SignatureClaim {
    try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) { (workspace) throws(VerificationError) in
      try claim(of: request, at: time, &workspace.canonical.headers).claim
    }
  }

  /// Verifies `request` with the credentials that belong to its access key ID.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - payload: The body of the request, or its hash. It is ignored if the service doesn't sign payloads; pass
  ///     `.unsigned` then.
  ///   - credentials: The credentials of ``SignatureClaim/accessKeyID``, with the session token if they are
  ///     temporary; `nil` if the ID is unknown.
  ///   - time: The verifier's clock.
  /// - Returns: The signer of the request, and the parts that the signature covers.
  /// - Throws: ``VerificationError`` for the first check that fails.
  public func verify(
    _ request: SignableRequest, payload: Payload, with credentials: Credentials?, at time: Date = Date()
  ) throws(VerificationError) -> VerifiedRequest {
    try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) { (workspace) throws(VerificationError) in
      let (claim, payloadHash, hash) = try read(request, payload: payload, at: time, &workspace)
      try check(claim, over: hash, with: credentials, &workspace)
      return VerifiedRequest(
        claim: claim, target: CanonicalTarget(valid: request.target, service.pathNormalization),
        payloadHash: payloadHash, isPayloadRead: payload.isComputed)
    }
  }

  /// Verifies `request` with credentials that are looked up by access key ID, after the checks that need no secret.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - payload: The body of the request, or its hash. It is ignored if the service doesn't sign payloads; pass
  ///     `.unsigned` then.
  ///   - time: The verifier's clock; defaults to the time of the call.
  ///   - credentials: Finds the credentials of an access key ID; `nil` if the ID is unknown.
  /// - Returns: The signer of the request, and the parts that the signature covers.
  /// - Throws: ``VerificationError`` for the first check that fails, or what `credentials` throws.
  nonisolated(nonsending) public func verify(
    _ request: SignableRequest, payload: Payload, at time: Date? = nil,
    credentials: (_ accessKeyID: String) async throws -> Credentials?
  ) async throws -> VerifiedRequest {
    let time = time ?? Date()
    let (claim, payloadHash, hash) = try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) {
      (workspace) throws(VerificationError) in try read(request, payload: payload, at: time, &workspace)
    }
    let found = try await credentials(claim.accessKeyID)
    try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) {
      (workspace) throws(VerificationError) in try check(claim, over: hash, with: found, &workspace)
    }
    return VerifiedRequest(
      claim: claim, target: CanonicalTarget(valid: request.target, service.pathNormalization),
      payloadHash: payloadHash, isPayloadRead: payload.isComputed)
  }

  /// Checks the signature and the session token.
  private func check(
    _ claim: SignatureClaim, over canonicalRequestHash: SHA256Digest, with credentials: Credentials?,
    _ workspace: inout SigningWorkspace
  ) throws(VerificationError) {
    // Credentials of another ID aren't valid for this one.
    let isKnown =
      if let credentials {
        claim.parts.withBytes(claim.credential.accessKeyID) { id in
          credentials.accessKeyID.withBytes { ConstantTime.isEqual(id, $0) }
        }
      } else { false }
    // The token of an unknown ID is compared with itself.
    let isTokenRight = ConstantTime.isEqual(
      claim.fields.sessionToken, isKnown ? credentials?.sessionToken : claim.fields.sessionToken)
    let isRight =
      if isKnown, let credentials {
        try isSignature(of: claim, over: canonicalRequestHash, by: credentials, &workspace)
      } else {
        try isSignature(of: claim, over: canonicalRequestHash, by: .unknown(claim.accessKeyID), &workspace)
      }
    guard isRight, isKnown else { throw .wrongSignature(of: claim) }
    guard isTokenRight else { throw .wrongToken(of: claim) }
  }
}

// The checks that need no secret come first, so that rejected requests cause no lookup.
extension Verifier {
  /// Reads and checks the signature of `request`, and hashes the canonical request that it must cover.
  ///
  /// - Returns: The claim that the request makes about its signature, not proved yet; the last line of the canonical request;
  ///   and the hash of the canonical request.
  private func read(
    _ request: SignableRequest, payload: Payload, at time: Date, _ workspace: inout SigningWorkspace
  ) throws(VerificationError) -> (SignatureClaim, payloadHash: String, canonicalRequestHash: SHA256Digest) {
    let (claim, selected) = try claim(of: request, at: time, &workspace.canonical.headers)
    let payloadHash = try payloadHash(of: payload, for: claim)
    do throws(SigningError) {
      let written = try workspace.canonical.write(request, by: canonicalizer, selected, payloadHash: payloadHash)
      return (claim, payloadHash, try workspace.hash(of: written))
    } catch {
      throw VerificationError(error)
    }
  }

  /// Reads the signature of `request` and checks it, and selects the signed headers in `headers`.
  func claim(
    of request: SignableRequest, at time: Date, _ headers: inout CanonicalHeaders
  ) throws(VerificationError) -> (claim: SignatureClaim, selected: CanonicalHeaders.Selected) {
    try limits.check(request)
    let read = headers.read(request.headers)
    try checkMessage(request, headers, read)
    let (claim, selected) = try SignatureClaim.reading(request, &headers, read)
    try checkScope(of: claim)
    try checkSignedHeaders(of: claim, in: request, headers, selected)
    try checkDate(of: claim, at: time)
    return (claim, selected)
  }
}

// The checks that need a secret.
extension Verifier {
  /// Whether the signature is the one that the owner of `credentials` makes.
  ///
  /// A key is cached only after a signature has proved it, so that strangers can't evict the keys in use. Each rejection
  /// costs one derivation, so that its time doesn't reveal whether the key was cached.
  private func isSignature(
    of claim: SignatureClaim, over canonicalRequestHash: SHA256Digest, by credentials: Credentials,
    _ workspace: inout SigningWorkspace
  ) throws(VerificationError) -> Bool {
    do throws(SigningError) {
      // The claim's region is the verifier's by now, which needs no copy.
      let scopeRegion = claim.credential.region.map { region ?? claim.parts.string($0) }
      let known = workspace.keys.key(
        for: credentials, day: claim.date.day, region: scopeRegion, service: service.name)
      let key: SigningKey
      if let known { key = known } else { key = try SigningKey(credentials, scope: claim.scope) }
      let isRight = try key.isSignature(of: claim, over: canonicalRequestHash, in: &workspace)
      switch (isRight, known) {
      case (true, nil): workspace.keys.keep(key, for: credentials, day: claim.date.day)
      case (false, _?): _ = try SigningKey(credentials, scope: claim.scope)
      default: break
      }
      return isRight
    } catch {
      throw VerificationError(error)
    }
  }
}

extension Credentials {
  /// Replaces the credentials of an unknown ID, so that its check takes the time of a known one.
  static func unknown(_ accessKeyID: String) -> Credentials {
    Credentials(accessKeyID: accessKeyID, secretAccessKey: decoySecret)
  }

  private static let decoySecret: String = {
    var random = SystemRandomNumberGenerator()
    return (0..<4).map { _ in String(random.next(), radix: 36) }.joined()
  }()
}

extension SigningKey {
  /// Whether this key made the signature in `claim` for the canonical request with that hash.
  fileprivate func isSignature(
    of claim: SignatureClaim, over canonicalRequestHash: SHA256Digest, in workspace: inout SigningWorkspace
  ) throws(SigningError) -> Bool {
    let stringToSign = workspace.appendStringToSign(scope, at: claim.date, over: canonicalRequestHash)
    return try claim.parts.withBytes(claim.parts.signature) { (signature) throws(SigningError) in
      try material.isSignature(signature, of: stringToSign, in: workspace.canonical.text, using: &workspace.state)
    }
  }
}

extension VerificationError {
  static func wrongSignature(of claim: SignatureClaim) -> VerificationError {
    VerificationError(
      .wrongSignature,
      "The signature isn't the one that the owner of \(claim.accessKeyID) makes for this request. Check the secret, and whether the request changed after signing."
    )
  }

  static func wrongToken(of claim: SignatureClaim) -> VerificationError {
    VerificationError(
      .wrongSessionToken,
      claim.fields.sessionToken == nil
        ? "The credentials of \(claim.accessKeyID) are temporary, so send their session token in X-Amz-Security-Token."
        : "The session token isn't the one that belongs to \(claim.accessKeyID).")
  }
}
