import Foundation
import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct InstanceMetadataCredentialProviderTests {
  private static let credentials = Planted.credentials

  private func start(
    _ httpTokens: Instance.HTTPTokens = .required, on address: LoopbackAddress = .ipv4
  ) async throws -> InstanceMetadataService {
    try await InstanceMetadataService.start(
      Instance(roleName: InstanceMetadataFault.roleName, credentials: Self.credentials, httpTokens: httpTokens),
      on: address)
  }

  private func targets(_ service: InstanceMetadataService) -> [String] {
    service.server.requests().map { "\($0.request.method) \($0.request.target)" }
  }

  private func error(_ provider: InstanceMetadataCredentialProvider) async -> CredentialError? {
    await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
  }

  @Test func `a token, a listing and the credentials: three requests`() async throws {
    try await start().whileRunning { service async throws in
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      #expect(try await provider.checkedCredentials() == Self.credentials)
      #expect(
        targets(service) == [
          "PUT /latest/api/token", "GET " + InstanceMetadataFault.listing,
          "GET " + InstanceMetadataFault.listing + "reservations",
        ])
      let put = try #require(service.server.requests("PUT").first).request
      #expect(put.headers.contains(HeaderField("x-aws-ec2-metadata-token-ttl-seconds", "21600")))
      #expect(put.headers.contains { $0.isNamed("content-length") && $0.value == "0" })
      #expect(try await provider.checkedCredentials() == Self.credentials)
      #expect(service.server.requests("PUT").count == 1, "the token is kept")
    }
  }

  @Test func `a token that was revoked is replaced`() async throws {
    try await start().whileRunning { service async throws in
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      _ = try await provider.checkedCredentials()
      service.revokeTokens()
      #expect(try await provider.checkedCredentials() == Self.credentials)
      #expect(service.server.requests("PUT").count == 2)
    }
  }

  @Test func `version 1 requests no token`() async throws {
    try await start(.optional).whileRunning { service async throws in
      let provider = InstanceMetadataCredentialProvider(
        endpoint: service.baseURL, version: .v1, timeout: patience,
        environment: ["AWS_EC2_METADATA_V1_DISABLED": "true"])
      #expect(try await provider.checkedCredentials() == Self.credentials)
      #expect(service.server.requests("PUT").isEmpty)
      service.instance.httpTokens = .required
      #expect(await error(provider)?.code == .badAnswer)
    }
  }

  @Test func `the service can have an IPv6 address`() async throws {
    guard let service = try? await start(on: .ipv6) else { return }
    let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
    #expect(try await provider.checkedCredentials() == Self.credentials)
    await service.stop()
  }

  @Test func `the instance's region is returned, with the same token`() async throws {
    try await start().whileRunning { service async throws in
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      _ = try await provider.checkedCredentials()
      #expect(try await provider.region() == "us-west-2")
      #expect(service.server.requests("PUT").count == 1)
    }
  }

  @Test(arguments: [(404, "", CredentialError.Code.notAvailable), (403, "", .badAnswer), (200, "", .badAnswer)])
  func `a missing region is an error`(status: Int, text: String, code: CredentialError.Code) async throws {
    try await start().whileRunning { service async throws in
      service.faults = [.on("GET", "/", .answer(status, text))]
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      let error = await #expect(throws: CredentialError.self) { try await provider.region() }
      #expect(error?.code == code)
    }
  }

  @Test(arguments: [(399, true), (400, false)])
  func `only a redirect is reported as a redirect`(status: Int, isRedirect: Bool) async throws {
    try await start().whileRunning { service async throws in
      service.faults = [.onToken(.answer(status))]
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      let error = await error(provider)
      #expect(error?.message.contains("redirects aren't followed") == isRedirect, "\(error as Any)")
    }
  }

  @Test func `the environment's endpoint is used, and the parameter takes precedence`() async throws {
    try await start().whileRunning { service async throws in
      let refusing = try RefusingPort()
      let named = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": " \(service.baseURL)/ ", "AWS_METADATA_SERVICE_TIMEOUT": "300"]
      #expect(try await InstanceMetadataCredentialProvider(environment: named).checkedCredentials() == Self.credentials)
      #expect(
        try await InstanceMetadataCredentialProvider(endpointMode: .ipv6, environment: named).checkedCredentials()
          == Self.credentials,
        "an endpoint takes precedence over a mode")
      let wrong = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": refusing.baseURL, "AWS_METADATA_SERVICE_TIMEOUT": "300"]
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, environment: wrong)
      #expect(try await provider.checkedCredentials() == Self.credentials)
    }
  }

  @Test(
    arguments: [
      ([:], "http://169.254.169.254"), (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipV6"], "http://[fd00:ec2::254]"),
      (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv4"], "http://169.254.169.254"),
      (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": " "], "http://169.254.169.254"),
    ] as [([String: String], String)])
  func `the mode chooses the address`(environment: [String: String], endpoint: String) async {
    let transport = RecordingTransport()
    let provider = InstanceMetadataCredentialProvider(environment: environment, transport: transport)
    #expect(await error(provider)?.code == .notAvailable)
    #expect(transport.requests.map(\.url) == [endpoint + "/latest/api/token"])
  }

  @Test func `timeouts and attempts come from the environment, and parameters take precedence`() async {
    let environment = ["AWS_METADATA_SERVICE_TIMEOUT": "2.5", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "5"]
    let clock = TestClock()
    let busy = RecordingTransport(status: 503)
    #expect(
      await error(InstanceMetadataCredentialProvider(environment: environment, transport: busy, clock: clock.clock))
        != nil)
    #expect(busy.requests.count == 5)
    #expect(clock.slept.count == 4)
    #expect(clock.slept.allSatisfy { $0 >= .milliseconds(50) && $0 <= .seconds(1) })
    #expect(busy.requests.first?.deadlines.connect == .seconds(2.5))
    #expect(busy.requests.first?.deadlines.firstByte == .seconds(2.5))
    let other = RecordingTransport(status: 503)
    let provider = InstanceMetadataCredentialProvider(
      timeout: .seconds(4), attempts: 1, environment: environment, transport: other, clock: clock.clock)
    #expect(await error(provider) != nil)
    #expect(other.requests.map(\.deadlines.connect) == [.seconds(4)])
  }

  @Test func `a call ends after five times the timeout, even if attempts are left`() async {
    let busy = RecordingTransport(status: 503)
    // The pauses are the real ones, of 50 ms at least.
    let provider = InstanceMetadataCredentialProvider(
      timeout: .milliseconds(50), attempts: 100, environment: [:], transport: busy,
      clock: ProviderClock(random: { $0.lowerBound }))
    let error = await error(provider)
    #expect(error?.code == .timedOut)
    #expect(busy.requests.count <= 6)
    #expect(busy.requests.allSatisfy { $0.deadlines.whole <= .milliseconds(150) })
  }

  @Test(arguments: [
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "not a url"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ftp://127.0.0.1"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://fd00:ec2::254"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://hush@127.0.0.1"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://h:x"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://h:70000"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://h/?q"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://h\r\nX: y"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[::1"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv7"), ("AWS_METADATA_SERVICE_TIMEOUT", "soon"),
    ("AWS_METADATA_SERVICE_TIMEOUT", "0"), ("AWS_METADATA_SERVICE_TIMEOUT", "-1"),
    ("AWS_METADATA_SERVICE_TIMEOUT", "nan"), ("AWS_METADATA_SERVICE_TIMEOUT", "1e99"),
    ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "0"), ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "many"),
    ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "9999999999999999999"),
  ])
  func `an invalid setting is an error, and nothing is sent`(name: String, value: String) async {
    let transport = RecordingTransport()
    let error = await error(InstanceMetadataCredentialProvider(environment: [name: value], transport: transport))
    #expect(error?.code == .misconfigured)
    #expect(error?.message.contains("hush") == false)
    let unused = [name: value, "AWS_EC2_METADATA_DISABLED": "true"]
    let disabled = await self.error(InstanceMetadataCredentialProvider(environment: unused, transport: transport))
    #expect(disabled?.code == .notConfigured, "unused settings aren't validated")
    #expect(transport.requests.isEmpty)
  }

  @Test func `invalid parameters are errors`() async {
    for provider in [
      InstanceMetadataCredentialProvider(roleName: " ", environment: [:]),
      InstanceMetadataCredentialProvider(timeout: .zero, environment: [:]),
      InstanceMetadataCredentialProvider(timeout: .seconds(1e9), environment: [:]),
      InstanceMetadataCredentialProvider(attempts: 0, environment: [:]),
      InstanceMetadataCredentialProvider(endpoint: "h", environment: [:]),
    ] {
      #expect(await error(provider)?.code == .misconfigured)
    }
  }

  @Test func `cancelling the caller ends the requests`() async throws {
    try await start().whileRunning { service async throws in
      service.faults = [.always(.silent)]
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      let caller = Task { try await provider.checkedCredentials() }
      try await service.server.received(1)
      caller.cancel()
      await #expect(throws: CancellationError.self) { try await caller.value }
    }
  }
}
