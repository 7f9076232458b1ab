#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// The cause of a rejected request, how certain it is, and the lines that differ.
///
/// It never contains 8 or more consecutive characters of a secret or a session token.
///
/// ```swift
/// let diagnosis = SignatureDiagnosis(of: request, payload: .bytes(body), answer: answer, credentials: credentials)
/// if diagnosis.certainty == .certain, diagnosis.cause == .clock { print("Correct the clock.") }
/// for each in diagnosis.differences { print(each.line, each.sent ?? "nothing", each.expected ?? "nothing") }
/// ```
public struct SignatureDiagnosis: Sendable, Hashable {
  /// The cause, for code to act on.
  public let cause: Cause
  /// How certain the cause is; `nil` if the cause is unknown.
  public let certainty: Certainty?
  /// The cause and the remedy in words.
  public let explanation: String
  /// The lines in which the service's canonical request or string to sign differs from that of the request.
  public let differences: [Difference]

  init(_ cause: Cause, _ certainty: Certainty?, _ explanation: String, differences: [Difference] = []) {
    self.cause = cause
    self.certainty = certainty
    self.explanation = explanation
    self.differences = differences
  }

  /// How certain a cause is.
  public enum Certainty: String, Sendable, Hashable {
    /// The service names the cause, the request shows it, or the mistake yields the signature that was sent.
    case certain
    /// The most probable cause; others are possible.
    case likely
  }

  /// A line that differs.
  public struct Difference: Sendable, Hashable, CustomStringConvertible {
    /// The line's name: `method`, `path`, `query`, `header NAME`, `signed headers`, `payload hash`, `date`, `scope` or
    /// `canonical request hash`.
    public let line: String
    /// The line of the request as it was sent; `nil` if the request has no such line.
    public let sent: String?
    /// The line as the service computed it; `nil` if the service has no such line.
    public let expected: String?

    init(line: String, sent: String?, expected: String?) {
      // A service's text can be split into lines in unexpected places, so every part is searched for tokens.
      let isToken = line.utf8.suffix(6).asciiLowercased == "-token"
      let header = line.utf8.starts(with: "header ".utf8) ? String(Substring(line.utf8.dropFirst(7))) : nil
      let shown = { (text: String) in
        if isToken { return Redaction.placeholder }
        return header.map { Redaction.header($0, text).redactingTokens } ?? text.redactingTokens
      }
      self.line = line.redactingTokens
      self.sent = sent.map(shown)
      self.expected = expected.map(shown)
    }

    /// The line's name and both of its forms.
    public var description: String {
      "\(line)\n  sent:     \(sent ?? "(no such line)")\n  expected: \(expected ?? "(no such line)")"
    }
  }
}

extension SignatureDiagnosis: CustomStringConvertible {
  /// The certainty (`certain`, `likely` or `unknown`), the explanation, and the lines that differ.
  public var description: String {
    (["\(certainty?.rawValue ?? "unknown"): \(explanation)"] + differences.map(\.description)).joined(separator: "\n")
  }
}

extension SignatureDiagnosis {
  /// The same without any part of a secret.
  func redacted(_ secrets: SecretRuns) -> SignatureDiagnosis {
    let differences = differences.map { difference in
      Difference(
        line: secrets.removed(from: difference.line), sent: difference.sent.map(secrets.removed(from:)),
        expected: difference.expected.map(secrets.removed(from:)))
    }
    return SignatureDiagnosis(cause, certainty, secrets.removed(from: explanation), differences: differences)
  }
}

extension SignatureDiagnosis {
  /// A cause of a rejected request.
  public struct Cause: Sendable, Hashable, CustomStringConvertible {
    /// The cause's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    init(_ cause: VerificationError.Cause) { self.init(cause.rawValue) }

