import Foundation
import LocalAWS
import SigV4
import Testing

extension FaultTable {
  static let webIdentityRows = regions + sessionNames

  private static let regions: [FaultTableRow] = [
    ("us-west-2", "https://sts.us-west-2.amazonaws.com/"), ("cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/"),
    ("us-isob-east-1", "https://sts.us-isob-east-1.sc2s.sgov.gov/"),
    ("us-iso-east-1", "https://sts.us-iso-east-1.c2s.ic.gov/"),
    ("eu-isoe-west-1", "https://sts.eu-isoe-west-1.cloud.adc-e.uk/"),
    ("us-isof-south-1", "https://sts.us-isof-south-1.csp.hci.ic.gov/"),
  ].map { (region: String, url: String) in
    FaultTableRow(
      "W04", "STS is called in \(region), with its partition's name",
      requests: [.tokenService, .tokenService, .tokenService]
    ) {
      let transport = RecordingTransport()
      let provider = WebIdentityCredentialProvider(
        tokenFile: "/t", roleARN: WebIdentityFault.role, environment: ["AWS_DEFAULT_REGION": region],
        transport: transport, files: ProviderFiles(telling: [Planted.token], at: "/t"), clock: TestClock().clock)
      let error = try await provider.checkedError()
      #expect(error.code == .unreachable)
      return transport.requests.map { $0.url == url ? .tokenService : .unknown }
    }
  }

  private static let sessionNames = [
    FaultTableRow("W04", "the session name defaults to a generated one", requests: [.tokenService, .tokenService]) {
      let role = SecurityTokenService.Role(arn: WebIdentityFault.role, credentials: Planted.credentials)
      return try await SecurityTokenService.start(role).whileRunning { service async throws in
        let environment = [
          "AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": WebIdentityFault.role,
          "AWS_ENDPOINT_URL_STS": service.baseURL + "/",
        ]
        for name in [nil, "reservations@host"] {
          let provider = WebIdentityCredentialProvider(
            environment: environment.merging(name.map { ["AWS_ROLE_SESSION_NAME": $0] } ?? [:]) { $1 },
            transport: PatientTransport(), files: ProviderFiles(telling: [Planted.token], at: "/t"),
            clock: TestClock().clock)
          try await FaultOutcome.works.check(provider)
        }
        #expect(service.forms.map { $0["RoleSessionName"] } == ["swift-sigv4-1800000000", "reservations@host"])
        return service.received
      }
    }
  ]
}

extension SecurityTokenService {
  /// The requests that have reached the service.
  var received: [FaultRequest] { server.requests().map { _ in .tokenService } }

  /// The fields of the forms that have reached the service, decoded.
  var forms: [[String: String]] {
    server.requests().map { request in
      let fields = String(decoding: request.body, as: UTF8.self).split(separator: "&").map {
        $0.split(separator: "=", maxSplits: 1)
      }
      return fields.reduce(into: [:]) { $0[String($1[0])] = $1.count > 1 ? $1[1].removingPercentEncoding : "" }
    }
  }
}
