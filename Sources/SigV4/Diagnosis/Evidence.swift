#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// Everything that a diagnosis knows about one request.
struct Evidence {
  let request: SignableRequest
  /// The body, or the word that is signed instead of a body in chunks, whose signatures aren't checked here.
  let payload: Payload
  let answer: ServiceErrorResponse?
  let credentials: Credentials?
  /// The service's clock, if the caller or the answer gives it.
  let serviceTime: Date?
  /// The signature of the request, or the error of reading it.
  let signature: Result<SignatureClaim, VerificationError>
  let host: AWSHost

  init(
    _ request: SignableRequest, _ payload: Payload, answer: ServiceErrorResponse? = nil,
    credentials: Credentials? = nil, serviceTime: Date? = nil
  ) {
    self.request = request
    self.answer = answer
    self.credentials = credentials
    self.serviceTime =
      serviceTime ?? answer?.clock.map { Date(timeIntervalSince1970: Double($0.secondsSince1970)) }
    host = AWSHost(request.headers["host"] ?? "")
    do throws(VerificationError) { signature = .success(try SignatureClaim(request)) } catch {
      signature = .failure(error)
    }
    let claimed = (try? signature.get())?.contentHash
    let word = (request.headers[values: "x-amz-content-sha256"] + [claimed ?? ""]).first { $0.hasPrefix("STREAMING-") }
    self.payload = word.map { .hash($0) } ?? payload
  }

  /// Whether the answer contains the words, which are in lower case.
  func says(_ words: String) -> Bool { answer.map { AnswerText(unwrapping: $0.text).contains(words) } ?? false }

  var claim: SignatureClaim? { try? signature.get() }

  /// Whether the request carries a signature, whole or not.
  var isSigned: Bool {
    if case .failure(let error) = signature { error.code != .missingSignature } else { true }
  }

  var isPresigned: Bool { claim?.placement == .query }

  func header(_ name: String) -> String? { request.headers[name] }

  var hasToken: Bool {
    claim?.fields.sessionToken != nil || header("x-amz-security-token") != nil || header("x-amz-s3session-token") != nil
  }

  /// Whether the key belongs to temporary credentials whose token isn't sent
  /// (IAM User Guide, "IAM identifiers": an access key ID that begins with ASIA is temporary).
  var lacksToken: Bool { claim?.accessKeyID.hasPrefix("ASIA") == true && !hasToken }

  /// Whether `Authorization` contains something other than an AWS signature: a Bearer token, a password.
  var hasOtherScheme: Bool { header("authorization").map { !$0.isAWSAuthorization } ?? false }

  /// The request's date minus the service's clock, in seconds.
  var clockOffset: Int? {
    guard let sent = claim?.date.secondsSince1970, let serviceTime,
      let time = Int(exactly: serviceTime.timeIntervalSince1970.rounded(.down)), time.magnitude < 1 << 40
    else { return nil }
    return sent - time
  }

  /// The secrets that no output may show.
  var secrets: SecretRuns {
    let fields = [claim?.fields.sessionToken, header("x-amz-security-token"), header("x-amz-s3session-token")]
    return SecretRuns(
      (fields + [credentials?.sessionToken, credentials?.secretAccessKey, bearerToken]).compactMap { $0 })
  }

  /// The text of an `Authorization` header that isn't an AWS signature.
  private var bearerToken: String? {
    hasOtherScheme ? header("authorization").map { String($0.drop { $0 != " " }) } : nil
  }
}
