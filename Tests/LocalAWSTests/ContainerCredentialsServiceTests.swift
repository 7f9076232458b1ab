import Foundation
import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct ContainerCredentialsServiceTests {
  private static let credentials = Credentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token",
    expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012")

  private func get(
    _ service: ContainerCredentialsService, _ target: String? = nil, _ header: String = "Accept: application/json"
  ) async throws -> String {
    try await RawConnection.exchange(
      service.server.port, .request("GET", target ?? service.container.target, header))
  }

  private func json(_ answer: String) throws -> [String: String] {
    try JSONDecoder().decode([String: String].self, from: Data(answer.body.utf8))
  }

  @Test func `it returns the credentials of a pod`() async throws {
    try await ContainerCredentialsService.start(.init(credentials: Self.credentials)).whileRunning { service in
      #expect(service.url == service.baseURL + "/v1/credentials")
      let answer = try await get(service)
      #expect(answer.contains("\r\nContent-Type: application/json\r\n"))
      #expect(
        try json(answer) == [
          "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret", "Token": "token",
          "Expiration": "2030-03-17T17:46:40Z", "AccountId": "123456789012",
        ])
    }
  }

  @Test func `it returns the credentials of a task, at a target with a query`() async throws {
    let role = "arn:aws:iam::123456789012:role/task"
    let container = ContainerCredentialsService.Container(
      credentials: Self.credentials, roleARN: role, target: "/v2/credentials/3f?a=b")
    try await ContainerCredentialsService.start(container).whileRunning { service async throws in
      #expect(try json(try await get(service))["RoleArn"] == role)
      let answer = try await get(service, "/v2/credentials/3f")
      #expect(answer.status == 404)
      #expect(try json(answer)["code"] == "ResourceNotFound")
    }
  }

  @Test(arguments: [
    ("Authorization: right", 200), ("Authorization: wrong", 401), ("Authorization:", 400), ("Accept: */*", 400),
  ])
  func `it checks the authorization if one is set`(header: String, status: Int) async throws {
    let container = ContainerCredentialsService.Container(credentials: Self.credentials, authorization: "right")
    try await ContainerCredentialsService.start(container).whileRunning { service async throws in
      #expect(try await get(service, nil, header).status == status)
      service.container.authorization = nil
      #expect(try await get(service, nil, header).status == 200)
    }
  }
}
