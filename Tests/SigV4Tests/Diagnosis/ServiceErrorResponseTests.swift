import Foundation
import SigV4
import Testing

/// The wordings of services, word for word, and their diagnosis.
@Suite struct ServiceErrorResponseTests {
  struct Answer: CustomTestStringConvertible, Sendable {
    let body: String
    let cause: SignatureDiagnosis.Cause
    let sentence: String
    var testDescription: String { body }

    init(_ body: String, _ cause: SignatureDiagnosis.Cause, _ sentence: String) {
      self.body = body
      self.cause = cause
      self.sentence = sentence
    }

    /// The error document of S3.
    static func s3(_ code: String, _ message: String, _ cause: SignatureDiagnosis.Cause, _ sentence: String) -> Answer {
      Answer("<Error><Code>\(code)</Code><Message>\(message)</Message></Error>", cause, sentence)
    }
  }

  static let answers: [Answer] = [
    .s3(
      "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
      .payload, "Hash the bytes that are sent"),
    .s3(
      "InvalidRequest", "Missing required header for this request: x-amz-content-sha256", .contentHashHeader,
      "Set it before signing"),
    .s3(
      "AuthorizationQueryParametersError",
      "Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'eu-west-1'", .region,
      "Sign for eu-west-1"),
    .s3(
      "AuthorizationHeaderMalformed",
      "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'", .region,
      "wrong region, us-east-1. Sign for eu-west-1"),
    .s3(
      "AuthorizationQueryParametersError",
      "Error parsing the X-Amz-Credential parameter; incorrect service &quot;execute-api&quot;. This endpoint belongs to &quot;s3&quot;.",
      .service, "Sign for s3."),
    .s3(
      "AuthorizationHeaderMalformed",
      "The authorization header is malformed; the Credential is mal-formed; expecting \"&lt;YOUR-AKID&gt;/YYYYMMDD/REGION/SERVICE/aws4_request\".",
      .malformedSignature, "must look like ACCESS-KEY-ID/"),
    .s3("AccessDenied", "Access Denied", .notAllowed, "No policy allows"),
    .s3("AccessDenied", "Request has expired", .expired, "outlived"),
    .s3(
      "AccessDenied", "There were headers present in the request which were not signed", .unsignedHeader, "Sign Host"),
    Answer(
      #"{"message": "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. "}"#,
      .malformedSignature, "must end in /aws4_request"),
    Answer(
      #"{"message": "Credential=a is not a valid key=value pair (missing equal-sign) in Authorization header: 'x'."}"#,
      .malformedSignature, "must look like ALGORITHM Credential="),
    Answer(#"{"message":"Forbidden"}"#, .notAllowed, "API Gateway rejects"),
  ]

  @Test(arguments: answers)
  func `a service's words are understood`(answer: Answer) throws {
    let mismatch = SignatureDiagnosis(of: try SignedSample().request(), answer: ServiceErrorResponse(answer.body))
    #expect(mismatch.cause == answer.cause)
    #expect(mismatch.explanation.contains(answer.sentence), "\(mismatch)")
  }

  @Test func `S3 denies access to a request without a signature as well`() {
    let request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h")])
    #expect(
      SignatureDiagnosis(of: request, answer: ServiceErrorResponse("<Code>AccessDenied</Code>")).cause == .notSigned)
  }

  @Test(arguments: [
    ("x.7d67968.vpc-lattice-svcs.us-west-2.on.aws", "vpc-lattice", "Sign for vpc-lattice-svcs"),
    ("abc.execute-api.us-west-2.amazonaws.com", "apigateway", "Sign for execute-api"),
    ("b.s3.dualstack.us-west-2.amazonaws.com", "execute-api", "Sign for s3"),
    ("b.s3.cn-north-1.amazonaws.com.cn", "execute-api", "Sign for s3"),
    ("domain.us-west-2.es.amazonaws.com", "aoss", "Sign for es"),
    ("id.lambda-url.us-west-2.on.aws:443", "lambda-url", "Sign for lambda"),
    ("dynamodb.eusc-de-east-1.amazonaws.eu", "service", "Sign for dynamodb"),
    ("lambda.us-west-2.api.aws", "service", "Sign for lambda"),
  ])
  func `a scope for another service than the host's is named, with credentials or without`(
    host: String, service: String, sentence: String
  ) throws {
    let sample = SignedSample(service: SigningService(service), headers: [HeaderField("Host", host)])
    for credentials in [nil, sample.credentials] {
      let mismatch = SignatureDiagnosis(of: try sample.request(), credentials: credentials)
      #expect(mismatch.cause == .service)
      #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
    }
  }

  @Test(
    arguments: [
      ("b.s3.cn-north-1.amazonaws.com.cn", SigningService.s3, "Sign for cn-north-1"),
      ("s3.eusc-de-east-1.amazonaws.eu", .s3, "Sign for eusc-de-east-1"),
      ("my-app-1.s3.amazonaws.com", .s3, nil), ("us-app-1.s3.us-west-2.amazonaws.com", .s3, nil),
      ("sts.amazonaws.com", .sts, nil),
    ] as [(String, SigningService, String?)])
  func `a scope for another region than the host's is named`(
    host: String, service: SigningService, sentence: String?
  ) throws {
    let sample = SignedSample(service: service, headers: [HeaderField("Host", host)])
    let mismatch = SignatureDiagnosis(of: try sample.request(), credentials: sample.credentials)
    #expect(mismatch.cause == (sentence == nil ? .signatureIsRight : .region))
    if let sentence { #expect(mismatch.explanation.contains(sentence), "\(mismatch)") }
  }
}
