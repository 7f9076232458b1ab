/// A known mistake: what it is called, what to do about it, and what signing comes to when it is made.
struct Mistake {
  let cause: Mismatch.Cause
  let explanation: String
  let draft: Draft

  /// The first known mistake that makes the signature of `claim`.
  static func find(
    in request: SignableRequest, _ claim: SignatureClaim, payload: Payload, payloadHash: String,
    credentials: Credentials
  ) -> Mistake? {
    let rules = SigningService.named(claim.scope.service)
    let canonicalizer = Canonicalizer(rules)
    guard let right = canonicalizer.text(request, claim, payloadHash), let lines = CanonicalLines(right) else {
      return nil
    }
    let base = Draft(claim, canonicalRequest: right, credentials: credentials)
    let bodyHash = (try? payload.hash(under: .signed)) ?? payloadHash
    let known =
      ofSecret(base) + ofScope(base, request) + ofDate(base, claim)
      + ofPath(base, request, claim, payloadHash, rules) + ofLines(base, lines, request, bodyHash, rules)
      + ofForm(base, lines, request) + ofChanges(base, lines)
      + ofTargets(base, request, claim, payloadHash, rules)
      + ofAdditions(base, lines, request, claim, payloadHash, rules)
    return known.first { $0.draft.makes(claim.signature) }
  }

  init(
    _ cause: Mismatch.Cause, _ explanation: String, _ base: Draft, _ change: (inout Draft) -> Void
  ) {
    self.cause = cause
    self.explanation = explanation
    var draft = base
    change(&draft)
    self.draft = draft
  }

  private static func ofSecret(_ base: Draft) -> [Mistake] {
    let trimmed = base.secret.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
    let forms =
      [base.secret, " " + trimmed, "\"\(trimmed)\"", "'\(trimmed)'"]
      + ["\n", "\r\n", " ", "\r", "\t"].map { trimmed + $0 }
    let whiteSpace = forms.filter { $0 != trimmed }.map { form in
      Mistake(
        .secretWhiteSpace,
        "The request is signed with the secret and white space or quotes around it; read the secret without its line break, spaces and quotes.",
        base
      ) { $0.secret = form }
    }
    let prefix = Mistake(
      .keyDerivation,
      "The signing key is derived from the bare secret; the first key must be AWS4 followed by the secret.",
      base
    ) { $0.secretPrefix = "" }
    return whiteSpace + [prefix]
  }

  /// The key, or key and scope, for another region, service or day.
  private static func ofScope(_ base: Draft, _ request: SignableRequest) -> [Mistake] {
    guard base.algorithm == .hmacSHA256 else { return [] }
    let host = HostParts(request)
    let regions = ([host.region].compactMap { $0 } + HostParts.regions).filter { $0 != base.region }
    let services = (host.services + HostParts.services).filter { $0 != base.service }
    return regions.map { region in
      Mistake(
        .region,
        "The signing key is derived for the region \(region), but the credential scope says \(base.region); use one region for both.",
        base
      ) { $0.region = region }
    }
      + services.map { service in
        Mistake(
          .service,
          "The signing key is derived for the service \(service), but the credential scope says \(base.service); use one signing name for both.",
          base
        ) { $0.service = service }
      }
  }

  /// The date read twice, or in local time.
  private static func ofDate(_ base: Draft, _ claim: SignatureClaim) -> [Mistake] {
    let seconds = claim.date.secondsSince1970
    let days = [-1, 1].map { offset in
      let day = SigningDate(secondsSince1970: seconds + offset * 86400).dayText
      return Mistake(
        .day,
        "The signing key is derived for the day \(day), but the request is dated \(claim.date.text); take both from one time, in UTC.",
        base
      ) { $0.day = day }
    }
    let offsets = (1...5).flatMap { [$0, -$0] } + (-56...56).map { $0 * 900 }
    let clocks = offsets.filter { $0 != 0 }.map { offset in
      let date = SigningDate(secondsSince1970: seconds + offset)
      return Mistake(
        .clock,
        "The string to sign is dated \(date.text), but X-Amz-Date is \(claim.date.text); read the clock once, in UTC, and use that time for both.",
        base
      ) { draft in
        draft.date = date.text
        draft.day = date.dayText
        draft.scope = draft.scope.replacing(claim.scope.day, with: date.dayText)
      }
    }
    return days + clocks
  }

  private static func ofPath(
    _ base: Draft, _ request: SignableRequest, _ claim: SignatureClaim, _ payloadHash: String,
    _ rules: SigningService
  ) -> [Mistake] {
    let change = { (change: (inout Canonicalizer) -> Void) -> Draft in
      var canonicalizer = Canonicalizer(rules)
      change(&canonicalizer)
      var draft = base
      draft.canonicalRequest = canonicalizer.text(request, claim, payloadHash) ?? base.canonicalRequest
      return draft
    }
    let encoding = change { $0.pathEncoding = rules.pathEncoding == .twice ? .once : .twice }
    let normalization = change {
      $0.pathNormalization = rules.pathNormalization == .normalized ? .preserved : .normalized
    }
    let both = change {
      $0.pathEncoding = rules.pathEncoding == .twice ? .once : .twice
      $0.pathNormalization = rules.pathNormalization == .normalized ? .preserved : .normalized
    }
    let encodingText =
      rules.pathEncoding == .twice
      ? "The path is signed encoded once, as S3 wants it; \(rules.name) wants the path of the wire encoded once more, so that %20 becomes %2520."
      : "The path is signed encoded twice; S3 wants it as it goes on the wire, encoded once."
    let normalizationText =
      rules.pathNormalization == .normalized
      ? "The path is signed as it stands; \(rules.name) wants dot segments and repeated slashes removed before signing."
      : "The path is signed with dot segments and repeated slashes removed; S3 wants it as it stands."
    return [
      Mistake(.pathEncoding, encodingText, encoding) { _ in },
      Mistake(.pathNormalization, normalizationText, normalization) { _ in },
      Mistake(.pathEncoding, "\(encodingText) \(normalizationText)", both) { _ in },
    ]
  }
}

extension Canonicalizer {
  /// The canonical request over what `claim` lists; `nil` for a request that has none.
  func text(_ request: SignableRequest, _ claim: SignatureClaim, _ payloadHash: String) -> String? {
    try? canonicalRequest(
      for: request, payloadHash: payloadHash, signedHeaders: claim.signedHeaderList
    ).text
  }
}
