import Foundation
import Testing

@testable import SigV4

/// The answers of TestVectors/answers/service-errors.jsonl, and the table that explains them.
@Suite struct ServiceErrorTests {
  static let rows: [AnswerRow] = (try? AnswerRow.all()) ?? []

  @Test(arguments: rows)
  func `an answer has the cause and the certainty that its row says`(row: AnswerRow) throws {
    let mismatch = SignatureDiagnosis(
      of: try row.signedRequest(), answer: row.answer.isEmpty ? nil : ServiceErrorResponse(row.answer))
    #expect(mismatch.cause.description == row.cause)
    #expect(mismatch.certainty?.rawValue == row.certainty)
    if let says = row.says { #expect(mismatch.explanation.contains(says), "\(mismatch)") }
  }

  @Test func `the file has answers from each kind of service, each with its source`() {
    #expect(Self.rows.count > 140)
    #expect(Self.rows.allSatisfy { !$0.source.isEmpty })
    #expect(Set(Self.rows.map(\.id)).count == Self.rows.count)
  }

  /// A short word such as `Blocked` can occur in any sentence.
  @Test(arguments: [("SlowDown", SignatureDiagnosis.Cause.otherReason), ("Blocked", .unknown)])
  func `a code of eight letters or more is found in a text that isn't an error document`(
    code: String, cause: SignatureDiagnosis.Cause
  ) throws {
    let mismatch = SignatureDiagnosis(
      of: try SignedSample().request(), answer: ServiceErrorResponse("The proxy received \(code)."))
    #expect(mismatch.cause == cause, "\(mismatch)")
  }

  /// The request's own words, such as a key called after an error, aren't the service's.
  @Test(arguments: ["/InternalError/SlowDown", "/NoSuchKey", "/key"])
  func `the canonical request that a service shows isn't searched for its words`(path: String) throws {
    let sample = SignedSample(service: .s3, target: path)
    let request = try sample.request()
    var copy = request
    let signed = try Signer(service: .s3, region: "us-west-2").sign(
      &copy, payload: .empty, with: sample.credentials, at: SignedSample.time)
    let answer = ServiceErrorResponse(
      """
      <Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you \
      provided. Check your key and signing method.</Message><StringToSign>\(try signed.stringToSign.text)</StringToSign>\
      <CanonicalRequest>\(try signed.canonicalRequest.text)</CanonicalRequest></Error>
      """)
    let mismatch = SignatureDiagnosis(of: request, answer: answer)
    #expect(mismatch.cause == .secret, "\(mismatch)")
    #expect(mismatch.certainty == .likely)
  }

  /// An answer that contains only the row's wording and code.
  @Test(arguments: ServiceError.table.indices)
  func `no row of the table is hidden by one before it`(index: Int) throws {
    let row = ServiceError.table[index]
    let message = row.wording.joined(separator: "name")
    let code = row.codes.last.map { "\"code\":\"\($0)\"," } ?? ""
    let text = message.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let answer = ServiceErrorResponse("{\(code)\"message\":\"\(text)\"}")
    let isReached = try AnswerRow.requests.contains { kind in
      let host = row.host.map { "name.\($0).us-west-2.amazonaws.com" }
      let request = try AnswerRow(kind: kind, host: host).signedRequest()
      let evidence = Evidence(request, .empty, answer: answer)
      return ServiceError.find(row.certainty, in: evidence)?.row == index
    }
    #expect(isReached, "\(row.wording) \(row.codes)")
  }

  /// Every pair of rows that fit a text with one row's wording; the row that applies comes first.
  ///
  /// Rows with the same name require different requests. The answers' file tests their order.
  private static func overlaps() throws -> Set<String> {
    let order = [SignatureDiagnosis.Certainty.certain, .likely]
      .flatMap { certainty in ServiceError.table.filter { $0.certainty == certainty } }
    var overlaps: Set<String> = []
    for (index, row) in order.enumerated() {
      let wording = row.wording.joined(separator: "name")
      let host = HeaderField("Host", row.host.map { "name.\($0).us-west-2.amazonaws.com" } ?? "example.amazonaws.com")
      let evidence = Evidence(
        try SignedSample(headers: [host]).request(), .empty, answer: ServiceErrorResponse(wording))
      for (otherIndex, other) in order.enumerated() where other.name != row.name {
        guard other.gaps(in: AnswerText(unwrapping: wording), Set(row.codes), evidence) != nil else { continue }
        overlaps.insert(index < otherIndex ? "\(row.name) < \(other.name)" : "\(other.name) < \(row.name)")
      }
    }
    return overlaps
  }

  @Test func `of rows that overlap, the expected one applies`() throws {
    let expected: Set = [
      "likely user: anonymous is not authorized … with an explicit deny < likely user: anonymous is not authorized",
      "certain user: anonymous is not authorized < likely user: anonymous is not authorized",
      "certain anonymous access is forbidden < likely anonymous access is forbidden",
      "certain anonymous users cannot < likely anonymous users cannot",
      "certain request is missing authentication token < likely missing authentication token",
      "certain security token included in the request is invalid < likely security token included in the request is invalid",
      "certain InvalidAccessKeyId < likely UnrecognizedClientException",
      "certain credential should be scoped to a valid region, not '…' < certain scoped to a valid region",
      "certain scoped to correct service: '…' < certain scoped to correct service",
      "certain request has expired < likely request has expired",
      "certain x-amz-content-sha256' header does not match < likely x-amz-content-sha256",
      "certain missing the 'x-amz-content-sha256' in canonical headers < likely x-amz-content-sha256",
      "certain missing required header for this request: x-amz-content-sha256 < likely x-amz-content-sha256",
      "certain x-amz-content-sha256 must be < likely x-amz-content-sha256",
      "certain 'x-amz-security-token' is named as a signedheader < certain '…' is named as a signedheader",
      "certain 'x-amz-content-sha256' is named as a signedheader < likely x-amz-content-sha256",
      "certain 'x-amz-content-sha256' is named as a signedheader < certain '…' is named as a signedheader",
      "certain key=value pair < likely key=value pair",
      "certain authorization header requires '…' parameter < likely authorization header requires '…' parameter",
      "certain with an explicit deny in an …policy < certain with an explicit deny",
      "certain with an explicit deny in a …policy < certain with an explicit deny",
      "certain is not authorized to perform: vpc-lattice-svcs < certain is not authorized to perform",
      "certain is not authorized to perform: … because no …policy allows < certain is not authorized to perform",
      "likely forbidden lambda-url < likely forbidden",
      "likely forbidden iot < likely forbidden",
      "likely forbidden aoss < likely forbidden",
      "likely access denied AccessDenied < likely AccessDenied",
    ]
    let overlaps = try Self.overlaps()
    #expect(overlaps.subtracting(expected).isEmpty, "unexpected overlaps")
    #expect(expected.subtracting(overlaps).isEmpty, "missing overlaps, or in another order")
  }

  @Test(arguments: [
    (
      "User: anonymous is not authorized to perform: x because no service-based policy allows x",
      SignatureDiagnosis.Cause.notSigned
    ),
    (
      "User: a is not authorized to perform: vpc-lattice-svcs:Invoke with an explicit deny in a service-based policy",
      .notAllowed
    ),
    ("The authorization header is malformed; the region 'a' is wrong; expecting 'b'", .region),
    ("The authorization header is malformed; incorrect service \"a\". This endpoint belongs to \"b\".", .service),
    ("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed", .malformedSignature),
    ("'x-amz-security-token' is named as a SignedHeader, but it does not exist", .sessionToken),
    ("'x-amz-content-sha256' is named as a SignedHeader, but it does not exist", .contentHashHeader),
    ("The provided 'x-amz-content-sha256' header does not match what was computed.", .payload),
    ("Token expired: current date/time 1 must be before the expiration date/time 0", .otherReason),
  ])
  func `of rows that overlap, the narrower one applies`(message: String, cause: SignatureDiagnosis.Cause) throws {
    let answer = ServiceErrorResponse("{\"message\":\(String(reflecting: message))}")
    #expect(SignatureDiagnosis(of: try SignedSample().request(), answer: answer).cause == cause)
  }

  @Test(
    arguments: [
      (#"{"code":"AccessDenied","message":"a\nb"}"#, "AccessDenied", "a\nb"),
      ("{\"message\":\"a\nb", nil, "a\nb"),
      ("An error occurred (Code) when calling the Name operation: Text", "Code", "Text"),
      ("An error occurred (Code) when calling the Name operation (reached max retries: 4): Text", "Code", "Text"),
      (
        "botocore.exceptions.ClientError: An error occurred (Code) when calling the Name operation: Text", "Code",
        "Text"
      ),
      ("operation error S3: GetObject, https response error StatusCode: 403, api error Code: Text", "Code", "Text"),
      ("Code: Text\n\tstatus code: 403, request id: 1", "Code", "Text\n\tstatus code: 403, request id: 1"),
      (
        "com.amazonaws.AmazonServiceException: Text (Service: S3; Status Code: 403; Error Code: Code; Request ID: 1)",
        "Code", "Text"
      ),
      (
        "software.amazon.awssdk.services.sts.model.CodeException: Text (Service: Sts, Status Code: 403)",
        "CodeException", "Text"
      ),
      ("Aws::S3::Errors::Code: Text", "Code", "Text"), ("Code (client): Text", "Code", "Text"),
      ("Error: Code: Text", "Code", "Text"), ("{'Error': {'Code': 'C', 'Message': 'Text'}}", "C", "Text"),
      ("HTTP/1.1 403 Forbidden\r\nX-Amzn-ErrorType: Code:http://a/\r\n\r\n{\"message\":\"Text\"}", "Code", "Text"),
      ("<html><head><title>403 Forbidden</title></head></html>", nil, "403 Forbidden"),
    ] as [(String, String?, String)])
  func `code and message are read from any form of answer`(body: String, code: String?, message: String) {
    let answer = ServiceErrorResponse(body)
    #expect(answer.code == code)
    #expect(answer.message == message)
  }

  @Test(arguments: ["{", "[", "{\"a\":", "<", "<a>", "\"", "a:", "&#"])
  func `a long answer without structure is read in one pass`(piece: String) throws {
    let answer = ServiceErrorResponse(String(repeating: piece, count: 300_000 / piece.utf8.count))
    #expect(answer.message.utf8.count <= 262_144)
    #expect(SignatureDiagnosis(of: try SignedSample().request(), answer: answer).cause == .unknown)
  }

  @Test func `text of an answer that repeats a part of a secret isn't shown`() throws {
    let token = "FwoGZXIvYXdzEJr//////////wEaDPlanted0123456789"
    let sample = SignedSample(token: token)
    let request = try sample.request()
    for part in [token, String(token.dropFirst(7).prefix(12)), String(sample.credentials.secretAccessKey.prefix(9))] {
      for wording in ["'\(part)' is named as a SignedHeader", "scoped to correct service: '\(part)'"] {
        let mismatch = SignatureDiagnosis(
          of: request, answer: ServiceErrorResponse("{\"message\":\"\(wording)\"}"), credentials: sample.credentials)
        #expect(!"\(mismatch)".contains(part), "\(mismatch)")
      }
      let shown = "GET\n/\(part)\n\nhost:example.amazonaws.com\n\nhost\n00"
      let mismatch = SignatureDiagnosis(
        of: request, answer: ServiceErrorResponse("<CanonicalRequest>\(shown)</CanonicalRequest>"),
        credentials: sample.credentials)
      #expect(!mismatch.differences.isEmpty)
      #expect(!"\(mismatch)".contains(part), "\(mismatch)")
    }
  }
}

/// A row of TestVectors/answers/service-errors.jsonl.
struct AnswerRow: Decodable, CustomTestStringConvertible, Sendable {
  let id: String
  let source: String
  let answer: String
  let host: String?
  let request: String?
  let cause: String
  let certainty: String?
  let says: String?

  var testDescription: String { id }

  init(kind: String, host: String?) {
    (id, source, answer, cause, certainty, says) = ("", "", "", "", nil, nil)
    (request, self.host) = (kind, host)
  }

  static func all() throws -> [AnswerRow] {
    let url = VectorFiles.packageRoot.appending(path: "TestVectors/answers/service-errors.jsonl")
    return try Data(contentsOf: url).split(separator: 0x0A).map { try JSONDecoder().decode(AnswerRow.self, from: $0) }
  }

  /// The kinds of requests that the file knows.
  static let requests = [
    "signed", "unsigned", "bearer", "basic", "dateless", "token", "temporary", "presigned", "presigned with bearer",
    "presigned with signature", "presigned in JSON", "presigned in HTML", "lattice with hash", "lattice streaming",
    "version 2", "version 2 presigned",
  ]

  /// The request that the service answers: signed by the example credentials unless the row says otherwise.
  func signedRequest() throws -> SignableRequest {
    let host = host ?? "example.amazonaws.com"
    let field = HeaderField("Host", host)
    let unsigned = SignableRequest(method: "GET", target: "/orders", headers: [field])
    let name = AWSHost(host).service ?? (host.hasPrefix("iam.") ? "iam" : "service")
    var sample = SignedSample(service: SigningService(name), target: "/orders", headers: [field])
    var request = unsigned
    switch self.request ?? "signed" {
    case "signed": return try sample.request()
    case "unsigned": return request
    case "bearer": request.add("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
    case "basic": request.add("Authorization", "Basic dXNlcjpwYXNzd29yZA==")
    case "dateless": return try sample.request { $0.remove("X-Amz-Date") }
    case "token":
      sample.token = "FwoGZXIvYXdzEXAMPLE"
      return try sample.request()
    case "temporary": return try sample.request { try $0.replaceInAuthorization("AKIDEXAMPLE", "ASIAEXAMPLE") }
    case "lattice with hash":
      return try sample.request { $0.set("x-amz-content-sha256", SHA256Digest.hexOfNothing) }
    case "lattice streaming":
      return try sample.request { $0.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") }
    case "version 2": request.add("Authorization", "AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=")
    case "version 2 presigned":
      request.target += "?AWSAccessKeyId=AKIDEXAMPLE&Expires=1141889120&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D"
    default:
      let authorization = try sample.request().headers.first { $0.isNamed("Authorization") }?.value
      sample.placement = .query
      request = try sample.request()
      switch self.request {
      case "presigned": break
      case "presigned with bearer": request.add("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
      case "presigned with signature": request.add("Authorization", try #require(authorization))
      case "presigned in JSON": request.target = request.target.replacing("&", with: "\\u0026")
      case "presigned in HTML": request.target = request.target.replacing("&", with: "&amp;")
      default: Issue.record("The kind of request isn't known: \(self.request ?? "")")
      }
    }
    return request
  }
}

extension ServiceError {
  /// The parts of a row by which it is found.
  fileprivate var name: String {
    ([certainty.rawValue, wording.joined(separator: "…"), codes.first ?? "", host ?? ""]).filter { !$0.isEmpty }
      .joined(separator: " ")
  }
}
