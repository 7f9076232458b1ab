import Foundation
import LocalAWS
import SigV4
import Testing

extension FaultTableTests {
  // One row after the other: hundreds at once would keep each other, and all other tests, waiting.
  @Test(.serialized, arguments: WebIdentityFaultRow.rows)
  func `each fault of STS has its outcome and its requests`(row: WebIdentityFaultRow) async throws {
    let role = SecurityTokenService.Role(
      arn: WebIdentityFaultRow.role, webIdentityToken: WebIdentityFaultRow.token, credentials: Self.credentials)
    try await SecurityTokenService.start(role).whileRunning { service async throws in
      service.faults = row.faults
      let environment = [
        "AWS_WEB_IDENTITY_TOKEN_FILE": WebIdentityFaultRow.tokenFile, "AWS_ROLE_ARN": WebIdentityFaultRow.role,
        "AWS_ENDPOINT_URL_STS": service.baseURL,
      ].merging(row.environment) { $1 }
      let provider = WebIdentityCredentialProvider(
        environment: environment, transport: PatientTransport(),
        files: row.files ?? ProviderFiles(telling: row.tokens, at: WebIdentityFaultRow.tokenFile),
        clock: TestClock().clock)
      try await expect(row.outcome, of: provider)
      #expect(service.server.requests().map { Self.form($0.body)["WebIdentityToken"] } == row.sent)
      for request in service.server.requests() {
        #expect(request.request.method == "POST" && request.request.target == "/")
        #expect(!request.request.headers.contains { $0.isNamed("authorization") })
      }
    }
  }

  @Test(arguments: [
    ("us-west-2", "https://sts.us-west-2.amazonaws.com/"), ("cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/"),
    ("us-isob-east-1", "https://sts.us-isob-east-1.sc2s.sgov.gov/"),
    ("us-iso-east-1", "https://sts.us-iso-east-1.c2s.ic.gov/"),
    ("eu-isoe-west-1", "https://sts.eu-isoe-west-1.cloud.adc-e.uk/"),
    ("us-isof-south-1", "https://sts.us-isof-south-1.csp.hci.ic.gov/"),
  ])
  func `W04: STS is asked in the region, by its partition's name`(region: String, url: String) async throws {
    let transport = RecordingTransport()
    let provider = WebIdentityCredentialProvider(
      tokenFile: "/t", roleARN: WebIdentityFaultRow.role, environment: ["AWS_DEFAULT_REGION": region],
      transport: transport, files: ProviderFiles(telling: ["made-up"], at: "/t"), clock: TestClock().clock)
    await #expect(throws: CredentialError.self) { try await provider.credentials() }
    #expect(transport.requests.map(\.url) == [url, url, url])
  }

  @Test func `W04: the session has a name of its own, where none is given`() async throws {
    let role = SecurityTokenService.Role(arn: WebIdentityFaultRow.role, credentials: Self.credentials)
    try await SecurityTokenService.start(role).whileRunning { service async throws in
      let environment = [
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": WebIdentityFaultRow.role,
        "AWS_ENDPOINT_URL_STS": service.baseURL + "/",
      ]
      for name in [nil, "reservations@host"] {
        let provider = WebIdentityCredentialProvider(
          environment: environment.merging(name.map { ["AWS_ROLE_SESSION_NAME": $0] } ?? [:]) { $1 },
          transport: PatientTransport(), files: ProviderFiles(telling: ["made-up"], at: "/t"),
          clock: TestClock().clock)
        #expect(try await provider.credentials().accountID == "123456789012")
      }
      let names = service.server.requests().map { Self.form($0.body)["RoleSessionName"] }
      #expect(names == ["swift-sigv4-1800000000", "reservations@host"])
    }
  }

  /// The fields of a form, decoded.
  static func form(_ body: [UInt8]) -> [String: String] {
    let fields = String(decoding: body, as: UTF8.self).split(separator: "&").map {
      $0.split(separator: "=", maxSplits: 1)
    }
    return fields.reduce(into: [:]) { $0[String($1[0])] = $1.count > 1 ? $1[1].removingPercentEncoding : "" }
  }
}
