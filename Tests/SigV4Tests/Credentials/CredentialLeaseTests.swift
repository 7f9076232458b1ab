import Foundation
import SigV4
import Synchronization
import Testing

/// A source that is silent, late, or both, behind a cache: each call of it is a lease.
@Suite(.timeLimit(.minutes(10))) final class CredentialLeaseTests: Sendable {
  /// A source each of whose calls waits for its own answer, and ignores cancellation.
  private final class SilentSource: CredentialProvider {
    typealias Answer = Result<Credentials, any Error>

    private let state = Mutex<(questions: [CheckedContinuation<Answer, Never>], count: Int)>(([], 0))

    var count: Int { state.withLock { $0.count } }

    func credentials() async throws -> Credentials {
      try await withCheckedContinuation { question in
        state.withLock { state in
          state.questions.append(question)
          state.count += 1
        }
      }.get()
    }

    /// Returns when the source has been called so many times.
    func asked(_ count: Int) async { while self.count < count { await Task.yield() } }

    /// Answers a call; the first is number 1.
    func answer(_ question: Int, _ answer: Answer) {
      state.withLock { $0.questions[question - 1] }.resume(returning: answer)
    }
  }

  private let time = TestClock()
  private let source = SilentSource()
  private let errors = Mutex<[CredentialError.Code?]>([])

  /// The cache, and the wait that follows the patience of 5 s.
  private func cache() -> (CachedCredentialProvider, rest: Duration) {
    let cache = CachedCredentialProvider(
      source, timeLimit: .seconds(30),
      onFailure: { [self] error in errors.withLock { $0.append((error as? CredentialError)?.code) } }, clock: time.clock
    )
    return (cache, .seconds(25))
  }

  private func good(_ id: String, expiringAfter seconds: Double = 3600) -> Credentials {
    Credentials(
      accessKeyID: id, secretAccessKey: Planted.secret, sessionToken: Planted.token,
      expiration: time.now.addingTimeInterval(seconds))
  }

  /// Lets the source answer the first call, and lets time pass.
  private func fill(_ cache: CachedCredentialProvider, left: Double) async throws -> Credentials {
    let held = good("AKID-1")
    let first = Task { try await cache.checkedCredentials() }
    await source.asked(1)
    source.answer(1, .success(held))
    #expect(try await first.value == held)
    time.advance(by: 3600 - left)
    return held
  }

  /// Lets the open call become overdue.
  private func outlast(_ rest: Duration) async {
    await time.expire(.seconds(5))
    await time.expire(rest)
  }

  /// Lets a caller of an empty cache fail because the source doesn't respond in time.
  private func letFirstCallExpire(_ cache: CachedCredentialProvider, _ rest: Duration) async {
    let waiting = Task { try await cache.checkedCredentials() }
    await source.asked(1)
    await outlast(rest)
    await #expect(throws: CredentialError.self) { try await waiting.value }
  }

  /// Calls the cache until it returns the expected credentials.
  private func served(_ expected: Credentials, by cache: CachedCredentialProvider) async throws {
    while try await cache.checkedCredentials() != expected { await Task.yield() }
  }

  @Test func `with nothing cached, every wait ends with a timeout, and later callers call the source again`()
    async throws
  {
    let (cache, rest) = cache()
    let waiting = (0..<10).map { _ in Task { try await cache.checkedCredentials() } }
    await source.asked(1)
    await outlast(rest)
    for waiter in waiting {
      let error = await #expect(throws: CredentialError.self) { try await waiter.value }
      #expect(error?.code == .timedOut)
      #expect(error?.message.contains("SilentSource") == true && error?.message.contains("30.0 seconds") == true)
    }
    #expect(errors.withLock(\.self) == [.timedOut])
    let later = Task { try await cache.checkedCredentials() }
    await source.asked(2)
    let answer = good("AKID-2")
    source.answer(2, .success(answer))
    #expect(try await later.value == answer)
    source.answer(1, .failure(ScriptedSource.passing))
  }

  @Test(arguments: [600.0, 30, -600])
  func `cached credentials are served, and the source is called once for each lease`(left: Double) async throws {
    let (cache, rest) = cache()
    let held = try await fill(cache, left: left)
    let waiting = Task { try await cache.checkedCredentials() }
    await source.asked(2)
    await time.expire(.seconds(5))
    #expect(try await waiting.value == held)
    for question in 3...5 {
      await time.expire(rest)
      // No caller waits for a source that hasn't responded, but one calls it again.
      while source.count < question {
        #expect(try await cache.checkedCredentials() == held)
        await Task.yield()
      }
      for _ in 0..<10 { #expect(try await cache.checkedCredentials() == held) }
      #expect(source.count == question)
      await time.expire(.seconds(5))
    }
    let answer = good("AKID-2")
    source.answer(5, .success(answer))
    try await served(answer, by: cache)
    #expect(source.count == 5)
    for question in 2...4 { source.answer(question, .failure(ScriptedSource.passing)) }
  }

  @Test func `an answer that comes late is used`() async throws {
    let (cache, rest) = cache()
    await letFirstCallExpire(cache, rest)
    // Also for callers that wait for the answer to a later call.
    let later = Task { try await cache.checkedCredentials() }
    await source.asked(2)
    let answer = good("AKID-1")
    source.answer(1, .success(answer))
    #expect(try await later.value == answer)
    #expect(try await cache.checkedCredentials() == answer)
    #expect(source.count == 2)
    source.answer(2, .failure(ScriptedSource.passing))
  }

  @Test func `a late answer never replaces a better one`() async throws {
    let (cache, rest) = cache()
    await letFirstCallExpire(cache, rest)
    let later = Task { try await cache.checkedCredentials() }
    await source.asked(2)
    let best = good("AKID-2", expiringAfter: 7200)
    source.answer(2, .success(best))
    #expect(try await later.value == best)
    source.answer(1, .success(good("AKID-1")))
    for _ in 0..<100 {
      #expect(try await cache.checkedCredentials() == best)
      await Task.yield()
    }
  }

  @Test func `rejected credentials are replaced by others that come late, and not by themselves`() async throws {
    let (cache, rest) = cache()
    let held = try await fill(cache, left: 3000)
    cache.invalidate(accessKeyID: held.accessKeyID)
    for question in 2...3 {
      #expect(try await waitPatiently(cache, question) == held)
      await time.expire(rest)
    }
    while source.count < 4 {
      #expect(try await cache.checkedCredentials() == held)
      await Task.yield()
    }
    source.answer(2, .success(held))
    // Shorter-lived, but not rejected.
    let other = good("AKID-2", expiringAfter: 1800)
    source.answer(3, .success(other))
    try await served(other, by: cache)
    #expect(source.count == 4)
    source.answer(4, .failure(ScriptedSource.passing))
  }

  /// The result for a caller that waits for at most 5 s.
  private func waitPatiently(_ cache: CachedCredentialProvider, _ question: Int) async throws -> Credentials {
    let waiting = Task { try await cache.checkedCredentials() }
    await source.asked(question)
    await time.expire(.seconds(5))
    return try await waiting.value
  }

  @Test func `a late failure doesn't fail callers that wait for a newer call`() async throws {
    let (cache, rest) = cache()
    await letFirstCallExpire(cache, rest)
    let later = Task { try await cache.checkedCredentials() }
    await source.asked(2)
    source.answer(1, .failure(ScriptedSource.lasting))
    while errors.withLock(\.count) < 2 { await Task.yield() }
    let answer = good("AKID-2")
    source.answer(2, .success(answer))
    #expect(try await later.value == answer)
    #expect(errors.withLock(\.self) == [.timedOut, .misconfigured])
  }

  @Test func `callers of a silent source leave at once when cancelled`() async throws {
    let (cache, _) = cache()
    let waiting = (0..<10).map { _ in Task { try await cache.checkedCredentials() } }
    await source.asked(1)
    for waiter in waiting {
      waiter.cancel()
      await #expect(throws: CancellationError.self) { try await waiter.value }
    }
    source.answer(1, .failure(ScriptedSource.passing))
  }

  @Test(arguments: [Duration.zero, .milliseconds(20), .seconds(-1)])
  func `the system's own clock ends a wait too`(limit: Duration) async throws {
    let cache = CachedCredentialProvider(source, timeLimit: limit)
    let error = await #expect(throws: CredentialError.self) { try await cache.checkedCredentials() }
    #expect(error?.code == .timedOut)
    source.answer(1, .failure(ScriptedSource.passing))
  }

  @Test func `the default limit is longer than a program and a role take`() {
    #expect(CachedCredentialProvider.defaultTimeLimit == .seconds(100))
  }
}
