/// A known mistake of signers: its cause, its remedy, and the wrong inputs of the signature.
struct Mistake {
  let cause: SignatureDiagnosis.Cause
  let explanation: String
  let draft: Draft

  /// Every known mistake, by its kind, in the order of this file and of `Mistake+Changes.swift`.
  ///
  /// The likelier kinds come first; of two mistakes that yield the same signature, the first explains it.
  private static let kinds: [@Sendable (MistakeContext) -> [Mistake]] = [
    // Made by the signer.
    ofSecret, ofScope, ofDate, ofPath, ofLines, ofForm,
    // Made after signing.
    ofChanges, ofLists, ofBody, ofTargets, ofAdditions,
  ]

  /// The known mistakes that yield the signature that was sent, in the order of the list.
  static func explaining(_ context: MistakeContext) -> some Sequence<Mistake> {
    kinds.lazy.flatMap { $0(context) }.filter { $0.draft.makes(context.claim.signature) }
  }

  init(
    _ cause: SignatureDiagnosis.Cause, _ explanation: String, from base: Draft, change: (inout Draft) -> Void
  ) {
    self.cause = cause
    self.explanation = explanation
    var draft = base
    change(&draft)
    self.draft = draft
  }
}

/// The starting point of every known mistake: the request, and the inputs of its right signature.
struct MistakeContext {
  let request: SignableRequest
  let claim: SignatureClaim
  let rules: SigningService
  let host: AWSHost
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
    return text == base.canonicalRequest ? nil : Mistake(cause, explanation, from: base) { $0.canonicalRequest = text }
  }
}

// Mistakes of the signer, in the order of the list.
extension Mistake {
  /// White space or quotes around the secret, or a key without `AWS4`.
  @Sendable private static func ofSecret(_ context: MistakeContext) -> [Mistake] {
    let (base, trimmed) = (context.base, context.base.secret)
    let forms =
      [context.secret, " " + trimmed, "\"\(trimmed)\"", "'\(trimmed)'"]
      + ["\n", "\r\n", " ", "\r", "\t"].map { trimmed + $0 }
    let whiteSpace = forms.filter { $0 != trimmed }.map { form in
      Mistake(
        .secretWhiteSpace,
        "The secret was used with white space or quotes around it. Read the secret without its line break, spaces and quotes.",
        from: base
      ) { $0.secret = form }
    }
    let prefix = Mistake(
      .keyDerivation,
      "The signing key is derived from the secret alone. The first key must be AWS4 followed by the secret.",
      from: base
    ) { $0.secretPrefix = "" }
    return whiteSpace + [prefix]
  }

  /// The key for another region or service than the scope's.
  @Sendable private static func ofScope(_ context: MistakeContext) -> [Mistake] {
    let (base, host) = (context.base, context.host)
    guard base.algorithm == .sigV4 else { return [] }
    let regions = ([host.region].compactMap { $0 } + AWSHost.regions).filter { $0 != base.region }
    let services = (host.services + AWSHost.services).filter { $0 != base.service }
    return regions.map { region in
      Mistake(
        .region,
        "The signing key is derived for the region \(region), but the credential scope says \(base.region). Use one region for both.",
        from: base
      ) { $0.region = region }
    }
      + services.map { service in
        Mistake(
          .service,
          "The signing key is derived for the service \(service), but the credential scope says \(base.service). Use one signing name for both.",
          from: base
        ) { $0.service = service }
      }
  }

  /// The clock read twice, or in local time.
  @Sendable private static func ofDate(_ context: MistakeContext) -> [Mistake] {
    let (base, claim) = (context.base, context.claim)
    let seconds = claim.date.secondsSince1970
    let days = [-1, 1].map { offset in
      let day = SigningDate(secondsSince1970: seconds + offset * 86400).dayText
      return Mistake(
        .day,
        "The signing key is derived for the day \(day), but the request is dated \(claim.date.text). Take both from one time, in UTC.",
        from: base
      ) { $0.day = day }
    }
    let offsets = (1...5).flatMap { [$0, -$0] } + (-56...56).map { $0 * 900 }
    let clocks = offsets.filter { $0 != 0 }.map { offset in
      let date = SigningDate(secondsSince1970: seconds + offset)
      return Mistake(
        .clock,
        "The string to sign is dated \(date.text), but X-Amz-Date is \(claim.date.text). Read the clock once, in UTC, and use that time for both.",
        from: base
      ) { draft in
        draft.date = date.text
        draft.day = date.dayText
        draft.scope = draft.scope.replacing(claim.scope.day, with: date.dayText)
      }
    }
    return days + clocks
  }

  /// The path encoded or normalized by the rule of another service.
  @Sendable private static func ofPath(_ context: MistakeContext) -> [Mistake] {
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
      ? "The signed path is encoded once, as for S3. \(rules.name) requires it to be encoded once more, so that %20 becomes %2520."
      : "The signed path is encoded twice. S3 requires the path in the form that is sent, encoded once."
    let normalizationText =
      rules.pathNormalization == .normalized
      ? "The signed path isn't normalized. \(rules.name) requires that dot segments and repeated slashes are removed before signing."
      : "The signed path is normalized. S3 requires that dot segments and repeated slashes are kept."
    return [
      Mistake(.pathEncoding, encodingText, from: encoding) { _ in },
      Mistake(.pathNormalization, normalizationText, from: normalization) { _ in },
      Mistake(.pathEncoding, "\(encodingText) \(normalizationText)", from: both) { _ in },
    ]
  }

