#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// Verifies the signatures of requests, the way AWS's own servers do: SigV4 and SigV4a, in a header or in the query.
///
/// A verifier is cheap to create and to copy, and safe to share.
///
/// Each thread caches the keys that have verified a signature, with their credentials. A thread keeps the 64 newest keys of all
/// signers and verifiers, and drops those that are unused for an hour.
///
/// The error names the first check that fails. The checks are made in this order:
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
///
/// ```swift
/// var limits = Verifier.Limits()
/// limits.collectedBodyBytes = 100_000
/// let verifier = Verifier(
///   service: .executeAPI, region: "us-west-2", requiredHeaders: ["content-type", .ifSent("x-tenant")],
///   nonCanonicalTargets: .rejected, limits: limits, formBodies: .payload)
/// let verified = try await verifier.verify(request, payload: .bytes(body)) { accessKeyID in keys[accessKeyID] }
/// ```
public struct Verifier: Sendable {
  /// The service whose rules apply.
  public let service: SigningService
  /// The region that signatures must be for; `nil` for any.
  public let region: String?
  /// The maximum difference between the time of signing and the verifier's clock, in either direction.
  public let allowedSkew: Duration
  /// The headers that must be signed besides `Host` and every `X-Amz-…` header of the request.
  public let requiredHeaders: [Verifier.RequiredHeader]
  /// Whether a request whose target isn't in canonical form is accepted.
  public let nonCanonicalTargets: NonCanonicalTargets
  /// The size limits of a request.
  public let limits: Verifier.Limits
  /// The part of the canonical request that contains an HTML form's parameters.
  public let formBodies: Verifier.FormBodies

  let canonicalizer: Canonicalizer
  /// ``allowedSkew`` in whole seconds; never negative, since negating Int.min would trap.
  let skewSeconds: Int

  /// Creates a verifier.
  ///
  /// - Parameters:
  ///   - service: The service that requests are signed for, and its rules.
  ///   - region: The region that they are signed for, such as `us-west-2`; if nil, any region is accepted.
  ///   - allowedSkew: The maximum difference between the time of signing and the verifier's clock. AWS allows 5 minutes, S3
  ///     allows 15.
  ///   - requiredHeaders: The headers that must be signed, in addition to those that always must: such as
  ///     `"content-type"`, which must be sent, `.ifSent("x-tenant")` or `.prefixed("x-acme-")`.
  ///   - nonCanonicalTargets: Whether a request whose target isn't in canonical form is accepted. AWS accepts it.
  ///   - limits: The size limits of a request.
  ///   - formBodies: The part of the canonical request that contains an HTML form's parameters. AWS treats a form like any other
  ///     payload.
  public init(
    service: SigningService, region: String? = nil, allowedSkew: Duration = .seconds(300),
    requiredHeaders: [Verifier.RequiredHeader] = [], nonCanonicalTargets: NonCanonicalTargets = .rejected,
    limits: Verifier.Limits = Verifier.Limits(), formBodies: Verifier.FormBodies = .payload
  ) {
    self.service = service
    self.region = region
    self.allowedSkew = allowedSkew
    self.requiredHeaders = requiredHeaders
    self.nonCanonicalTargets = nonCanonicalTargets
    self.limits = limits
    self.formBodies = formBodies
    canonicalizer = Canonicalizer(service)
    skewSeconds = max(0, Int(clamping: allowedSkew.components.seconds))
  }

  /// Reads the signature of `request` and makes the checks that need no secret, except that of the payload.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - time: The verifier's clock.
  /// - Returns: The claim that the request makes about its signature, not verified yet.
  /// - Throws: ``VerificationError``: the first of its codes that applies, up to `expired`.
  public func claim(of request: SignableRequest, at time: Date = Date()) throws(VerificationError) -> SignatureClaim {
    try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) { (workspace) throws(VerificationError) in
      try claim(of: request, at: time, &workspace.canonical.headers).claim
    }
  }

  /// Verifies `request` with the credentials of its access key ID.
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
      let reading = try read(request, payload: payload, at: time, &workspace)
      try check(reading, with: .credentials(credentials), &workspace)
      return VerifiedRequest(reading, service)
    }
  }

  /// Verifies `request` with the secret that `lookup` finds.
  nonisolated(nonsending) func verify(
    _ request: SignableRequest, payload: Payload, at time: Date?, lookup: (SignatureClaim) async throws -> Secret
  ) async throws -> VerifiedRequest {
    let time = time ?? Date()
    let reading = try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) {
      (workspace) throws(VerificationError) in try read(request, payload: payload, at: time, &workspace)
    }
    return try prove(reading, with: await lookup(reading.claim))
  }

  /// Checks the signature and the session token of a request that was read.
  func prove(_ reading: Reading, with secret: Secret) throws(VerificationError) -> VerifiedRequest {
    try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) {
      (workspace) throws(VerificationError) in try check(reading, with: secret, &workspace)
    }
    return VerifiedRequest(reading, service)
  }
}

