import Foundation
import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct InstanceMetadataServiceTests {
  private static let expiration = Date(timeIntervalSince1970: 1_900_000_000)
  private static let credentials = Credentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: "c2VjcmV0/+", sessionToken: "dG9rZW4=", expiration: expiration,
    accountID: "123456789012")
  private static let legacy = "/latest/meta-data/iam/security-credentials/"
  private static let extended = "/latest/meta-data/iam/security-credentials-extended/"

  private func start(
    _ httpTokens: Instance.HTTPTokens = .required, roleName: String? = "reservations"
  ) async throws -> InstanceMetadataService {
    try await InstanceMetadataService.start(
      Instance(roleName: roleName, credentials: Self.credentials, httpTokens: httpTokens))
  }

  private func get(_ service: InstanceMetadataService, _ target: String, token: String? = nil) async throws -> String {
    let headers = token.map { "X-aws-ec2-metadata-token: " + $0 } ?? "Accept: */*"
    return try await RawConnection.exchange(service.server.port, .request("GET", target, headers))
  }

  private func token(_ service: InstanceMetadataService, _ headers: String...) async throws -> String {
    try await RawConnection.exchange(
      service.server.port, .request("PUT", "/latest/api/token", headers.joined(separator: "\r\n")))
  }

  private let sixHours = "x-aws-ec2-metadata-token-ttl-seconds: 21600"

  private func json(_ answer: String) throws -> [String: String] {
    try JSONDecoder().decode([String: String].self, from: Data(answer.body.utf8))
  }

  @Test func `a token gives access to the listing and the credentials`() async throws {
    try await start().whileRunning { service async throws in
      let answer = try await token(service, sixHours)
      #expect(answer.status == 200)
      #expect(answer.contains("\r\n" + sixHours + "\r\n"))
      let token = String(answer.body)
      #expect(try await get(service, Self.legacy, token: token).body == "reservations")
      let document = try json(try await get(service, Self.legacy + "reservations", token: token))
      #expect(document["LastUpdated"] != nil)
      #expect(
        document.filter { $0.key != "LastUpdated" } == [
          "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "c2VjcmV0/+",
          "Token": "dG9rZW4=", "Expiration": "2030-03-17T17:46:40Z",
        ])
    }
  }

  @Test func `the extended path returns the account`() async throws {
    try await start(.optional).whileRunning { service async throws in
      #expect(try await get(service, Self.extended).body == "reservations")
      #expect(try json(try await get(service, Self.extended + "reservations"))["AccountId"] == "123456789012")
    }
  }

  @Test func `an older service has no extended path`() async throws {
    try await start(.optional).whileRunning { service async throws in
      service.instance.extendedPaths = .unknown
      #expect(try await get(service, Self.extended).status == 404)
      #expect(try await get(service, Self.extended + "reservations").status == 404)
      #expect(try await get(service, Self.legacy).status == 200)
    }
  }

  @Test(arguments: [
    ("1", 200), ("21600", 200), ("0", 400), ("21601", 400), ("-1", 400), ("", 400), ("abc", 400),
    ("99999999999999999999", 400),
  ])
  func `a token's lifetime is checked`(seconds: String, status: Int) async throws {
    try await start().whileRunning { service async throws in
      #expect(try await token(service, "x-aws-ec2-metadata-token-ttl-seconds: " + seconds).status == status)
    }
  }

  @Test func `a token request without a lifetime, forwarded, or by GET is rejected`() async throws {
    try await start(.optional).whileRunning { service async throws in
      #expect(try await token(service, "Accept: */*").status == 400)
      #expect(try await token(service, sixHours, "X-Forwarded-For: 10.0.0.1").status == 403)
      #expect(try await get(service, "/latest/api/token").status == 405)
    }
  }

  @Test(arguments: [Instance.HTTPTokens.optional, .required])
  func `a token that was never issued, or was revoked, is 401`(httpTokens: Instance.HTTPTokens) async throws {
    try await start(httpTokens).whileRunning { service async throws in
      #expect(try await get(service, Self.legacy, token: "bogus").status == 401)
      let token = String(try await token(service, sixHours).body)
      #expect(try await get(service, Self.legacy, token: token).status == 200)
      service.revokeTokens()
      #expect(try await get(service, Self.legacy, token: token).status == 401)
    }
  }

  @Test(arguments: [(Instance.HTTPTokens.optional, 200), (.required, 401)])
  func `a request without a token is version 1`(httpTokens: Instance.HTTPTokens, status: Int) async throws {
    try await start(httpTokens).whileRunning { service async throws in
      #expect(try await get(service, Self.legacy).status == status)
    }
  }

  @Test(arguments: [legacy, extended, legacy + "reservations", extended + "reservations"])
  func `an instance without a role has no credentials`(target: String) async throws {
    try await start(.optional, roleName: nil).whileRunning { service async throws in
      #expect(try await get(service, target).status == 404)
    }
  }

  @Test func `the role is found by its name alone, percent-encoded or not`() async throws {
    try await start(.optional, roleName: "a+b@c").whileRunning { service async throws in
      #expect(try await get(service, Self.legacy + "a%2Bb%40c").status == 200)
      #expect(try await get(service, Self.legacy + "a+b@c").status == 200)
      #expect(try await get(service, Self.legacy + "other").status == 404)
    }
  }

  @Test func `a listing without its slash is a redirection`() async throws {
    try await start(.optional).whileRunning { service async throws in
      let answer = try await get(service, String(Self.legacy.dropLast()))
      #expect(answer.status == 301)
      #expect(answer.contains("\r\nLocation: " + Self.legacy + "\r\n"))
    }
  }

  @Test func `a disabled endpoint is 403 for everything`() async throws {
    try await start(.optional).whileRunning { service async throws in
      service.instance.httpEndpoint = .disabled
      #expect(try await token(service, sixHours).status == 403)
      #expect(try await get(service, Self.legacy).status == 403)
    }
  }

  @Test func `credentials and role can be replaced while it runs`() async throws {
    try await start(.optional).whileRunning { service async throws in
      service.instance.roleName = "other"
      service.instance.credentials = Credentials(accessKeyID: "ASIAOTHER", secretAccessKey: "s", sessionToken: "t")
      #expect(try await get(service, Self.legacy + "reservations").status == 404)
      #expect(try json(try await get(service, Self.legacy + "other"))["AccessKeyId"] == "ASIAOTHER")
    }
  }

  @Test(arguments: [
    ("/latest/meta-data/placement/region", "us-west-2"),
    ("/latest/meta-data/placement/availability-zone", "us-west-2a"),
  ])
  func `the placement is returned`(target: String, text: String) async throws {
    try await start(.optional).whileRunning { service async throws in
      #expect(try await get(service, target).body == text)
    }
  }

  @Test func `the identity document contains region and account`() async throws {
    try await start(.optional).whileRunning { service async throws in
      let document = try json(try await get(service, "/latest/dynamic/instance-identity/document"))
      #expect(document["region"] == "us-west-2")
      #expect(document["accountId"] == "123456789012")
    }
  }
}
