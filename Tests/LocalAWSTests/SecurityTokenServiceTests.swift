import Foundation
import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct SecurityTokenServiceTests {
  private let role = SecurityTokenService.Role(
    arn: "arn:aws:iam::123456789012:role/team/reservations", webIdentityToken: "ey.J+/=&.x",
    credentials: Credentials(
      accessKeyID: "ASIAEXAMPLE", secretAccessKey: "a<b>&c", sessionToken: "token",
      expiration: Date(timeIntervalSince1970: 1_900_000_000)))

  private func post(_ service: SecurityTokenService, _ changes: [String: String?] = [:]) async throws -> String {
    var fields: [String: String?] = [
      "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": role.arn,
      "RoleSessionName": "pod-1", "WebIdentityToken": "ey.J%2B%2F%3D%26.x",
    ]
    fields.merge(changes) { $1 }
    let form = fields.compactMap { name, value in value.map { name + "=" + $0 } }.joined(separator: "&")
    return try await RawConnection.exchange(
      service.server.port,
      .request(
        "POST", "/", "Content-Type: application/x-www-form-urlencoded", "Content-Length: \(form.utf8.count)") + form)
  }

  @Test func `the right token is exchanged for the role's credentials`() async throws {
    try await SecurityTokenService.start(role).whileRunning { service async throws in
      let answer = try await post(service)
      #expect(answer.status == 200)
      for element in [
        "<AccessKeyId>ASIAEXAMPLE</AccessKeyId>", "<SecretAccessKey>a&lt;b&gt;&amp;c</SecretAccessKey>",
        "<SessionToken>token</SessionToken>", "<Expiration>2030-03-17T17:46:40Z</Expiration>",
        "<Arn>arn:aws:sts::123456789012:assumed-role/reservations/pod-1</Arn>",
      ] {
        #expect(answer.contains(element))
      }
    }
  }

  @Test(
    arguments: [
      (["WebIdentityToken": "wrong"], 400, "InvalidIdentityToken"),
      (["RoleArn": "arn:aws:iam::123456789012:role/other"], 403, "AccessDenied"),
      (["RoleArn": nil], 400, "ValidationError"), (["RoleSessionName": "x"], 400, "ValidationError"),
      (["RoleSessionName": "a b"], 400, "ValidationError"), (["RoleSessionName": "a+b"], 400, "ValidationError"),
      (["WebIdentityToken": ""], 400, "ValidationError"), (["DurationSeconds": "899"], 400, "ValidationError"),
      (["DurationSeconds": "x"], 400, "ValidationError"), (["Version": nil], 400, "InvalidAction"),
      (["Action": "GetCallerIdentity"], 400, "InvalidAction"),
    ] as [([String: String?], Int, String)])
  func `a wrong request is answered as STS does`(changes: [String: String?], status: Int, code: String) async throws {
    try await SecurityTokenService.start(role).whileRunning { service async throws in
      let answer = try await post(service, changes)
      #expect(answer.status == status)
      #expect(answer.contains("<Code>\(code)</Code>"))
      #expect(answer.contains("<Type>Sender</Type>"))
    }
  }

  @Test func `a token in the query of a GET is rejected`() async throws {
    try await SecurityTokenService.start(role).whileRunning { service async throws in
      let answer = try await RawConnection.exchange(
        service.server.port, .request("GET", "/?Action=AssumeRoleWithWebIdentity&WebIdentityToken=x"))
      #expect(answer.status == 400)
    }
  }

  @Test func `an error of STS can be played once`() async throws {
    try await SecurityTokenService.start(role).whileRunning { service async throws in
      service.faults = [
        .always(times: 1, .answer(SecurityTokenService.failure(400, "IDPCommunicationError", "no answer from the IdP")))
      ]
      #expect(try await post(service).contains("<Code>IDPCommunicationError</Code>"))
      #expect(try await post(service).status == 200)
    }
  }
}
