/// Requests a role's credentials from AWS STS (AWS STS API Reference, version 2011-06-15).
struct SecurityTokenClient {
  /// A call of an STS action.
  struct Call {
    /// `AssumeRole` or `AssumeRoleWithWebIdentity`.
    let action: String
    /// The form fields besides `Action` and `Version`.
    let fields: [(name: String, value: String)]
    /// The secrets in the fields and others that an error must not contain, besides those in the request's headers.
    var secrets: [String?] = []
    /// The codes of transient errors, besides those of every action.
    var passingCodes: Set<String> = []
    /// Signs the request; `nil` for an unsigned action.
    var sign: ((inout SignableRequest, Payload) throws(SigningError) -> Void)?
  }

  /// The codes of transient errors of every action.
  private static let passingCodes: Set<String> = [
    "IDPCommunicationError", "Throttling", "ThrottlingException", "RequestLimitExceeded", "RequestThrottled",
    "TooManyRequestsException", "InternalFailure", "ServiceUnavailable",
  ]

  /// The service's base URL without a trailing slash.
  let endpoint: String
  let transport: any HTTPTransport
  let clock: ProviderClock

  /// The service, as the beginning of a sentence.
  private var name: String { "STS at \(endpoint)" }

  /// Attempts a call once.
  func attempt(_ call: Call) async throws -> Retry.Outcome<Credentials> {
    let request = try request(for: call)
    let answer: TransportResponse
    do throws(TransportError) {
      answer = try await transport.send(request)
    } catch {
      return .passing(try error.passing(name))
    }
    let document = XMLElement(answer.body)
    guard answer.status == 200 else { return try rejection(answer.status, document, to: call, request) }
    guard let result = document?.descendant("\(call.action)Result") else {
      throw CredentialError(.badAnswer, "\(name) returned no result of \(call.action).")
    }
    return .success(try credentials(in: result))
  }

  private func request(for call: Call) throws(CredentialError) -> TransportRequest {
    var buffer = ByteBuffer(capacity: 2048)
    buffer.append("Action=\(call.action)&Version=2011-06-15")
    for field in call.fields {
      buffer.append("&\(field.name)=")
      PercentEncoding.append(field.value, to: &buffer)
    }
    let body = Array(buffer.string().utf8)
    guard let url = HTTPURL(endpoint + "/") else {
      throw ConfigurableEndpoint.securityToken.invalid("endpoint")
    }
    var headers = [
      HeaderField("Accept", "text/xml"),
      HeaderField("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]
    if let sign = call.sign {
      var request = SignableRequest(
        method: "POST", target: url.target, headers: headers + [HeaderField("Host", url.authority)])
      do throws(SigningError) {
        try sign(&request, .bytes(body))
      } catch {
        throw CredentialError(.misconfigured, "The request to STS can't be signed. \(error.message)")
      }
      headers = request.headers.filter { !$0.isNamed("host") }
    }
    return TransportRequest(
      method: "POST", url: endpoint + "/", headers: headers, body: body,
      deadlines: TransportDeadlines(connect: .seconds(3), firstByte: .seconds(5), whole: .seconds(10)))
  }

  /// Returns the error of a response if it is transient, and throws it otherwise.
  private func rejection(
    _ status: Int, _ document: XMLElement?, to call: Call, _ request: TransportRequest
  ) throws -> Retry.Outcome<Credentials> {
    let error = document?.descendant("Error")
    let code = error?.descendant("Code")?.text ?? ""
    let reason = [code, error?.descendant("Message")?.text ?? ""].told(without: SecretRuns(request, and: call.secrets))
    let rejection = CredentialError(.badAnswer, "\(name) answered \(status) to \(call.action)\(reason).")
    let isPassing =
      status == 429 || status >= 500 || Self.passingCodes.contains(code) || call.passingCodes.contains(code)
    guard isPassing else { throw rejection }
    return .passing(rejection)
  }

  private func credentials(in result: XMLElement) throws(CredentialError) -> Credentials {
    let field = { (name: String) throws(CredentialError) -> String in
      guard let text = result.descendant("Credentials", name)?.text, !text.isEmpty else {
        throw CredentialError(.badAnswer, "\(self.name) returned a response without \(name).")
      }
      return text
    }
    guard let expiration = ISO8601.date(try field("Expiration")) else {
      throw CredentialError(.badAnswer, "\(name) returned an Expiration that isn't an ISO 8601 date.")
    }
    // arn:aws:sts::123456789012:assumed-role/NAME/SESSION
    let arn = result.descendant("AssumedRoleUser", "Arn")?.text.split(separator: ":", omittingEmptySubsequences: false)
    return Credentials(
      accessKeyID: try field("AccessKeyId"), secretAccessKey: try field("SecretAccessKey"),
      sessionToken: try field("SessionToken"), expiration: expiration,
      accountID: arn.flatMap { $0.count > 5 ? String($0[4]) : nil })
  }
}

/// The endpoint of AWS STS.
enum SecurityTokenEndpoint {
  static let missingRegion = CredentialError(
    .misconfigured, "STS requires a region: set AWS_REGION, pass a region in code, or set region in the profile.")

  /// The region of the endpoint that serves all regions, and the region that its requests are signed for.
  private static let global = (region: "aws-global", signing: "us-east-1")

  /// Returns the base URL of a region's endpoint, without a trailing slash.
  static func url(region: String?) throws(CredentialError) -> String {
    guard let region else { throw missingRegion }
    guard region.isRegionName else {
      throw CredentialError(.misconfigured, "Invalid region \(region.quoted): use a name such as us-west-2.")
    }
    let name = region == global.region ? "sts" : "sts.\(region)"
    return "https://\(name).\(Partition.of(region: region).domain)"
  }

  /// Returns the region for which requests to a region's endpoint are signed.
  static func signingRegion(_ region: String) -> String { region == global.region ? global.signing : region }

  /// Returns the base URL from the environment or the profile in use, without a trailing slash; `nil` if neither sets it.
  ///
  /// The order is that of the AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
  static func configured(
    _ environment: [String: String], _ profiles: SharedProfiles?
  ) throws(CredentialError) -> String? {
    let ignores =
      try environment.setting("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
      ?? profiles?.inUse?["ignore_configured_endpoint_urls"]?.nonBlank
    guard ignores?.utf8.asciiLowercased != "true" else { return nil }
    for name in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"] {
      if let url = try environment.setting(name) { return try ConfigurableEndpoint.securityToken.checked(url, name) }
    }
    guard let (setting, url) = try profiles?.endpoint(of: "sts") else { return nil }
    return try ConfigurableEndpoint.securityToken.checked(url, setting)
  }
}

extension String {
  /// Whether the text may be a region's name: lower-case letters, digits and hyphens.
  var isRegionName: Bool {
    !isEmpty && utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
  }
}
