/// A signature that has the right form, compared with the service's canonical request and with the credentials.
struct SignatureCheck {
  let evidence: Evidence
  let claim: SignatureClaim
  let rules: SigningService
  /// The last line of the canonical request.
  let payloadHash: String
  let canonicalRequest: String
  let lines: CanonicalLines

  /// Whether the signature is right for the credentials.
  private let isRight: Bool
  /// The lines in which the service's text differs; `nil` if it shows none that can be compared.
  private let differences: [SignatureDiagnosis.Difference]?
  /// The error in the hash that the request sends.
  private let payloadError: VerificationError?

  /// - Returns: `nil` if the request has no signature or no canonical form.
  init?(_ evidence: Evidence) {
    guard let claim = evidence.claim else { return nil }
    let verifier = Verifier(claim)
    let payload = evidence.payload
    let payloadHash =
      (try? verifier.payloadHash(of: payload, for: claim)) ?? claim.contentHash ?? Payload.unsignedWord
    guard let text = verifier.canonicalizer.text(evidence.request, claim, payloadHash), let lines = CanonicalLines(text)
    else { return nil }
    self.evidence = evidence
    self.claim = claim
    rules = verifier.service
    self.payloadHash = payloadHash
    canonicalRequest = text
    self.lines = lines
    payloadError = verifier.payloadError(of: payload, for: claim)
    differences = SignatureDiagnosis.differences(of: lines, text, claim, evidence.answer)
    isRight =
      Self.credentials(of: claim, evidence).map {
        Draft(claim, canonicalRequest: text, credentials: $0).makes(claim.signature)
      } ?? false
  }

  /// The credentials, if they are those of the access key ID.
  private var credentials: Credentials? { Self.credentials(of: claim, evidence) }

  private static func credentials(of claim: SignatureClaim, _ evidence: Evidence) -> Credentials? {
    evidence.credentials.flatMap { $0.accessKeyID == claim.accessKeyID ? $0 : nil }
  }

  /// The line that differs from the service's, or the mistake that yields the signature.
  var searched: SignatureDiagnosis? {
    if let differences, let first = differences.first, !isHashAlone {
      let (cause, explanation) = first.cause(of: claim)
      return SignatureDiagnosis(cause, .certain, explanation, differences: differences)
    }
    guard let credentials else { return nil }
    if isRight {
      guard claim.fields.sessionToken ?? "" != credentials.sessionToken ?? "" else { return nil }
      return SignatureDiagnosis(VerificationError.wrongToken(of: claim), evidence)
    }
    let context = MistakeContext(self, credentials)
    if let payloadError, payloadError.cause == .payloadUnsigned, let hash = try? evidence.payload.hash(under: .signed),
      context.mistake(.payloadUnsigned, "", { $0.payloadHash = hash })?.draft.makes(claim.signature) == true
    {
      return SignatureDiagnosis(.payloadUnsigned, .certain, payloadError.message)
    }
    guard let mistake = Mistake.explaining(context).first(where: { _ in true }) else { return nil }
    return SignatureDiagnosis(mistake.cause, .certain, mistake.explanation)
  }

  /// The credential scope's region, if it isn't the one in the host's name.
  var regionAgainstHost: SignatureDiagnosis? {
    guard let expected = evidence.host.region, let region = claim.scope.region, region != expected else { return nil }
    return SignatureDiagnosis(
      .region, .certain,
      "The credential scope is for the region \(region), but the host is in \(expected). Sign for \(expected).")
  }

  /// Whether only the hash of the canonical request differs, which doesn't show the line.
  private var isHashAlone: Bool { differences?.first?.line == "canonical request hash" }

  /// A cause that is probable, but not certain.
  var likely: SignatureDiagnosis? {
    if isHashAlone {
      return SignatureDiagnosis(
        .unknown, nil,
        "The service computes a different canonical request, so something on the way changed the request. Send it without a proxy, or compare it with the request that arrives.",
        differences: differences ?? [])
    }
    if isRight {
      if let payloadError {
        let cause = payloadError.cause.map { SignatureDiagnosis.Cause($0) } ?? .payload
        return SignatureDiagnosis(
          cause, .likely,
          cause == .payload
            ? "The signature is right for the hash in x-amz-content-sha256, but that isn't the hash of the body. If the given body is complete, something on the way dropped or changed it."
            : "The signature is right, but \(rules.name) usually requires the hash of the body instead of UNSIGNED-PAYLOAD."
        )
      }
      return SignatureDiagnosis(
        .signatureIsRight, .certain,
        "The signature is right for these credentials. If the service rejects it, the service has another secret for \(claim.accessKeyID), or something on the way changed the request."
      )
    }
    if let other = evidence.credentials, credentials == nil {
      return SignatureDiagnosis(
        .accessKeyID, .likely,
        "The request is signed with the key \(claim.accessKeyID), but the given credentials have the key \(other.accessKeyID). If that one is right, another source of credentials takes precedence in the program that signed."
      )
    }
    if differences != nil {
      return SignatureDiagnosis(
        .secret, .likely,
        "The service computes the same canonical request, so nothing changed on the way. The secret isn't that of \(claim.accessKeyID), or the signer built a different string to sign."
      )
    }
    return nil
  }

  /// The reason why the cause is unknown.
  var unknown: SignatureDiagnosis {
    guard credentials != nil else {
      return SignatureDiagnosis(
        .unknown, nil,
        "The request alone doesn't show the cause. Pass the credentials that it should be signed with, to try the known mistakes."
      )
    }
    var parts = ["the method", lines.path == "/" ? nil : "the path", lines.query.isEmpty ? nil : "the query", "Host"]
    let others = claim.signedHeaders.filter { $0 != "host" && !$0.hasPrefix("x-amz-") }
    parts += others.prefix(8).map { $0 }
    let isBodyUnchecked = rules.payload == .signed && claim.contentHash == nil
    parts.append(isBodyUnchecked ? "the body, whose hash isn't sent" : nil)
    let list = parts.compactMap { $0 }
    return SignatureDiagnosis(
      .unknown, nil,
      "The cause is unknown: no known mistake yields this signature. Either the secret isn't that of \(claim.accessKeyID), or one of these changed after signing: \(list.joined(separator: ", "))."
    )
  }
}
