import Foundation
import SigV4
import Testing

/// The expected values were computed with botocore, and for AWS IoT with awscrt.
@Suite struct ServicePresetTests {
  private let credentials = Credentials(
    accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: "session/token+==")
  private let time = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z

  private func sign(
    _ service: SigningService, _ method: String, _ host: String, _ target: String, _ more: [HeaderField] = [],
    payload: Payload = .empty
  ) throws -> SignedRequest {
    var request = SignableRequest(method: method, target: target, headers: [HeaderField("Host", host)] + more)
    return try Signer(service: service, region: "us-west-2").sign(
      &request, payload: payload, with: credentials, at: time)
  }

  @Test func `API Gateway has the general rules`() throws {
    let signed = try sign(
      .executeAPI, "POST", "abc123.execute-api.us-west-2.amazonaws.com", "/prod/pets?type=dog&page=1",
      [HeaderField("content-type", "application/json")], payload: .bytes(Array(#"{"name":"Rex"}"#.utf8)))
    #expect(signed.signature == "7faffdf797ff367c075285b057bd68f40e7c66c548a53b0b0b507861913e6024")
  }

  @Test func `OpenSearch has the general rules`() throws {
    let signed = try sign(.openSearch, "GET", "search-x.us-west-2.es.amazonaws.com", "/index*/_search?q=a")
    #expect(signed.signature == "1ccb1946ff25fd2ff3169305eef6105227663f143eb22a62cf675da7a0438cd2")
  }

  @Test func `requests to OpenSearch Serverless send the payload's hash too`() throws {
    let signed = try sign(
      .openSearchServerless, "POST", "abc.us-west-2.aoss.amazonaws.com", "/index/_search",
      payload: .bytes(Array(#"{"query":{"match_all":{}}}"#.utf8)))
    #expect(signed.signature == "e7bcf18a0e7a1e94716d67acc8f2e4dd0c23a8fbbf84827aedc5f9814c07a59a")
  }

  @Test func `S3 Object Lambda has the rules of S3`() throws {
    let signed = try sign(
      .s3ObjectLambda, "GET", "name-123456789012.s3-object-lambda.us-west-2.amazonaws.com", "/a//b%20c")
    #expect(signed.signature == "aab8adff4d63bc4b73b1b31f89f0fc8d80f7400aa161a072fff18e762303cdbc")
  }

  private let expressHost = "bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com"

  @Test func `S3 Express signs its session's token under a name of its own`() throws {
    let signed = try sign(.s3Express, "GET", expressHost, "/a//key")
    #expect(signed.signature == "0ee379da6cffa3d09e8155450b730bc05d3e8ba94117e942d00f13e10540b13f")
    #expect(signed.request.headers.contains(HeaderField("x-amz-s3session-token", "session/token+==")))
    #expect(!signed.request.headers.contains { $0.isNamed("x-amz-security-token") })
    var again = signed.request
    try Signer(service: .s3Express, region: "us-west-2").sign(&again, payload: .empty, with: credentials, at: time)
    #expect(again == signed.request)
    #expect(!"\(signed.request)".contains("session/token"))
  }

  @Test func `S3 Express presigns with its session's token`() throws {
    var request = SignableRequest(method: "GET", target: "/a//key", headers: [HeaderField("Host", expressHost)])
    let signer = Signer(service: .s3Express, region: "us-west-2")
    let signed = try signer.presign(&request, validFor: .seconds(300), with: credentials, at: time)
    #expect(signed.signature == "58862be67bb62cf9fe272133e52ee94e8fa1be28df1cb667bd15de5aaafdb780")
    #expect(request.target.contains("&X-Amz-S3session-Token=session%2Ftoken%2B%3D%3D&"))
    #expect(!"\(request)".contains("session%2Ftoken"))
    let once = request
    try signer.presign(&request, validFor: .seconds(300), with: credentials, at: time)
    #expect(request == once)
  }

  @Test func `an AWS IoT URL carries the token, which isn't signed`() throws {
    var request = SignableRequest(
      method: "GET", target: "/mqtt", headers: [HeaderField("Host", "abc-ats.iot.us-west-2.amazonaws.com")])
    let signed = try Signer(service: .iotDeviceGateway, region: "us-west-2").presign(
      &request, validFor: .seconds(86_400), with: credentials, at: time)
    #expect(signed.signature == "f136543d80f245e6c4e6fbe838d74cd68ecbcce79b7c740503871b0152846d38")
    #expect(request.target.contains("&X-Amz-Security-Token=session%2Ftoken%2B%3D%3D"))
  }

  @Test(arguments: [
    SigningService.s3, .vpcLattice, .s3Express, .s3ObjectLambda, .openSearchServerless, .iotDeviceGateway, .openSearch,
    .executeAPI, .sts,
  ])
  func `the name of a service, also as a literal, determines its rules`(service: SigningService) {
    #expect(SigningService(service.name) == service)
  }

  @Test func `custom rules don't depend on the name`() {
    let service = SigningService(customRulesFor: "s3")
    #expect(service.pathEncoding == .twice)
    #expect(service.payload == .signed)
    #expect(service != "s3")
  }
}