  /// One line signed in another form than it was sent.
  @Sendable private static func ofLines(_ context: MistakeContext) -> [Mistake] {
    let (right, rules) = (context.lines, context.rules)
    let bodyHash = (try? context.payload.hash(under: .signed)) ?? context.payloadHash
    var found: [Mistake] = []
    let add = { (cause: SignatureDiagnosis.Cause, explanation: String, change: (inout CanonicalLines) -> Void) in
      if let mistake = context.mistake(cause, explanation, change) { found.append(mistake) }
    }
    let host = right.header("host") ?? ""
    let name = host.prefix { $0 != ":" }
    for form in [String(name), "\(name):443", "\(name):80", "\(name):8443", "\(name):8080"] where form != host {
      add(.hostPort, "Host is signed as \(form), but sent as \(host). Sign the port if and only if it is sent.") {
        $0.setHeader("host", form)
      }
    }
    add(.host, "Host is signed as \(host.utf8.asciiLowercased), but sent as \(host). Letter case matters.") {
      $0.setHeader("host", host.utf8.asciiLowercased)
    }
    for header in context.request.headers where header.isNamed("x-forwarded-host") || header.isNamed("x-original-host")
    {
      add(
        .host,
        "Host is signed as \(header.value), but sent as \(host): a proxy set its own. Configure the proxy to keep Host."
      ) {
        $0.setHeader("host", header.value)
      }
    }
    let sent = context.claim.contentHash
    for hash in [bodyHash, SHA256Digest.hexOfNothing] {
      let (cause, text): (SignatureDiagnosis.Cause, String) =
        right.payloadHash == Payload.unsignedWord
        ? (.payloadSigned, "The payload is hashed for signing. \(rules.name) requires UNSIGNED-PAYLOAD instead.")
        : (.payload, "The signed payload hash isn't that of the body. Hash the body that is sent.")
      add(cause, text) { $0.payloadHash = hash }
      add(cause, text) {
        $0.payloadHash = hash
        $0.setHeader("x-amz-content-sha256", hash)
      }
    }
    add(
      .payloadUnsigned,
      sent == nil
        ? "UNSIGNED-PAYLOAD is signed. \(rules.name) requires the hash of the payload."
        : "UNSIGNED-PAYLOAD is signed, but x-amz-content-sha256 is the hash of the payload. Sign the value that is sent."
    ) {
      $0.payloadHash = Payload.unsignedWord
    }
    let lowercased = right.method.utf8.asciiLowercased
    add(.method, "The method is signed as \(lowercased), but sent as \(right.method). Letter case matters.") {
      $0.method = lowercased
    }
    for header in right.headers where header.name == "accept-encoding" || header.name == "connection" {
      for value in ["gzip", "identity", "gzip, deflate", "gzip, deflate, br", "close", "keep-alive", "Keep-Alive"] {
        add(
          .header,
          "\(header.name) is signed as \(value.debugDescription), but sent as \(header.value.debugDescription): a proxy or the HTTP client changed it. Leave it unsigned."
        ) { $0.setHeader(header.name, value) }
      }
    }
    return found
  }

  /// The canonical request built in another way.
  @Sendable private static func ofForm(_ context: MistakeContext) -> [Mistake] {
    let (base, right, request) = (context.base, context.lines, context.request)
    var found: [Mistake] = []
    let add = { (cause: SignatureDiagnosis.Cause, explanation: String, text: String) in
      guard text != base.canonicalRequest else { return }
      found.append(Mistake(cause, explanation, from: base) { $0.canonicalRequest = text })
    }
    let query = request.target.firstIndex(of: "?").map { request.target[request.target.index(after: $0)...] } ?? ""
    let kept = query.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature=") }
    let queries: [(String, String)] = [
      (kept.joined(separator: "&"), "unchanged. Sort the parameters, and encode each name and value"),
      (
        kept.sorted().joined(separator: "&"),
        "without encoding each name and value, or without = after a name that has no value"
      ),
      (right.query.replacing("%2B", with: "%20"), "with + as a space. Send a space as %20, and a plus sign as %2B"),
      (right.query.replacing("%20", with: "+"), "with + for a space. Send a space as %20"),
      (right.query.replacing("%2F", with: "/"), "with unencoded slashes. In a query, encode / as %2F"),
      (
        right.query.replacing("%", with: "%25"),
        "after encoding it twice, with %25 for each %. Decode names and values that are already encoded, and encode each once"
      ),
      ("", "as empty. Sign the query that is sent"),
    ]
    for (query, how) in queries {
      var lines = right
      lines.query = query
      add(.queryEncoding, "The query is signed \(how).", lines.text)
    }
    var raw = right
    for header in request.headers { raw.setHeader(header.name.utf8.asciiLowercased, header.value) }
    add(
      .headerWhiteSpace,
      "A header's value is signed with its white space. Trim the value, and replace each run of white space inside with one space.",
      raw.text)
    let lines = right.text.split(separator: "\n", omittingEmptySubsequences: false)
    add(
      .canonicalForm, "The canonical request lacks the empty line between the headers and their list. Add it.",
      (lines.dropLast(3) + lines.suffix(2)).joined(separator: "\n"))
    add(
      .canonicalForm, "The canonical request is signed with a line break at its end. It must have none.",
      right.text + "\n")
    add(
      .canonicalForm, "The canonical request is signed with CR LF between its lines. Use LF alone.",
      right.text.replacing("\n", with: "\r\n"))
    return found
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

extension AWSHost {
  /// The regions that settings most often contain by mistake.
  static let regions = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-north-1", "eu-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-south-1",
    "ca-central-1", "sa-east-1", "us-gov-west-1", "cn-north-1", "aws-global", "",
  ]

  /// The signing names that are most often confused.
  static let services = [
    "vpc-lattice-svcs", "vpc-lattice", "execute-api", "apigateway", "s3", "sts", "lambda", "es", "aoss", "dynamodb",
    "iam", "ec2", "service", "",
  ]
}
