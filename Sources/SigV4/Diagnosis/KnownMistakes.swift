/// A known mistake: its name, its remedy, and the inputs that a signer uses who makes it.
struct Mistake {
  let cause: SignatureDiagnosis.Cause
  let explanation: String
  let draft: Draft

  /// Every known mistake, by its kind; the likelier kinds come first.
  private static let kinds: [@Sendable (MistakeContext) -> [Mistake]] = [
    ofSecret, ofScope, ofDate, ofPath, ofLines, ofForm, ofChanges, ofLists, ofBody, ofTargets, ofAdditions,
  ]

  /// The first known mistake that yields the signature that was sent.
  static func find(in context: MistakeContext) -> Mistake? {
    for kind in kinds {
      if let mistake = kind(context).first(where: { $0.draft.makes(context.claim.signature) }) { return mistake }
    }
    return nil
  }

  init(
    _ cause: SignatureDiagnosis.Cause, _ explanation: String, _ base: Draft, _ change: (inout Draft) -> Void
  ) {
    self.cause = cause
    self.explanation = explanation
    var draft = base
    change(&draft)
    self.draft = draft
  }

  private static func ofSecret(_ context: MistakeContext) -> [Mistake] {
    let (base, trimmed) = (context.base, context.base.secret)
    let forms =
      [context.secret, " " + trimmed, "\"\(trimmed)\"", "'\(trimmed)'"]
      + ["\n", "\r\n", " ", "\r", "\t"].map { trimmed + $0 }
    let whiteSpace = forms.filter { $0 != trimmed }.map { form in
      Mistake(
        .secretWhiteSpace,
        "The request is signed with the secret and white space or quotes around it. Read the secret without its line break, spaces and quotes.",
        base
      ) { $0.secret = form }
    }
    let prefix = Mistake(
      .keyDerivation,
      "The signing key is derived from the bare secret. The first key must be AWS4 followed by the secret.",
      base
    ) { $0.secretPrefix = "" }
    return whiteSpace + [prefix]
  }

  /// The key for another region or service than the scope's.
  private static func ofScope(_ context: MistakeContext) -> [Mistake] {
    let (base, host) = (context.base, context.host)
    guard base.algorithm == .sigV4 else { return [] }
    let regions = ([host.region].compactMap { $0 } + HostParts.regions).filter { $0 != base.region }
    let services = (host.services + HostParts.services).filter { $0 != base.service }
    return regions.map { region in
      Mistake(
        .region,
        "The signing key is derived for the region \(region), but the credential scope says \(base.region). Use one region for both.",
        base
      ) { $0.region = region }
    }
      + services.map { service in
        Mistake(
          .service,
          "The signing key is derived for the service \(service), but the credential scope says \(base.service). Use one signing name for both.",
          base
        ) { $0.service = service }
      }
  }

  /// The clock read twice, or in local time.
  private static func ofDate(_ context: MistakeContext) -> [Mistake] {
    let (base, claim) = (context.base, context.claim)
    let seconds = claim.date.secondsSince1970
    let days = [-1, 1].map { offset in
      let day = SigningDate(secondsSince1970: seconds + offset * 86400).dayText
      return Mistake(
        .day,
        "The signing key is derived for the day \(day), but the request is dated \(claim.date.text). Take both from one time, in UTC.",
        base
      ) { $0.day = day }
    }
    let offsets = (1...5).flatMap { [$0, -$0] } + (-56...56).map { $0 * 900 }
    let clocks = offsets.filter { $0 != 0 }.map { offset in
      let date = SigningDate(secondsSince1970: seconds + offset)
      return Mistake(
        .clock,
        "The string to sign is dated \(date.text), but X-Amz-Date is \(claim.date.text). Read the clock once, in UTC, and use that time for both.",
        base
      ) { draft in
        draft.date = date.text
        draft.day = date.dayText
        draft.scope = draft.scope.replacing(claim.scope.day, with: date.dayText)
      }
    }
    return days + clocks
  }

  private static func ofPath(_ context: MistakeContext) -> [Mistake] {
    let rules = context.rules
    let draft = { (change: (inout Canonicalizer) -> Void) -> Draft in
      var canonicalizer = Canonicalizer(rules)
      change(&canonicalizer)
      var draft = context.base
      draft.canonicalRequest =
        canonicalizer.text(context.request, context.claim, context.payloadHash) ?? draft.canonicalRequest
      return draft
    }
    let encoding = draft { $0.pathEncoding = rules.pathEncoding == .twice ? .once : .twice }
    let normalization = draft {
      $0.pathNormalization = rules.pathNormalization == .normalized ? .preserved : .normalized
    }
    let both = draft {
      $0.pathEncoding = rules.pathEncoding == .twice ? .once : .twice
      $0.pathNormalization = rules.pathNormalization == .normalized ? .preserved : .normalized
    }
    let encodingText =
      rules.pathEncoding == .twice
      ? "The path is signed encoded once, as for S3. \(rules.name) requires the path that is sent to be encoded once more, so that %20 becomes %2520."
      : "The path is signed encoded twice. S3 requires the form that is sent, encoded once."
    let normalizationText =
      rules.pathNormalization == .normalized
      ? "The path is signed unchanged. \(rules.name) requires that dot segments and repeated slashes are removed before signing."
      : "The path is signed with dot segments and repeated slashes removed. S3 requires it unchanged."
    return [
      Mistake(.pathEncoding, encodingText, encoding) { _ in },
      Mistake(.pathNormalization, normalizationText, normalization) { _ in },
      Mistake(.pathEncoding, "\(encodingText) \(normalizationText)", both) { _ in },
    ]
  }
}

/// What every known mistake starts from: the request, and the inputs of its right signature.
struct MistakeContext {
  let request: SignableRequest
  let claim: SignatureClaim
  let rules: SigningService
  let host: HostParts
  let payload: Payload
  /// The last line of the right canonical request.
  let payloadHash: String
  /// The right canonical request.
  let lines: CanonicalLines
  /// The inputs of the right signature.
  let base: Draft
  /// The secret as it was given.
  let secret: String

  init(_ check: SignatureCheck, _ credentials: Credentials) {
    request = check.evidence.request
    claim = check.claim
    rules = check.rules
    host = check.evidence.host
    payload = check.evidence.payload
    payloadHash = check.payloadHash
    lines = check.lines
    base = Draft(check.claim, canonicalRequest: check.canonicalRequest, credentials: credentials)
    secret = credentials.secretAccessKey
  }

  /// A mistake in the lines of the canonical request; `nil` if `change` changes nothing.
  func mistake(
    _ cause: SignatureDiagnosis.Cause, _ explanation: String, _ change: (inout CanonicalLines) -> Void
  ) -> Mistake? {
    var lines = lines
    change(&lines)
    let text = lines.text
    return text == base.canonicalRequest ? nil : Mistake(cause, explanation, base) { $0.canonicalRequest = text }
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

extension HostParts {
  /// The regions that a setting is left at most often.
  static let regions = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-north-1", "eu-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-south-1",
    "ca-central-1", "sa-east-1", "us-gov-west-1", "cn-north-1", "aws-global", "",
  ]

  /// The signing names that are mixed up most often.
  static let services = [
    "vpc-lattice-svcs", "vpc-lattice", "execute-api", "apigateway", "s3", "sts", "lambda", "es", "aoss", "dynamodb",
    "iam", "ec2", "service", "",
  ]
}
