import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

/// The rows of the table that take a cache: old credentials, outages, many callers, clocks that jump.
extension FaultTableTests {
  /// The letters of the requests that have reached the service.
  func letters(_ service: InstanceMetadataService) -> String {
    String(service.server.requests().map(FaultTableRow.letter))
  }

  /// Credentials other than the table's, whose life ends so many seconds after the test clock's start.
  private func credentials(expiringAfter seconds: Double) -> Credentials {
    Credentials(
      accessKeyID: "AKID-1", secretAccessKey: "hush", sessionToken: "token",
      expiration: TestClock.start.addingTimeInterval(seconds))
  }

  @Test(arguments: [(-10.0, 1, 301.0), (0, 1, 301), (240, 0, 121), (30, 0, 16)])
  func `F37: what has expired, or soon will, is served and not asked for by each caller`(
    left: Double, reports: Int, later: Double
  ) async throws {
    let clock = TestClock()
    let old = credentials(expiringAfter: left)
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: old)
    ).whileRunning { service async throws in
      let provider = InstanceMetadataProvider(
        endpoint: service.baseURL, timeout: patience, environment: [:], clock: clock.clock)
      let errors = Mutex<[CredentialError?]>([])
      let cache = CachedCredentialProvider(
        provider, onFailure: { error in errors.withLock { $0.append(error as? CredentialError) } }, clock: clock.clock)
      for _ in 0..<5 { #expect(try await cache.credentials() == old) }
      #expect(letters(service) == "TLC")
      #expect(errors.withLock { $0.map { $0?.code } } == Array(repeating: .badAnswer, count: reports))
      service.instance.credentials = Self.credentials
      clock.advance(by: later)
      #expect(try await cache.credentials() == Self.credentials)
      #expect(letters(service) == "TLC" + "LC")
    }
  }

  @Test func `F45: a thousand callers and a cold cache make one conversation`() async throws {
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: Self.credentials)
    ).whileRunning { service async throws in
      let cache = InstanceMetadataProvider(endpoint: service.baseURL, timeout: patience, environment: [:]).cached()
      let all = try await withThrowingTaskGroup { group in
        for _ in 0..<1000 { group.addTask { try await cache.credentials() } }
        return try await group.reduce(into: [Credentials]()) { $0.append($1) }
      }
      #expect(all == Array(repeating: Self.credentials, count: 1000))
      #expect(letters(service) == "TLC")
    }
  }

  @Test func `F46: a caller that gives up takes only itself out`() async throws {
    let source = GatedSource()
    let cache = source.cached()
    let first = Task { try await cache.credentials() }
    await source.waitUntilAsked()
    let others = (0..<10).map { _ in Task { try await cache.credentials() } }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    source.open()
    for other in others { #expect(try await other.value == Self.credentials) }
    #expect(source.count == 1)
  }

  @Test func `F47: when all callers give up the next is served`() async throws {
    let source = GatedSource()
    let cache = source.cached()
    let callers = (0..<10).map { _ in Task { try await cache.credentials() } }
    await source.waitUntilAsked()
    for caller in callers { caller.cancel() }
    for caller in callers { await #expect(throws: CancellationError.self) { try await caller.value } }
    source.open()
    #expect(try await cache.credentials() == Self.credentials)
    #expect(source.count == 1)
  }

  @Test func `F42: a failed start is not for ever`() async throws {
    try await InstanceMetadataService.start(
      Instance(roleName: nil, credentials: Self.credentials)
    ).whileRunning { service async throws in
      let provider = InstanceMetadataProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      let cache = provider.cached()
      let error = await #expect(throws: CredentialError.self) { try await cache.credentials() }
      #expect(error?.code == .notAvailable)
      service.instance.roleName = FaultTableRow.roleName
      #expect(try await cache.credentials() == Self.credentials)
      #expect(letters(service) == "TLlLC")
    }
  }

  @Test(arguments: [("F43", 30.0), ("F44", -600.0)])
  func `an outage of the service is bridged`(id: String, left: Double) async throws {
    let clock = TestClock()
    let held = credentials(expiringAfter: 3600)
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: held)
    ).whileRunning { service async throws in
      let provider = InstanceMetadataProvider(
        endpoint: service.baseURL, timeout: patience, environment: [:], clock: clock.clock)
      let cache = CachedCredentialProvider(provider, clock: clock.clock)
      let first = try await cache.credentials()
      service.faults = [.always(.answer(500))]
      clock.advance(by: 3600 - left)
      // The pause is of 300 s, in which nobody asks.
      for seconds in [0.0, 1, 150, 148] {
        clock.advance(by: seconds)
        #expect(try await cache.credentials() == first)
        #expect(letters(service) == "TLC" + "LLL", "one fetch, in three attempts")
      }
      service.faults = []
      service.instance.credentials = Self.credentials
      clock.advance(by: 2)
      #expect(try await cache.credentials() == Self.credentials)
      #expect(letters(service) == "TLC" + "LLL" + "LC")
    }
  }

  @Test(arguments: [
    ("F32", Fault.answer(404)), ("F33", .answer(200, #"{"Code":"AssumeRoleUnauthorizedAccess"}"#)),
  ])
  func `a role that was there and is refused now doesn't cost the credentials at hand`(
    id: String, fault: Fault
  ) async throws {
    let clock = TestClock()
    let held = credentials(expiringAfter: 3600)
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: held)
    ).whileRunning { service async throws in
      let provider = InstanceMetadataProvider(
        endpoint: service.baseURL, roleName: FaultTableRow.roleName, timeout: patience, environment: [:],
        clock: clock.clock)
      let cache = CachedCredentialProvider(provider, clock: clock.clock)
      #expect(try await cache.credentials() == held)
      service.faults = [.onCredentials(fault)]
      clock.advance(by: 3000)
      for _ in 0..<5 { #expect(try await cache.credentials() == held) }
      #expect(letters(service) == "TC" + "C")
    }
  }

  @Test(arguments: [-1e7, -1, 21_479, 21_481, 1e7])
  func `F48: a clock that jumps costs no more than a token`(jump: Double) async throws {
    let clock = TestClock()
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: Self.credentials)
    ).whileRunning { service async throws in
      let provider = InstanceMetadataProvider(
        endpoint: service.baseURL, timeout: patience, environment: [:], clock: clock.clock)
      _ = try await provider.credentials()
      clock.advance(by: jump)
      for _ in 0..<3 { _ = try await provider.credentials() }
      let isKept = (0..<21_480).contains(jump)
      #expect(service.server.requests("PUT").count == (isKept ? 1 : 2))
    }
  }
}
