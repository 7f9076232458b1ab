import Foundation
import LocalAWS
import SigV4
import Testing

/// A role assumed with another provider's credentials, at a stand-in that verifies the signature.
@Suite(.timeLimit(.minutes(10))) struct AssumeRoleCredentialProviderTests {
  private static let arn = "arn:aws:iam::123456789012:role/reservations"
  private static let caller = Credentials(
    accessKeyID: "ASIACALLER", secretAccessKey: Planted.secret, sessionToken: Planted.token)
  private static let assumed = Credentials(
    accessKeyID: "ASIAASSUMED", secretAccessKey: "\(Planted.mark)/assumed",
    sessionToken: "\(Planted.mark)/assumed-token",
    expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012")

  private func start(externalID: String? = nil) async throws -> SecurityTokenService {
    try await SecurityTokenService.start(
      SecurityTokenService.Role(
        arn: Self.arn, caller: Self.caller, externalID: externalID, credentials: Self.assumed))
  }

  private func provider(
    _ service: SecurityTokenService, source: Credentials = caller, externalID: String? = nil, duration: Duration? = nil,
    environment: [String: String] = ["AWS_REGION": "us-west-2"]
  ) -> AssumeRoleCredentialProvider {
    AssumeRoleCredentialProvider(
      roleARN: Self.arn, source: StaticCredentialProvider(source), roleSessionName: "reservations@host",
      externalID: externalID, duration: duration, endpoint: service.baseURL, environment: environment,
      transport: PatientTransport())
  }

  @Test func `a signed request gets the role's credentials`() async throws {
    try await start(externalID: "of us two").whileRunning { service async throws in
      let provider = provider(service, externalID: "of us two", duration: .seconds(900))
      #expect(try await provider.checkedCredentials() == Self.assumed)
      let form = try #require(service.forms.first)
      #expect(
        form == [
          "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": Self.arn, "ExternalId": "of us two",
          "RoleSessionName": "reservations@host", "DurationSeconds": "900",
        ])
    }
  }

  @Test func `a wrong secret, a missing external ID and a rejection throw without a retry`() async throws {
    try await start(externalID: "x-id").whileRunning { service async throws in
      let other = Credentials(
        accessKeyID: "ASIACALLER", secretAccessKey: "\(Planted.mark)/another", sessionToken: Planted.token)
      for (source, code) in [(other, "SignatureDoesNotMatch"), (Self.caller, "AccessDenied")] {
        let provider = provider(service, source: source)
        let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
        #expect(error?.code == .badAnswer)
        #expect(error?.message.contains(code) == true, "\(String(describing: error))")
      }
      #expect(service.server.requests().count == 2)
    }
  }

  @Test(arguments: [Duration.seconds(899), .seconds(43_201), .milliseconds(900_500), .seconds(-1)])
  func `a duration that STS doesn't support is rejected before a request is sent`(duration: Duration) async throws {
    try await start().whileRunning { service async throws in
      let provider = provider(service, duration: duration)
      let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
      #expect(error?.code == .misconfigured)
      #expect(service.server.requests().isEmpty)
    }
  }

  @Test func `without a region nothing is sent`() async throws {
    try await start().whileRunning { service async throws in
      let provider = provider(service, environment: [:])
      let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
      #expect(error?.code == .misconfigured)
      #expect(error?.message.contains("AWS_REGION") == true)
      #expect(service.server.requests().isEmpty)
    }
  }

  @Test func `an error of the source is thrown`() async throws {
    let provider = AssumeRoleCredentialProvider(
      roleARN: Self.arn, source: EnvironmentCredentialProvider(environment: [:]),
      environment: ["AWS_REGION": "us-west-2"])
    let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
    #expect(error?.code == .notConfigured)
  }

  @Test func `STS has 3 s to accept, 5 s to begin an answer, and 10 s for all`() async throws {
    let transport = RecordingTransport(status: 400)
    let provider = AssumeRoleCredentialProvider(
      roleARN: "arn:aws:iam::123456789012:role/reservations", source: StaticCredentialProvider(Planted.credentials),
      region: "us-west-2", environment: [:], transport: transport)
    _ = try await provider.checkedError()
    #expect(
      transport.requests.map(\.deadlines)
        == [TransportDeadlines(connect: .seconds(3), firstByte: .seconds(5), whole: .seconds(10))])
  }
}
