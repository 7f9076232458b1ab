import Foundation
import Testing

@testable import SigV4

/// The responses to rejected requests, read again by `ServiceErrorResponse` and `SignatureDiagnosis`.
@Suite struct VerificationErrorResponseTests {
  /// An error, and its code, status and cause in the answer of each kind of service.
  struct Row: CustomTestStringConvertible, Sendable {
    let error: VerificationError
    /// The codes of S3, STS, API Gateway and Lattice.
    let codes: [String]
    let statuses: [Int]
    let causes: [String]
    var placement = SignaturePlacement.header
    var testDescription: String { "\(error.code) \(error.cause.map(\.rawValue) ?? "")" }

    init(
      _ code: VerificationError.Code, _ cause: VerificationError.Cause? = nil,
      _ detail: VerificationError.Detail? = nil, message: String = "Send it again.", codes: [String], statuses: [Int],
      causes: [String], placement: SignaturePlacement = .header
    ) {
      error = VerificationError(code, message, cause: cause, detail: detail)
      self.codes = codes
      self.statuses = statuses
      self.causes = causes
      self.placement = placement
    }
  }

  private static let services: [(SigningService, host: String)] = [
    (.s3, "bucket.s3.us-west-2.amazonaws.com"), (.sts, "sts.us-west-2.amazonaws.com"),
    (.executeAPI, "abc123.execute-api.us-west-2.amazonaws.com"),
    (.vpcLattice, "reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws"),
  ]
  private static let incomplete = [
    "IncompleteSignature", "IncompleteSignatureException", "IncompleteSignatureException",
  ]
  private static let invalid = ["SignatureDoesNotMatch", "InvalidSignatureException", "InvalidSignatureException"]
  private static let malformed = Array(repeating: "MalformedHttpRequestException", count: 2)
  private static let incompleteStatuses = [400, 400, 400, 403]
  private static let time = SigningDate(secondsSince1970: 1_440_938_160)  // 2015-08-30T12:36:00Z
  private static let late = SigningDate(secondsSince1970: 1_440_938_160 + 3600)

  private static func same<Value>(_ value: Value) -> [Value] { Array(repeating: value, count: 4) }

