extension Mismatch {
  /// What the service's own words say for certain; `nil` where they only say that signatures differ.
  init?(_ answer: ServiceAnswer, _ request: SignableRequest) {
    let message = answer.message
    let has = { (text: String) in message.contains(text) }
    let quoted = message.split(separator: "'", omittingEmptySubsequences: false)
    let name = quoted.count > 2 ? String(quoted[1]) : nil
    if has("User: anonymous") || answer.code == "MissingAuthenticationTokenException"
      || has("Missing Authentication Token")
    {
      self.init(
        .notSigned,
        has("User: anonymous")
          ? "The service saw no signature: send the Authorization header, and look for a proxy that removes it."
          : "The service saw no signature, or there is no such method and path; API Gateway says the same of both.")
    } else if has("is not authorized to perform") || has("is not authorized to access") {
      self.init(
        .notAllowed,
        has("explicit deny")
          ? "The signature is right; a policy denies the request explicitly."
          : "The signature is right; no policy allows the request. VPC Lattice needs both the auth policy and the caller's own policy to allow it."
      )
    } else if answer.code == "XAmzContentSHA256Mismatch" || has("x-amz-content-sha256' header does not match") {
      self.init(
        .payload,
        "The body that arrived isn't the one whose hash is in x-amz-content-sha256; hash the bytes that are sent, after compression and encoding."
      )
    } else if has("'x-amz-content-sha256'") || has("required header for this request: x-amz-content-sha256")
      || has("x-amz-content-sha256 header") || has("x-amz-content-sha256 must")
    {
      self.init(
        .contentHashHeader,
        "x-amz-content-sha256 isn't signed; set it before signing, for VPC Lattice to UNSIGNED-PAYLOAD, so that SignedHeaders lists it."
      )
    } else if has("is named as a SignedHeader"), let name {
      self.init(missingHeader: name)
    } else if answer.code == "ExpiredToken" || answer.code == "ExpiredTokenException"
      || has("token included in the request is expired")
      || has("provided token has expired")
    {
      self.init(
        .sessionToken, "The session token has expired; get credentials anew, and refresh them before they expire.")
    } else if answer.code == "InvalidToken" || has("provided token is malformed") {
      self.init(.sessionToken, "The session token isn't a token of AWS; was it cut off or quoted?")
    } else if has("security token included in the request is invalid") {
      self.init(
        .sessionToken,
        "The access key id isn't known here, or the session token belongs to another key: key id, secret and token must come from one set of credentials, of this partition, and long-term keys go without a token."
      )
    } else if answer.code == "InvalidAccessKeyId" || has("Access Key Id you provided does not exist") {
      self.init(
        .accessKeyID,
        "Nobody knows the access key id; it may be deleted or of another partition, or temporary and sent without its session token."
      )
    } else if let clock = Self.clock(answer, request) {
      self = clock
    } else if has("Credential should be scoped to a valid region") || has("must be scoped to a valid region")
      || has("the region '") && has("' is wrong")
    {
      let expected = has("' is wrong") && quoted.count > 4 ? String(quoted[3]) : nil
      self.init(
        .region,
        "The credential scope is for the wrong region\(name.map { ", \($0)" } ?? ""); sign for \(expected ?? "the region in the service's host name (us-east-1 for global services)")."
      )
    } else if has("incorrect service \"") {
      // S3 quotes otherwise: This endpoint belongs to "s3".
      let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
      let expected = parts.count > 4 ? String(parts[3]) : "the service's signing name"
      self.init(.service, "The credential scope is for the wrong service; sign for \(expected).")
    } else if has("valid terminator") {
      self.init(.malformedSignature, "The credential scope must end in /aws4_request.")
    } else if has("scoped to correct service") {
      self.init(
        .service, "The credential scope is for the wrong service; sign for \(name ?? "the service's signing name").")
    } else if has("Date in Credential scope does not match") {
      self.init(.day, "The day in the credential scope isn't the day of X-Amz-Date; take both from one time, in UTC.")
    } else if has("Request has expired") {
      self.init(
        .expired,
        "The presigned request has outlived its X-Amz-Expires, or the credentials it was made with; presign anew.")
    } else if has("headers present in the request which were not signed") {
      self.init(
        .unsignedHeader,
        "A header that must be signed isn't: sign Host and every X-Amz- header, and add none after signing.")
    } else if has("Credential is mal-formed") {
      self.init(
        .malformedSignature,
        "The credential must look like ACCESS-KEY-ID/20150830/us-west-2/service/aws4_request, in a query with %2F for each slash."
      )
    } else if answer.code?.hasPrefix("IncompleteSignature") == true || has("Authorization header requires")
      || has("not a valid key=value pair")
    {
      self.init(
        .malformedSignature,
        "The Authorization header isn't whole: it must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=….")
    } else if answer.code == "AccessDenied", (try? SignatureClaim(request)) != nil {
      self.init(
        .notAllowed,
        "The signature is right; no policy allows the request, or one denies it: look at the caller's own policy, the bucket's, and that of its key."
      )
    } else if message == "Forbidden" {
      self.init(
        .notAllowed,
        "API Gateway refuses the request before it looks at a policy of IAM: the host has no such API or stage, an API key is missing, or a resource policy or a firewall (WAF) denies it."
      )
    } else {
      return nil
    }
  }

  init(missingHeader name: String) {
    let isToken = name.lowercased() == "x-amz-security-token"
    self.init(
      isToken ? .sessionToken : .missingHeader,
      isToken
        ? "The session token is listed as signed, but it isn't there; was it empty? Send the token of the credentials, or sign without one."
        : "The header \(name) is listed as signed, but it isn't in the request; a proxy or the HTTP client removed it.")
  }

  private static func clock(_ answer: ServiceAnswer, _ request: SignableRequest) -> Mismatch? {
    let message = answer.message
    let isClock =
      ["RequestTimeTooSkewed", "RequestInTheFuture"].contains(answer.code)
      || message.contains("Signature expired") || message.contains("Signature not yet current")
    guard isClock else { return nil }
    let sent = (try? SignatureClaim(request))?.date
    let ours = sent?.secondsSince1970
    let theirs = answer.clock.flatMap { SigningDate(text: $0) }?.secondsSince1970
    guard let ours, let theirs else {
      return Mismatch(.clock, "The sender's clock is wrong; set it by NTP, and sign right before sending.")
    }
    return Mismatch(clockOffset: ours - theirs)
  }

  init(clockOffset seconds: Int) {
    let size = abs(seconds)
    let text =
      size >= 7200
      ? "\(size / 3600) hours \(size % 3600 / 60) minutes"
      : size >= 120 ? "\(size / 60) minutes \(size % 60) seconds" : "\(size) seconds"
    self.init(
      .clock,
      seconds < 0
        ? "The request is dated \(text) before the service's clock: the sender's clock is slow, or the request was kept before it was sent."
        : "The request is dated \(text) after the service's clock: the sender's clock is fast.")
  }

  init(_ cause: Cause, _ explanation: String) {
    self.init(cause: cause, explanation: explanation, differences: [])
  }
}