    /// The service saw no signature.
    public static let notSigned = Cause("notSigned")
    /// The request carries two kinds of authentication, such as a signature in its query and an `Authorization` header.
    public static let twoSignatures = Cause("twoSignatures")
    /// The request is signed with another version of AWS's signatures than the service accepts, such as version 2.
    public static let signatureVersion = Cause("signatureVersion")
    /// The host has no such method and path.
    public static let route = Cause("route")
    /// The signature is right, and a policy denies the request.
    public static let notAllowed = Cause("notAllowed")
    /// The form of the signature is wrong.
    public static let malformedSignature = Cause("malformedSignature")
    /// The request target contains the escapes of JSON or HTML: `\u0026` or `&amp;` instead of `&`.
    public static let escapedTarget = Cause("escapedTarget")
    /// The request has no date, or a date in the wrong form.
    public static let date = Cause("date")
    /// The request's date is too far from the service's clock.
    public static let clock = Cause("clock")
    /// A presigned request, or the policy of a form, has expired.
    public static let expired = Cause("expired")
    /// The credential scope or the signing key is for another region.
    public static let region = Cause("region")
    /// The credential scope or the signing key is for another service.
    public static let service = Cause("service")
    /// The credential scope or the signing key is for another day than the request's date.
    public static let day = Cause("day")
    /// `x-amz-content-sha256` is missing, isn't signed, or has an invalid value.
    public static let contentHashHeader = Cause("contentHashHeader")
    /// A header that must be signed isn't signed.
    public static let unsignedHeader = Cause("unsignedHeader")
    /// A header that is listed as signed isn't in the request.
    public static let missingHeader = Cause("missingHeader")
    /// The session token is missing, expired, or belongs to another key.
    public static let sessionToken = Cause("sessionToken")
    /// The service doesn't know the access key ID, or the request is signed with another one.
    public static let accessKeyID = Cause("accessKeyID")
    /// The service can't validate the credentials, and doesn't say whether key, secret or clock is wrong.
    public static let credentials = Cause("credentials")
    /// The secret has white space or quotes around it.
    public static let secretWhiteSpace = Cause("secretWhiteSpace")
    /// The request is signed with another secret.
    public static let secret = Cause("secret")
    /// The signing key is derived in another way.
    public static let keyDerivation = Cause("keyDerivation")
    /// The method changed, or is signed in another letter case.
    public static let method = Cause("method")
    /// The path is encoded once instead of twice, or twice instead of once.
    public static let pathEncoding = Cause("pathEncoding")
    /// The path is normalized although the service keeps it, or kept although the service normalizes it.
    public static let pathNormalization = Cause("pathNormalization")
    /// The path changed on the way.
    public static let path = Cause("path")
    /// The query is sorted or encoded in another way.
    public static let queryEncoding = Cause("queryEncoding")
    /// The query changed on the way.
    public static let query = Cause("query")
    /// `Host` is signed with a port and sent without, or signed without and sent with.
    public static let hostPort = Cause("hostPort")
    /// `Host` changed on the way.
    public static let host = Cause("host")
    /// A signed header changed, appeared or disappeared on the way.
    public static let header = Cause("header")
    /// A header's value is signed with white space that canonicalization removes.
    public static let headerWhiteSpace = Cause("headerWhiteSpace")
    /// The payload is hashed, but the service requires `UNSIGNED-PAYLOAD`.
    public static let payloadSigned = Cause("payloadSigned")
    /// The payload is `UNSIGNED-PAYLOAD`, but the service requires its hash.
    public static let payloadUnsigned = Cause("payloadUnsigned")
    /// The body isn't the one that was hashed.
    public static let payload = Cause("payload")
    /// The canonical request is built in another way.
    public static let canonicalForm = Cause("canonicalForm")
    /// The signature is right for the given credentials: something else is wrong.
    public static let signatureIsRight = Cause("signatureIsRight")
    /// The service rejects the request for a reason other than its signature.
    public static let otherReason = Cause("otherReason")
    /// The cause is unknown.
    public static let unknown = Cause("unknown")
  }
}

extension SignatureDiagnosis {
  /// Explains why a service rejects `request`.
  ///
  /// The diagnosis first reads the service's answer for a certain cause, then checks the request itself. Then it tries the known
  /// mistakes with the credentials, until one yields the signature that was sent. Only then it names a likely cause. If there is
  /// none, the cause is ``Cause/unknown``, and the explanation says why.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was sent.
  ///   - payload: The body of the request.
  ///   - answer: The service's answer.
  ///   - credentials: The credentials that the request should be signed with. They are used in this call only.
  ///   - serviceTime: The service's clock, such as the `Date` of its answer; defaults to a time that the answer shows.
  public init(
    of request: SignableRequest, payload: Payload = .empty, answer: ServiceErrorResponse? = nil,
    credentials: Credentials? = nil, serviceTime: Date? = nil
  ) {
    let evidence = Evidence(
      request, payload, answer: answer, credentials: credentials, serviceTime: serviceTime)
    let found =
      ServiceError.meaning(.certain, of: evidence) ?? RequestCheck.finding(in: evidence)
      ?? Self(checking: evidence)
    self = found.redacted(evidence.secrets)
  }

  /// Diagnoses a request whose cause neither the service nor the request alone shows: by the search, then by likely causes.
  private init(checking evidence: Evidence) {
    guard let check = SignatureCheck(evidence) else {
      self.init(
        .unknown, nil,
        "The request has no canonical form, so its signature can't be checked. Check its method, target and headers.")
      return
    }
    self =
      check.searched ?? check.regionAgainstHost ?? ServiceError.meaning(.likely, of: evidence) ?? check.likely
      ?? check.unknown
  }

  init(clockOffset seconds: Int) {
    let size = seconds.magnitude
    let text =
      size >= 172_800
      ? "\(size / 86_400) days"
      : size >= 7200
        ? "\(size / 3600) hours \(size % 3600 / 60) minutes"
        : size >= 120 ? "\(size / 60) minutes \(size % 60) seconds" : "\(size) seconds"
    self.init(
      .clock, .certain,
      seconds < 0
        ? "The request is dated \(text) before the service's clock: the sender's clock is slow, or the request waited before it was sent."
        : "The request is dated \(text) after the service's clock: the sender's clock is fast.")
  }
}