  static let rows: [Row] = [
    Row(
      .tooLarge, codes: ["RequestHeaderSectionTooLarge"] + Array(repeating: "RequestEntityTooLargeException", count: 3),
      statuses: [400, 413, 413, 413], causes: same("otherReason")),
    Row(
      .invalidRequest, codes: ["BadRequest", "MalformedHttpRequestException"] + malformed, statuses: same(400),
      causes: same("otherReason")),
    Row(
      .nonCanonicalTarget, codes: ["InvalidURI", "MalformedQueryString"] + malformed, statuses: same(400),
      causes: same("otherReason")),
    Row(
      .missingSignature,
      codes: [
        "AccessDenied", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "AccessDeniedException",
      ], statuses: same(403), causes: ["notAllowed", "notSigned", "notSigned", "notSigned"]),
    Row(
      .ambiguousSignature, codes: ["AuthorizationHeaderMalformed"] + incomplete, statuses: incompleteStatuses,
      causes: same("malformedSignature")),
    Row(
      .ambiguousSignature, .twoSignatures, codes: ["InvalidArgument"] + incomplete, statuses: incompleteStatuses,
      causes: same("twoSignatures")),
    Row(
      .malformedSignature, codes: ["AuthorizationHeaderMalformed"] + incomplete, statuses: incompleteStatuses,
      causes: same("malformedSignature")),
    Row(
      .malformedSignature, .date, codes: ["AccessDenied"] + incomplete, statuses: [403, 400, 400, 403],
      causes: same("date")),
    Row(
      .unsupportedAlgorithm, codes: ["InvalidRequest"] + incomplete, statuses: incompleteStatuses,
      causes: ["signatureVersion", "malformedSignature", "malformedSignature", "malformedSignature"]),
    Row(
      .wrongScope, .region, .scope(signed: "us-east-1", expected: "us-west-2"),
      codes: ["AuthorizationHeaderMalformed"] + invalid, statuses: [400, 403, 403, 403], causes: same("region")),
    Row(
      .wrongScope, .region, codes: ["AuthorizationHeaderMalformed"] + invalid, statuses: [400, 403, 403, 403],
      causes: same("region")),
    Row(
      .wrongScope, .service, .scope(signed: "s3", expected: "sts"),
      codes: ["AuthorizationHeaderMalformed"] + invalid, statuses: [400, 403, 403, 403], causes: same("service")),
    Row(
      .wrongScope, .day, codes: ["AuthorizationHeaderMalformed"] + invalid, statuses: [400, 403, 403, 403],
      causes: same("day")),
    Row(
      .wrongScope, .malformedSignature, codes: ["AuthorizationHeaderMalformed"] + invalid,
      statuses: [400, 403, 403, 403], causes: same("malformedSignature")),
    Row(
      .missingHeader, nil, .header("x-color"), codes: ["SignatureDoesNotMatch"] + incomplete,
      statuses: [403, 400, 400, 403], causes: same("missingHeader")),
    Row(
      .missingHeader, .sessionToken, .header("x-amz-security-token"), codes: ["SignatureDoesNotMatch"] + incomplete,
      statuses: [403, 400, 400, 403], causes: same("sessionToken")),
    Row(
      .unsignedHeader,
      codes: ["AccessDenied", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignatureException"],
      statuses: same(403), causes: same("unsignedHeader")),
    Row(
      .unsignedHeader, .contentHashHeader,
      codes: ["InvalidRequest", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignatureException"],
      statuses: [400, 403, 403, 403], causes: same("contentHashHeader")),
    Row(
      .skewedDate, nil, .time(signed: time, now: late, limitSeconds: 300), codes: ["RequestTimeTooSkewed"] + invalid,
      statuses: same(403), causes: same("clock")),
    Row(
      .skewedDate, nil, .time(signed: late, now: time, limitSeconds: 301), codes: ["RequestTimeTooSkewed"] + invalid,
      statuses: same(403), causes: same("clock")),
    Row(.skewedDate, codes: ["RequestTimeTooSkewed"] + invalid, statuses: same(403), causes: same("clock")),
    Row(
      .expired, nil, .time(signed: time, now: late, limitSeconds: 900), codes: ["AccessDenied"] + invalid,
      statuses: same(403), causes: same("expired"), placement: .query),
    Row(
      .wrongPayload, codes: ["XAmzContentSHA256Mismatch"] + invalid, statuses: [400, 403, 403, 403],
      causes: same("payload")),
    Row(
      .wrongPayload, .payloadSigned, message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD.",
      codes: ["XAmzContentSHA256Mismatch"] + invalid, statuses: [400, 403, 403, 403],
      causes: ["payload"] + Array(repeating: "contentHashHeader", count: 3)),
    Row(
      .wrongSignature, codes: ["SignatureDoesNotMatch"] + invalid, statuses: same(403),
      causes: same("unknown")),
    Row(
      .wrongSessionToken,
      codes: ["InvalidToken", "InvalidClientTokenId", "UnrecognizedClientException", "UnrecognizedClientException"],
      statuses: [400, 403, 403, 403], causes: ["sessionToken", "accessKeyID", "accessKeyID", "accessKeyID"]),
    Row(
      .deniedByPolicy,
      codes: ["AccessDenied", "AccessDenied", "AccessDeniedException", "AccessDeniedException"],
      statuses: same(403), causes: same("notAllowed")),
    Row(
      .malformedChunk,
      codes: ["IncompleteBody", "ValidationError", "SerializationException", "SerializationException"],
      statuses: same(400), causes: same("otherReason")),
    Row(
      .verifierFailure, codes: ["InternalError", "InternalFailure", "InternalFailure", "InternalFailure"],
      statuses: same(500), causes: same("otherReason")),
  ]

  @Test func `every code of a verification error has a row`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/SigV4/Verifying")
    let source = try String(contentsOf: root.appending(path: "VerificationError.swift"), encoding: .utf8)
    let declared = source.matches(of: /public static let (\w+) = Code/).map { String($0.1) }
    #expect(declared.count > 10)
    #expect(Set(declared) == Set(Self.rows.map(\.error.code.description)))
  }

  @Test(arguments: rows)
  func `the response has AWS's code and status, and is understood again`(row: Row) throws {
    for (index, (service, host)) in Self.services.enumerated() {
      #expect(row.error.awsErrorCode(for: service) == row.codes[index], "\(service.name)")
      #expect(row.error.httpStatus(for: service) == row.statuses[index], "\(service.name)")
      let response = row.error.response(for: service, requestID: "4442587FB7D0A2F9")
      #expect(response.status == row.statuses[index])
      let answer = ServiceErrorResponse(response.body)
      #expect(answer.code == row.codes[index], "\(response.body)")
      #expect(answer.message == row.error.awsMessage(in: service.errorForm), "\(response.body)")
      #expect(answer.message.contains(row.error.message) == (row.error.code != .verifierFailure))
      let sample = SignedSample(
        service: service, placement: row.placement, target: "/orders", headers: [HeaderField("Host", host)])
      let diagnosis = SignatureDiagnosis(of: try sample.request(), answer: answer)
      #expect(diagnosis.cause.description == row.causes[index], "\(service.name): \(response.body) \(diagnosis)")
    }
  }

  @Test(arguments: [
    (SigningService.s3, "application/xml", ["Content-Type", "x-amz-request-id"]),
    ("s3express", "application/xml", ["Content-Type", "x-amz-request-id"]),
    ("iam", "text/xml", ["Content-Type", "x-amzn-RequestId"]),
    ("ec2", "text/xml", ["Content-Type", "x-amzn-RequestId"]),
    ("sqs", "application/json", ["Content-Type", "x-amzn-ErrorType", "x-amzn-RequestId"]),
    (.vpcLattice, "text/plain", ["Content-Type", "x-amzn-RequestId"]),
    (SigningService(customRulesFor: "mine", payload: .unsigned), "text/plain", ["Content-Type", "x-amzn-RequestId"]),
  ])
  func `the service's rules and name decide the form`(service: SigningService, type: String, names: [String]) {
    let error = VerificationError(.wrongSignature, "It is wrong.")
    let response = error.response(for: service, requestID: "4442")
    #expect(response.contentType == type)
    #expect(response.headers.map(\.name) == names)
    #expect(response.headers["Content-Type"] == type)
    #expect(response.headers.last?.value == "4442")
    #expect(response.body.contains("4442") == type.hasSuffix("xml"))
  }

  @Test func `EC2 has a document of its own`() throws {
    let body = VerificationError(.wrongSignature, "It is wrong.").response(for: "ec2", requestID: "4442").body
    let root = try #require(XMLElement(Array(body.utf8)))
    #expect(root.name == "Response")
    #expect(root.children.map(\.name) == ["Errors", "RequestID"])
    #expect(ServiceErrorResponse(body).code == "SignatureDoesNotMatch")
  }

  @Test(arguments: [nil, "", "a b", "4442\r\nSet-Cookie: a=b", "é"])
  func `a request ID that no header can contain is left out`(id: String?) {
    for (service, _) in Self.services {
      let error = VerificationError(.wrongSignature, "It is wrong.")
      let response = error.response(for: service, requestID: id)
      #expect(response == error.response(for: service))
      #expect(response.headers.allSatisfy { !$0.name.hasSuffix("d") })
      #expect(!response.body.lowercased().contains("requestid"))
    }
  }

  /// Markup that could end a text or an element early, and characters that XML can't contain.
  @Test(arguments: services.map(\.0))
  func `a message with markup and control characters is escaped`(service: SigningService) throws {
    let message = "</Message><Code>&amp;\"'\\\\n]]>\u{0}\u{1}\r\n\t\u{7F}\u{85}\u{FFFE}\u{FFFF} 한é\u{1F600}"
    let shown = "</Message><Code>&amp;\"'\\\\n]]>" + String(repeating: "\u{FFFD}", count: 9) + " 한é\u{1F600}"
    let response = VerificationError(.tooLarge, message).response(for: service, requestID: "4442")
    let body = Array(response.body.utf8)
    switch service.errorForm {
    case .s3, .query, .ec2:
      let root = try #require(XMLElement(body))
      let error = root.name == "Error" ? root : try #require(root.children.first)
      #expect(error.children.first { $0.name == "Message" }?.text == shown)
      #expect(error.children.count { $0.name == "Code" } == 1)
      #expect(!response.body.contains("]]>"))
    case .json:
      let object = try JSONDecoder().decode([String: String].self, from: Data(body))
      #expect(object == ["__type": "RequestEntityTooLargeException", "message": shown])
    case .lattice: #expect(response.body == "RequestEntityTooLargeException: \(shown)")
    }
    #expect(response.body.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test func `the time of a rejection is in AWS's words, so that clients learn their skew`() {
    let error = { (signed: SigningDate, now: SigningDate, limit: Int) in
      VerificationError(.skewedDate, "", detail: .time(signed: signed, now: now, limitSeconds: limit))
        .awsMessage(in: .json)
    }
    #expect(
      error(Self.time, Self.late, 300)
        == "Signature expired: 20150830T123600Z is now earlier than 20150830T133100Z (20150830T133600Z - 5 min.). ")
    #expect(
      error(Self.late, Self.time, 61)
        == "Signature not yet current: 20150830T133600Z is still later than 20150830T123701Z (20150830T123600Z + 61 sec.). "
    )
  }

  /// The details that the verifier's checks give.
  @Test func `the verifier's own errors have AWS's words with the request's values`() throws {
    let sample = SignedSample(token: "token")
    let message = {
      (region: String, service: SigningService, offset: Double, change: (inout SignableRequest) -> Void) in
      var request = try sample.request()
      change(&request)
      do {
        _ = try Verifier(service: service, region: region).verify(
          request, payload: .empty, with: sample.credentials, at: SignedSample.time + offset)
        return ""
      } catch let error as VerificationError { return error.awsMessage(in: .json) }
    }
    let expectations: [(String, String)] = [
      (try message("us-east-1", "service", 0) { _ in }, "a valid region, not 'us-west-2'. "),
      (try message("us-west-2", "other", 0) { _ in }, "correct service: 'other'. "),
      (try message("us-west-2", "service", 0) { $0.remove("X-Color") }, "'x-color' is named as a SignedHeader, "),
      (try message("us-west-2", "service", 600) { _ in }, "20150830T124100Z (20150830T124600Z - 5 min.)"),
      (try message("us-west-2", "service", -600) { _ in }, "20150830T123100Z (20150830T122600Z + 5 min.)"),
    ]
    for (message, part) in expectations { #expect(message.contains(part), "\(message)") }
    // A region that S3's clients sign for at their second try.
    let error = VerificationError(.wrongScope, "", cause: .region, detail: .scope(signed: "a", expected: "us-west-2"))
    #expect(error.response(for: .s3).body.contains("<Region>us-west-2</Region>"))
  }

  @Test func `marks that are a part of a longer character are escaped`() {
    let error = VerificationError(.invalidRequest, "\u{600}<\u{600}>\u{600}&\u{600}\"\u{600}\\")
    let body = { (service: SigningService) in
      String(String.UnicodeScalarView(error.response(for: service).body.unicodeScalars.filter { $0 != "\u{600}" }))
    }
    let (xml, json) = (body(.s3), body(.executeAPI))
    #expect(xml.contains(#"&lt;&gt;&amp;&quot;\<"#), "\(xml)")
    #expect(json.contains(#"<>&\"\\""#), "\(json)")
  }
}