extension Verifier {
  /// The secret to verify a signature with; `nil` for an unknown access key ID.
  enum Secret {
    case credentials(Credentials?)
    case scopedCredentials(ScopedCredentials?)
  }

  /// The result of the checks that need no secret.
  struct Reading {
    /// The claim that the request makes about its signature, not verified yet.
    let claim: SignatureClaim
    /// The target that the signature must cover.
    let target: String
    /// The last line of the canonical request.
    let payloadHash: String
    let bodyCoverage: VerifiedRequest.BodyCoverage
    /// The seconds after the time of signing for which the request is accepted.
    let lifetimeSeconds: Int
    let signed: Signed

    /// The content that the signature must cover.
    enum Signed {
      /// A canonical request with this hash.
      case canonicalRequest(SHA256Digest)
      /// The policy of a form, in Base64.
      case policy(String)
    }
  }

  /// Checks the signature and the session token.
  func check(
    _ reading: Reading, with secret: Secret, _ workspace: inout SigningWorkspace
  ) throws(VerificationError) {
    let claim = reading.claim
    let (isRight, isKnown, sessionToken): (Bool, Bool, String?)
    switch secret {
    // Credentials of another ID aren't valid for this one.
    case .credentials(let credentials?) where claim.isMade(by: credentials.accessKeyID):
      isRight = try isSignature(of: reading, by: credentials, &workspace)
      (isKnown, sessionToken) = (true, credentials.sessionToken)
    // A key for another scope is treated like that of an unknown ID: no signature is valid.
    case .scopedCredentials(let credentials?)
    where claim.isMade(by: credentials.accessKeyID) && credentials.scope == claim.scope:
      isRight = try isSignature(of: reading, by: credentials.key.material, &workspace)
      (isKnown, sessionToken) = (true, credentials.sessionToken)
    // The token of an unknown ID is compared with itself.
    case .credentials:
      isRight = try isSignature(of: reading, by: .unknown(claim.accessKeyID), &workspace)
      (isKnown, sessionToken) = (false, claim.fields.sessionToken)
    case .scopedCredentials:
      isRight = try isSignature(of: reading, by: Decoy.material(claim.algorithm), &workspace)
      (isKnown, sessionToken) = (false, claim.fields.sessionToken)
    }
    let isTokenRight = ConstantTime.isEqual(claim.fields.sessionToken, sessionToken)
    guard isRight, isKnown else { throw .wrongSignature(of: claim) }
    guard isTokenRight else { throw .wrongToken(of: claim) }
  }
}

// The checks that need no secret come first, so that rejected requests cause no lookup.
extension Verifier {
  /// Reads and checks the signature of `request`, and hashes the canonical request that it must cover.
  private func read(
    _ request: SignableRequest, payload: Payload, at time: Date, _ workspace: inout SigningWorkspace
  ) throws(VerificationError) -> Reading {
    let (claim, selected) = try claim(of: request, at: time, &workspace.canonical.headers)
    return try reading(of: claim, selected, in: request, payload: payload, &workspace)
  }

