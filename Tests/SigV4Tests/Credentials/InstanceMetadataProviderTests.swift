import Foundation
import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(1))) struct InstanceMetadataProviderTests {
  private static let credentials = Credentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: "c2VjcmV0/+", sessionToken: "dG9rZW4=",
    expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012")
  private static let tokens = "/latest/api/token"
  private static let legacy = "/latest/meta-data/iam/security-credentials/"
  private static let extended = "/latest/meta-data/iam/security-credentials-extended/"

  private func start(
    _ httpTokens: Instance.HTTPTokens = .required, roleName: String? = "reservations"
  ) async throws -> InstanceMetadataService {
    try await InstanceMetadataService.start(
      Instance(roleName: roleName, credentials: Self.credentials, httpTokens: httpTokens))
  }

  private func requests(_ service: InstanceMetadataService) -> [String] {
    service.server.requests().map { "\($0.request.method) \($0.request.target)" }
  }

  @Test func `a token, a listing and the credentials: three requests`() async throws {
    try await start().whileRunning { service async throws in
      let provider = InstanceMetadataProvider(endpoint: service.baseURL, timeout: .seconds(300), environment: [:])
      #expect(try await provider.credentials() == Self.credentials)
      #expect(
        requests(service) == ["PUT " + Self.tokens, "GET " + Self.extended, "GET " + Self.extended + "reservations"])
      #expect(try await provider.credentials() == Self.credentials)
      #expect(service.server.requests("PUT").count == 1, "the token is kept")
      #expect(try await provider.region() == "us-west-2")
      #expect(service.server.requests("PUT").count == 1)
    }
  }
}
