/// Asks AWS STS for a role's credentials (AWS STS API Reference, version 2011-06-15).
struct SecurityTokenClient {
  /// What to ask for.
  struct Call {
    /// `AssumeRole` or `AssumeRoleWithWebIdentity`.
    let action: String
    /// The form's fields beside `Action` and `Version`.
    let fields: [(name: String, value: String)]
    /// The secrets in the fields, and others that an error must not contain; those in the request's headers are known.
    var secrets: [String?] = []
    /// Codes of errors that may pass, beside those of every action.
    var passingCodes: Set<String> = []
    /// Signs the request; `nil` for an action that takes none.
    var sign: ((inout SignableRequest, Payload) throws(SigningError) -> Void)?
  }

  /// Codes of errors that may pass, whatever the action.
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

  /// One attempt at a call.
  func attempt(_ call: Call) async throws -> Retry.Outcome<Credentials> {
    let request = try request(for: call)
    let answer: TransportResponse
    do throws(TransportError) {
      answer = try await transport.send(request)
    } catch {
      return .passing(try error.passing(name))
    }
    let document = XMLElement(answer.body)
    guard answer.status == 200 else { return try refusal(answer.status, document, call, request) }
    guard let result = document?.descendant("\(call.action)Result") else {
      throw CredentialError(.badAnswer, "\(name) answered \(call.action) with something else than its result.")
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
    guard let url = HTTPURL(endpoint + "/") else { throw CredentialError(.misconfigured, "\(name) has no URL.") }
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

  /// What an answer with an error means; it is thrown unless it may pass.
  private func refusal(
    _ status: Int, _ document: XMLElement?, _ call: Call, _ request: TransportRequest
  ) throws -> Retry.Outcome<Credentials> {
    let error = document?.descendant("Error")
    let code = error?.descendant("Code")?.text ?? ""
    let reason = [code, error?.descendant("Message")?.text ?? ""].told(without: SecretRuns(request, and: call.secrets))
    let refusal = CredentialError(.badAnswer, "\(name) answered \(status) to \(call.action)\(reason).")
    let isPassing =
      status == 429 || status >= 500 || Self.passingCodes.contains(code) || call.passingCodes.contains(code)
    guard isPassing else { throw refusal }
    return .passing(refusal)
  }

  private func credentials(in result: XMLElement) throws(CredentialError) -> Credentials {
    let field = { (name: String) throws(CredentialError) -> String in
      guard let text = result.descendant("Credentials", name)?.text, !text.isEmpty else {
        throw CredentialError(.badAnswer, "\(self.name) answered without \(name).")
      }
      return text
    }
    guard let expiration = ISO8601.date(try field("Expiration")) else {
      throw CredentialError(.badAnswer, "\(name) answered with an Expiration that is no ISO 8601 date.")
    }
    // arn:aws:sts::123456789012:assumed-role/NAME/SESSION
    let arn = result.descendant("AssumedRoleUser", "Arn")?.text.split(separator: ":", omittingEmptySubsequences: false)
    return Credentials(
      accessKeyID: try field("AccessKeyId"), secretAccessKey: try field("SecretAccessKey"),
      sessionToken: try field("SessionToken"), expiration: expiration,
      accountID: arn.flatMap { $0.count > 5 ? String($0[4]) : nil })
  }
}
