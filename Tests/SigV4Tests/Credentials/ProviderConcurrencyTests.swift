import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

/// Many callers at once, some of which give up, in front of a source that fails now and then.
@Suite(.timeLimit(.minutes(10))) struct ProviderConcurrencyTests {
  private static let credentials = FaultTableTests.credentials

  /// A source that lets its callers wait until it is opened.
  private final class GatedSource: CredentialProvider {
    private let state = Mutex<(count: Int, isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((0, false, []))
    private let (asked, wasAsked) = AsyncStream.makeStream(of: Void.self)

    var count: Int { state.withLock { $0.count } }

    /// Returns when somebody asks.
    func waitUntilAsked() async {
      var iterator = asked.makeAsyncIterator()
      await iterator.next()
    }

    func open() {
      let waiters = state.withLock { state in
        state.isOpen = true
        return state.waiters
      }
      for waiter in waiters { waiter.resume() }
    }

    func credentials() async -> Credentials {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          state.count += 1
          if !state.isOpen { state.waiters.append(continuation) }
          return state.isOpen
        }
        wasAsked.yield()
        if isOpen { continuation.resume() }
      }
      return ProviderConcurrencyTests.credentials
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
      #expect(String(service.server.requests().map(FaultTableRow.letter)) == "TLC")
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

  @Test func `a cancelled caller is served what needs no waiting`() async throws {
    let source = GatedSource()
    source.open()
    let cache = source.cached()
    let cold = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await cache.credentials()
    }
    await #expect(throws: CancellationError.self) { try await cold.value }
    _ = try await cache.credentials()
    let warm = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await cache.credentials()
    }
    #expect(try await warm.value == Self.credentials)
  }

  @Test func `while one caller refreshes early the others are served at once`() async throws {
    let clock = TestClock()
    let slow = GatedSource()
    let first = Credentials(
      accessKeyID: "AKID-1", secretAccessKey: "hush", expiration: TestClock.start.addingTimeInterval(3600))
    let isFirst = Mutex(true)
    let source = ClosureProvider {
      let wasFirst = isFirst.withLock { isFirst in
        defer { isFirst = false }
        return isFirst
      }
      return wasFirst ? first : await slow.credentials()
    }
    let cache = CachedCredentialProvider(source, clock: clock.clock)
    #expect(try await cache.credentials() == first)
    clock.advance(by: 3000)
    let refreshing = Task { try await cache.credentials() }
    await slow.waitUntilAsked()
    for _ in 0..<10 { #expect(try await cache.credentials() == first) }
    slow.open()
    #expect(try await refreshing.value == Self.credentials)
    #expect(try await cache.credentials() == Self.credentials)
    #expect(slow.count == 1)
  }

  @Test(arguments: [600.0, 30, -600])
  func `a source that doesn't answer holds nobody who can be served`(left: Double) async throws {
    let time = TestClock()
    let slow = GatedSource()
    let first = Credentials(
      accessKeyID: "AKID-1", secretAccessKey: "hush", expiration: TestClock.start.addingTimeInterval(3600))
    let isFirst = Atomic(true)
    let source = ClosureProvider {
      isFirst.exchange(false, ordering: .relaxed) ? first : await slow.credentials()
    }
    var clock = time.clock
    clock.patience = {}
    let cache = CachedCredentialProvider(source, clock: clock)
    #expect(try await cache.credentials() == first)
    time.advance(by: 3600 - left)
    for _ in 0..<10 { #expect(try await cache.credentials() == first) }
    await slow.waitUntilAsked()
    #expect(slow.count == 1)
    slow.open()
    while try await cache.credentials() == first { await Task.yield() }
    #expect(try await cache.credentials() == Self.credentials)
    #expect(slow.count == 1)
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
    }
  }

  @Test(arguments: [("F43", 30.0), ("F44", -600.0)])
  func `an outage of the service is bridged`(id: String, left: Double) async throws {
    let clock = TestClock()
    let held = Credentials(
      accessKeyID: "AKID-1", secretAccessKey: "hush", sessionToken: "token",
      expiration: TestClock.start.addingTimeInterval(3600))
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: held)
    ).whileRunning { service async throws in
      let provider = InstanceMetadataProvider(
        endpoint: service.baseURL, timeout: patience, environment: [:], clock: clock.clock)
      let cache = CachedCredentialProvider(provider, clock: clock.clock)
      let first = try await cache.credentials()
      service.faults = [.always(.answer(500))]
      clock.advance(by: 3600 - left)
      for _ in 0..<5 { #expect(try await cache.credentials() == first) }
      #expect(service.server.requests().count == 3 + 3, "one fetch, in three attempts")
      service.faults = []
      service.instance.credentials = Self.credentials
      clock.advance(by: 601)
      #expect(try await cache.credentials() == Self.credentials)
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

/// A provider that is a closure.
struct ClosureProvider: CredentialProvider {
  private let provide: @Sendable () async throws -> Credentials

  init(_ provide: @escaping @Sendable () async throws -> Credentials) { self.provide = provide }

  func credentials() async throws -> Credentials { try await provide() }
}