  /// Hashes the canonical request that the signature of `claim` must cover.
  func reading(
    of claim: SignatureClaim, _ selected: CanonicalHeaders.Selected, in request: SignableRequest, payload: Payload,
    _ workspace: inout SigningWorkspace
  ) throws(VerificationError) -> Reading {
    let (covered, payload) = try movingForm(payload, toQueryOf: request)
    let payloadHash = try payloadHash(of: payload, for: claim)
    do throws(SigningError) {
      let written = try workspace.canonical.write(covered, by: canonicalizer, selected, payloadHash: payloadHash)
      return Reading(
        claim: claim, target: covered.target, payloadHash: payloadHash,
        bodyCoverage: covered.target.utf8.count == request.target.utf8.count
          ? VerifiedRequest.BodyCoverage(payloadHash, isRead: payload.isComputed) : .coveredAsQuery,
        lifetimeSeconds: claim.lifetimeSeconds ?? skewSeconds,
        signed: .canonicalRequest(try workspace.hash(of: written)))
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
  /// A key is cached only after it has verified a signature, so that strangers can't evict the keys in use. Each rejection costs
  /// one derivation, so that its time doesn't reveal whether the key was cached.
  private func isSignature(
    of reading: Reading, by credentials: Credentials, _ workspace: inout SigningWorkspace
  ) throws(VerificationError) -> Bool {
    let claim = reading.claim
    do throws(SigningError) {
      // The claim's region was compared with the verifier's, which needs no copy.
      let scopeRegion = claim.credential.region.map { region ?? claim.parts.string($0) }
      let known = workspace.keys.key(
        for: credentials, day: claim.date.day, region: scopeRegion, service: service.name)
      let key: SigningKey
      if let known { key = known } else { key = try SigningKey(credentials, scope: claim.scope) }
      let isRight = try key.material.isSignature(of: reading, key.scope, in: &workspace)
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

  /// Whether the signature is the one that a derived key makes.
  private func isSignature(
    of reading: Reading, by material: any SigningMaterial, _ workspace: inout SigningWorkspace
  ) throws(VerificationError) -> Bool {
    do {
      return try material.isSignature(of: reading, reading.claim.scope, in: &workspace)
    } catch {
      throw VerificationError(error)
    }
  }
}

/// Secrets that replace those of an unknown access key ID, so that its check takes the time of a known one.
private enum Decoy {
  static let secret: String = {
    var random = SystemRandomNumberGenerator()
    return (0..<4).map { _ in String(random.next(), radix: 36) }.joined()
  }()

  /// A key for HMAC, or of P-256.
  static func material(_ algorithm: SigningAlgorithm) throws(VerificationError) -> any SigningMaterial {
    do { return try (algorithm == .sigV4 ? hmac : p256).get().material } catch { throw VerificationError(error) }
  }

  private static let hmac = key(region: "")
  private static let p256 = key(region: nil)

  private static func key(region: String?) -> Result<SigningKey, SigningError> {
    Result { () throws(SigningError) in
      try SigningKey(.unknown("unknown"), scope: CredentialScope(day: "", region: region, service: ""))
    }
  }
}

extension Credentials {
  fileprivate static func unknown(_ accessKeyID: String) -> Credentials {
    Credentials(accessKeyID: accessKeyID, secretAccessKey: Decoy.secret)
  }
}

extension SignatureClaim {
  /// Whether this is the access key ID that the request names.
  fileprivate func isMade(by accessKeyID: String) -> Bool {
    parts.withBytes(credential.accessKeyID) { id in accessKeyID.withBytes { ConstantTime.isEqual(id, $0) } }
  }
}

extension SigningMaterial {
  /// Whether this key made the signature that was read, for `scope`.
  fileprivate func isSignature(
    of reading: Verifier.Reading, _ scope: CredentialScope, in workspace: inout SigningWorkspace
  ) throws(SigningError) -> Bool {
    let claim = reading.claim
    let stringToSign =
      switch reading.signed {
      case .canonicalRequest(let hash): workspace.appendStringToSign(scope, at: claim.date, over: hash)
      case .policy(let text): workspace.append(text)
      }
    return try claim.parts.withBytes(claim.parts.signature) { (signature) throws(SigningError) in
      try isSignature(signature, of: stringToSign, in: workspace.canonical.text, using: &workspace.state)
    }
  }
}

extension VerificationError {
  static func wrongSignature(of claim: SignatureClaim) -> VerificationError {
    VerificationError(
      .wrongSignature,
      "The signature isn't the one that the secret of \(claim.accessKeyID) gives for this request. Check the secret, and whether the request changed after signing."
    )
  }

  static func wrongToken(of claim: SignatureClaim) -> VerificationError {
    VerificationError(
      .wrongSessionToken,
      claim.fields.sessionToken == nil
        ? "The credentials of \(claim.accessKeyID) are temporary. Send their session token in X-Amz-Security-Token."
        : "The session token isn't that of \(claim.accessKeyID). Take key ID, secret and token from one set of credentials."
    )
  }
}
