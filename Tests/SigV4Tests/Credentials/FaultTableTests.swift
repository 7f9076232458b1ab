import Foundation
import LocalAWS
import SigV4
import Testing

/// What can go wrong with instance metadata, played on loopback sockets; rows are named by their ids.
@Suite(.timeLimit(.minutes(10))) struct FaultTableTests {
  static let credentials = Credentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: "c2VjcmV0/+", sessionToken: "dG9rZW4=",
    expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012")

  /// The secrets of all rows; made-up session tokens of the service among them.
  private static let secrets = ["c2VjcmV0", "dG9rZW4", "made-up"]

  static func expectNoSecret(in text: String) {
    for secret in secrets { #expect(!text.contains(secret)) }
  }

  // One row after the other: hundreds at once would keep each other, and all other tests, waiting.
  @Test(.serialized, arguments: FaultTable.rows)
  func `each fault has its outcome and its requests`(row: FaultTableRow) async throws {
    var instance = Instance(roleName: FaultTableRow.roleName, credentials: Self.credentials)
    row.instance(&instance)
    try await InstanceMetadataService.start(instance).whileRunning { service async throws in
      service.faults = row.faults
      let provider = row.provider(of: service)
      for _ in 0..<row.calls {
        switch row.outcome {
        case .works:
          let credentials = try await provider.credentials()
          #expect(credentials.accessKeyID == Self.credentials.accessKeyID)
          #expect(credentials.secretAccessKey == Self.credentials.secretAccessKey)
          #expect(credentials.sessionToken == Self.credentials.sessionToken)
          #expect(credentials.expiration == Self.credentials.expiration)
        case .fails(let code, let name):
          let error = try #require(
            await #expect(throws: CredentialError.self) { try await provider.credentials() })
          #expect(error.code == code, "\(error)")
          #expect(name.map { error.message.contains($0) } ?? true, "\(error)")
          Self.expectNoSecret(in: SecretLeakTests.texts(error))
        }
      }
      // A busy service may get to see the last request only after its sender has given up.
      if row.impatientAt != nil { try await service.server.received(row.requests.count) }
      #expect(String(service.server.requests().map(FaultTableRow.letter)) == row.requests)
    }
  }

  @Test func `F01: a refused connection is told at once, and version 1 isn't tried`() async throws {
    let refusing = try RefusingPort()
    let clock = TestClock()
    let transport = RecordingTransport(before: SocketTransport())
    let provider = InstanceMetadataProvider(
      endpoint: refusing.baseURL, timeout: patience, environment: [:], transport: transport, clock: clock.clock)
    let error = await #expect(throws: CredentialError.self) { try await provider.credentials() }
    #expect(error?.code == .notAvailable)
    #expect(error?.message.contains("refused") == true)
    #expect(clock.slept.isEmpty)
    #expect(transport.requests.map(\.method) == ["PUT"])
  }

  #if os(Linux)
    @Test func `F02: a connection that doesn't come about ends at the deadline`() async throws {
      let unanswering = try UnansweringPort()
      let transport = RecordingTransport(before: SocketTransport())
      let provider = InstanceMetadataProvider(
        endpoint: unanswering.baseURL, timeout: .milliseconds(300), environment: [:], transport: transport,
        clock: TestClock().clock)
      let error = await #expect(throws: CredentialError.self) { try await provider.credentials() }
      #expect(error?.code == .notAvailable)
      #expect(error?.message.contains("within the deadline") == true)
      #expect(transport.requests.map(\.method) == ["PUT"])
    }
  #endif

  @Test(arguments: [301, 302, 303, 307, 308])
  func `F17: no redirect takes the request elsewhere`(status: Int) async throws {
    let elsewhere = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "made-up") }
    let service = try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: Self.credentials, httpTokens: .optional))
    for path in ["/latest/api/token", FaultTableRow.listing] {
      service.faults = [.on(nil, path, .redirect(to: elsewhere.baseURL + path, status: status))]
      let provider = InstanceMetadataProvider(
        endpoint: service.baseURL, timeout: patience, environment: [:], clock: TestClock().clock)
      let error = await #expect(throws: CredentialError.self) { try await provider.credentials() }
      #expect(error?.code == .badAnswer)
    }
    #expect(elsewhere.connectionCount == 0)
    #expect(letters(service) == "T" + "TL")
    await service.stop()
    await elsewhere.stop()
  }

  @Test(arguments: [
    ("true", true), (" True\n", true), ("TRUE", true), ("1", false), ("", false), ("false", false), ("yes", false),
  ])
  func `F49: metadata is disabled by the word true`(value: String, isDisabled: Bool) async throws {
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: Self.credentials)
    ).whileRunning { service async throws in
      let environment = ["AWS_EC2_METADATA_DISABLED": value]
      let provider = InstanceMetadataProvider(
        endpoint: service.baseURL, timeout: patience, environment: environment)
      if isDisabled {
        let error = await #expect(throws: CredentialError.self) { try await provider.credentials() }
        #expect(error?.code == .notConfigured)
      } else {
        #expect(try await provider.credentials() == Self.credentials)
      }
      #expect((service.server.connectionCount == 0) == isDisabled)
      let enabled = InstanceMetadataProvider(
        endpoint: service.baseURL, timeout: patience, access: .enabled, environment: environment)
      _ = try await enabled.credentials()
    }
  }
}
