import Foundation
import SigV4
import Synchronization
import Testing

/// Many callers at once, some of which are cancelled, and a source that fails sometimes.
@Suite(.timeLimit(.minutes(10))) struct ProviderConcurrencyTests {
  private static let credentials = Planted.credentials

  @Test func `a cancelled caller gets cached credentials`() async throws {
    let source = GatedSource()
    source.open()
    let cache = source.cached()
    let cold = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await cache.checkedCredentials()
    }
    await #expect(throws: CancellationError.self) { try await cold.value }
    _ = try await cache.checkedCredentials()
    let warm = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await cache.checkedCredentials()
    }
    #expect(try await warm.value == Self.credentials)
  }

  @Test func `while one caller refreshes early the others are served at once`() async throws {
    let clock = TestClock()
    let slow = GatedSource()
    let first = Credentials(
      accessKeyID: "AKID-1", secretAccessKey: Planted.secret, expiration: TestClock.start.addingTimeInterval(3600))
    let isFirst = Mutex(true)
    let source = ClosureProvider {
      let wasFirst = isFirst.withLock { isFirst in
        defer { isFirst = false }
        return isFirst
      }
      return wasFirst ? first : await slow.credentials()
    }
    let cache = CachedCredentialProvider(source, clock: clock.clock)
    #expect(try await cache.checkedCredentials() == first)
    clock.advance(by: 3000)
    let refreshing = Task { try await cache.checkedCredentials() }
    await slow.waitUntilAsked()
    for _ in 0..<10 { #expect(try await cache.checkedCredentials() == first) }
    slow.open()
    #expect(try await refreshing.value == Self.credentials)
    #expect(try await cache.checkedCredentials() == Self.credentials)
    #expect(slow.count == 1)
  }

  @Test(arguments: [600.0, 30, -600])
  func `a silent source doesn't delay callers while credentials are cached`(left: Double) async throws {
    let time = TestClock()
    let slow = GatedSource()
    let first = Credentials(
      accessKeyID: "AKID-1", secretAccessKey: Planted.secret, expiration: TestClock.start.addingTimeInterval(3600))
    let answers = Mutex([first])
    let source = ClosureProvider {
      if let answer = answers.withLock({ $0.popLast() }) { answer } else { await slow.credentials() }
    }
    let cache = CachedCredentialProvider(source, clock: time.clock)
    #expect(try await cache.checkedCredentials() == first)
    time.advance(by: 3600 - left)
    let waiting = Task { try await cache.checkedCredentials() }
    await slow.waitUntilAsked()
    await time.expire(.seconds(5))
    #expect(try await waiting.value == first)
    for _ in 0..<10 { #expect(try await cache.checkedCredentials() == first) }
    #expect(slow.count == 1)
    slow.open()
    while try await cache.checkedCredentials() == first { await Task.yield() }
    #expect(try await cache.checkedCredentials() == Self.credentials)
    #expect(slow.count == 1)
  }

}

/// A provider that is a closure.
struct ClosureProvider: CredentialProvider {
  private let provide: @Sendable () async throws -> Credentials

  init(_ provide: @escaping @Sendable () async throws -> Credentials) { self.provide = provide }

  func credentials() async throws -> Credentials { try await provide() }
}

/// A source that lets its callers wait until it is opened.
final class GatedSource: CredentialProvider {
  private let state = Mutex<(count: Int, isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((0, false, []))
  private let (asked, wasAsked) = AsyncStream.makeStream(of: Void.self)

  var count: Int { state.withLock { $0.count } }

  /// Returns once the source is called.
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
    return Planted.credentials
  }
}
