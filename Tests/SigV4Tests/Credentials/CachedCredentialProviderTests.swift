import Foundation
import SigV4
import Synchronization
import Testing

/// The scenarios of the AWS SDKs for refreshing credentials, by their numbers.
@Suite(.timeLimit(.minutes(10))) struct CachedCredentialProviderTests {
  /// A step of a scenario.
  enum Step: Sendable {
    /// The source gives this answer from now on.
    case source(ScriptedSource.Answer)
    /// So many seconds pass.
    case pass(Double)
    /// A caller gets the credentials with this ID, after the source has been called so many times in total.
    case get(_ id: String, asked: Int)
    /// A caller gets this error, after the source has been called so many times in total.
    case fail(CredentialError, asked: Int)
    /// A service has rejected the credentials with this access key ID.
    case invalidate(String)
    /// The source is called this many seconds before an expiration, and not a second earlier; it returns credentials for an hour.
    case refreshes(beforeEnd: Double)
  }

  struct Scenario: Sendable, CustomTestStringConvertible {
    let number: Int
    let name: String
    var window: Duration?
    let steps: [Step]

    init(_ number: Int, _ name: String, window: Duration? = nil, _ steps: [Step]) {
      self.number = number
      self.name = name
      self.window = window
      self.steps = steps
    }

    var testDescription: String { "\(number): \(name)" }
  }

  private static let hour = 3600.0
  /// An hour's lifetime: advised in the last 900 s, mandatory in the last 60.
  private static func held(_ left: Double) -> [Step] {
    [.source(.good("AKID-1", hour)), .get("AKID-1", asked: 1), .pass(hour - left)]
  }
  private static let valid = held(3000), advisory = held(600), mandatory = held(30), expired = held(-600)
  private static let renewed: [Step] = [.source(.good("AKID-2", hour)), .get("AKID-2", asked: 2)]
  private static let failed: [Step] = [.source(.error), .get("AKID-1", asked: 2)]
  private static let leftAlone: [Step] = [.pass(419), .get("AKID-1", asked: 2)]
  private static let stale: [Step] = [.source(.good("AKID-2", -10)), .get("AKID-1", asked: 2)] + leftAlone
  private static let needsPerson: [Step] = [.source(.needsPerson), .fail(ScriptedSource.lasting, asked: 2)]
  private static let later: [Step] = [.pass(6), .source(.good("AKID-2", hour)), .get("AKID-2", asked: 3)]

  /// Runs with 420 s for every pause after a failure, and 5 s for a repeated `misconfigured` error.
  static let scenarios: [Scenario] = [
    Scenario(1, "valid credentials are served without contact", valid + [.get("AKID-1", asked: 1)]),
    Scenario(2, "advisory, the source is good", advisory + renewed),
    Scenario(3, "advisory, the source fails", advisory + failed + leftAlone),
    Scenario(4, "mandatory, the source is good", mandatory + renewed),
    Scenario(5, "mandatory, the source fails", mandatory + failed + leftAlone),
    Scenario(6, "expired, the source is good", expired + renewed),
    Scenario(7, "expired, the source fails", expired + failed + leftAlone),
    Scenario(
      8, "nothing cached, the source fails and recovers",
      [
        .source(.error), .fail(ScriptedSource.passing, asked: 1), .source(.good("AKID-2", hour)),
        .get("AKID-2", asked: 2),
      ]),
    Scenario(9, "advisory, the source is behind", advisory + stale),
    Scenario(10, "mandatory, the source is behind", mandatory + stale),
    Scenario(
      11, "a lifetime of 600 s has a window of 300 s",
      [.source(.good("AKID-1", 600)), .get("AKID-1", asked: 1), .pass(600), .refreshes(beforeEnd: 300)]),
    Scenario(
      12, "a lifetime of 1200 s has a window of 300 s",
      [.source(.good("AKID-1", 1200)), .get("AKID-1", asked: 1), .pass(1200), .refreshes(beforeEnd: 300)]),
    Scenario(
      12, "a lifetime of 1201 s has a window of 900 s",
      [.source(.good("AKID-1", 1201)), .get("AKID-1", asked: 1), .pass(1201), .refreshes(beforeEnd: 900)]),
    Scenario(
      13, "a lifetime of 21600 s has a window of 3600 s",
      [.source(.good("AKID-1", 21_600)), .get("AKID-1", asked: 1), .pass(21_600), .refreshes(beforeEnd: 3600)]),
    Scenario(
      14, "each lifetime has its own window",
      [
        .source(.good("AKID-1", 21_600)), .get("AKID-1", asked: 1), .pass(17_999), .get("AKID-1", asked: 1), .pass(61),
        .source(.good("AKID-2", 600)), .get("AKID-2", asked: 2), .pass(600), .refreshes(beforeEnd: 300),
      ]),
    Scenario(
      15, "a configured window is honoured", window: .seconds(1800),
      [.source(.good("AKID-1", 21_600)), .get("AKID-1", asked: 1), .pass(21_600), .refreshes(beforeEnd: 1800)]),
    Scenario(16, "advisory, the source is misconfigured", advisory + needsPerson + later),
    Scenario(17, "mandatory, the source is misconfigured", mandatory + needsPerson + later),
    Scenario(
      18, "advisory, the source is misconfigured and isn't called again immediately",
      advisory + needsPerson + [.fail(ScriptedSource.lasting, asked: 2)]),
    Scenario(19, "rejected credentials are replaced", valid + [.invalidate("AKID-1")] + renewed),
    Scenario(20, "rejected credentials are served when the source fails", valid + [.invalidate("AKID-1")] + failed),
    Scenario(
      21, "a rejection doesn't end the pause",
      expired + failed + [.pass(60), .invalidate("AKID-1"), .get("AKID-1", asked: 2), .pass(425)]
        + [.source(.good("AKID-2", hour)), .get("AKID-2", asked: 3)]),
    Scenario(
      22, "a rejection of other credentials changes nothing", valid + [.invalidate("AKID-0"), .get("AKID-1", asked: 1)]),
    Scenario(
      23, "the source is called again after the pause",
      expired + failed + [.pass(300), .get("AKID-1", asked: 2), .pass(425)]
        + [.source(.good("AKID-2", hour)), .get("AKID-2", asked: 3)]),
    Scenario(
      24, "empty cache, the source is misconfigured",
      [.source(.needsPerson), .fail(ScriptedSource.lasting, asked: 1), .fail(ScriptedSource.lasting, asked: 1)]
        + [.pass(6), .source(.good("AKID-2", hour)), .get("AKID-2", asked: 2)]),
    // Scenarios of this library.
    Scenario(
      25, "credentials without expiration are served until a service rejects them",
      [.source(.good("AKID-1", nil)), .get("AKID-1", asked: 1), .pass(1e9), .get("AKID-1", asked: 1)]
        + [.invalidate("AKID-1")] + renewed),
    Scenario(
      26, "nothing cached, the source returns expired credentials: they are better than none",
      [.source(.good("AKID-1", -10)), .get("AKID-1", asked: 1), .pass(419), .get("AKID-1", asked: 1), .pass(2)]
        + renewed),
    Scenario(
      27, "of expired credentials, the newer are kept",
      expired + [.source(.good("AKID-2", -10)), .get("AKID-2", asked: 2), .pass(1), .get("AKID-2", asked: 2)]),
    Scenario(
      28, "a clock that is set back ends the pause and harms nothing",
      mandatory + failed + [.pass(-10), .get("AKID-1", asked: 3), .pass(-1e6), .get("AKID-1", asked: 3)]),
    Scenario(
      29, "a clock that jumps ahead causes one call", valid + [.pass(1e12)] + renewed + [.get("AKID-2", asked: 2)]),
    Scenario(
      30, "a misconfigured error is dropped when the clock is set back",
      mandatory + needsPerson + [.pass(-1), .source(.good("AKID-2", hour)), .get("AKID-2", asked: 3)]),
    Scenario(31, "a lifetime shorter than its window is used to its half", short(240) + between(119)),
    Scenario(32, "a lifetime under a minute doesn't make each caller call the source", short(50) + between(11)),
    Scenario(33, "a lifetime of seconds is used to its half", short(4) + between(1)),
    Scenario(
      34, "a configured window longer than the lifetime is half of it", window: .seconds(3600),
      short(900) + between(449)),
    Scenario(
      35, "rejected new credentials are replaced immediately", short(50) + [.invalidate("AKID-1")] + renewed),
  ]
  private static func short(_ lifetime: Double) -> [Step] {
    [.source(.good("AKID-1", lifetime)), .get("AKID-1", asked: 1), .get("AKID-1", asked: 1)]
  }
  /// So many seconds without contact, and contact two seconds later.
  private static func between(_ seconds: Double) -> [Step] {
    [.pass(seconds), .get("AKID-1", asked: 1), .pass(2)] + renewed
  }

  @Test(arguments: scenarios)
  func `each shared scenario has its expected result`(scenario: Scenario) async throws {
    let clock = TestClock(choice: 420)
    let source = ScriptedSource(.error, clock)
    let cache = CachedCredentialProvider(source, refreshWindow: scenario.window, clock: clock.clock)
    for step in scenario.steps {
      switch step {
      case .source(let answer): source.answer = answer
      case .pass(let seconds): clock.advance(by: seconds)
      case .get(let id, let count):
        #expect(try await cache.checkedCredentials().accessKeyID == id)
        #expect(source.count == count)
      case .fail(let expected, let count):
        let error = await #expect(throws: CredentialError.self) { try await cache.checkedCredentials() }
        #expect(error == expected)
        #expect(source.count == count)
      case .invalidate(let id): cache.invalidate(accessKeyID: id)
      case .refreshes(let seconds):
        let count = source.count
        clock.advance(by: -seconds - 1)
        _ = try await cache.checkedCredentials()
        #expect(source.count == count)
        clock.advance(by: 1)
        _ = try await cache.checkedCredentials()
        #expect(source.count == count + 1)
      }
    }
  }

  @Test func `every error of the source is reported, seen by a caller or not`() async throws {
    let clock = TestClock()
    let source = ScriptedSource(.good("AKID-1", 3600), clock)
    let errors = Mutex<[CredentialError.Code]>([])
    let cache = CachedCredentialProvider(
      source, onFailure: { error in errors.withLock { $0 += [(error as? CredentialError)?.code].compactMap(\.self) } },
      clock: clock.clock)
    _ = try await cache.checkedCredentials()
    clock.advance(by: 3590)
    source.answer = .error
    _ = try await cache.checkedCredentials()
    clock.advance(by: 601)
    source.answer = .needsPerson
    await #expect(throws: CredentialError.self) { try await cache.checkedCredentials() }
    #expect(errors.withLock { $0 } == [.badAnswer, .misconfigured])
  }

  /// A report of a cache.
  private enum Report: Equatable {
    case refresh(String, left: Double?)
    case failure
  }

  @Test func `each response that is cached is reported once, before callers get it`() async throws {
    let clock = TestClock()
    let source = ScriptedSource(.error, clock)
    let reports = Mutex<[Report]>([])
    let cache = CachedCredentialProvider(
      source,
      onRefresh: { id, end in
        reports.withLock { $0.append(.refresh(id, left: end?.timeIntervalSince(clock.now))) }
      },
      onFailure: { _ in reports.withLock { $0.append(.failure) } }, clock: clock.clock)
    /// Gets credentials and returns what the cache reports by then.
    func reported(_ answer: ScriptedSource.Answer, after seconds: Double) async throws -> [Report] {
      source.answer = answer
      clock.advance(by: seconds)
      _ = try? await cache.checkedCredentials()
      return reports.withLock { reports in
        defer { reports = [] }
        return reports
      }
    }
    #expect(try await reported(.error, after: 0) == [.failure])
    #expect(try await reported(.good("AKID-1", 3600), after: 0) == [.refresh("AKID-1", left: 3600)])
    #expect(try await reported(.good("AKID-2", 3600), after: 100) == [])
    #expect(try await reported(.good("AKID-1", 3600), after: 3000) == [.refresh("AKID-1", left: 3600)])
    #expect(try await reported(.good("AKID-3", -1), after: 3000) == [.failure])
    #expect(try await reported(.good("AKID-4", nil), after: 600) == [.refresh("AKID-4", left: nil)])
  }

  @Test func `a cached provider reports refreshes and failures, whose closures may use the cache`() async throws {
    let clock = TestClock()
    let source = ScriptedSource(.good("AKID-1", nil), clock)
    let created = Mutex<CachedCredentialProvider?>(nil)
    let ids = Mutex<[String]>([]), errors = Mutex<[CredentialError.Code?]>([])
    let cache = source.cached { id, expiration in
      #expect(expiration == nil)
      created.withLock(\.self)?.invalidate(accessKeyID: id)
      ids.withLock { $0.append(id) }
    } onFailure: { error in
      errors.withLock { $0.append((error as? CredentialError)?.code) }
    }
    created.withLock { $0 = cache }
    _ = try await cache.checkedCredentials()
    source.answer = .good("AKID-2", nil)
    // The closure has invalidated the first ones.
    #expect(try await cache.checkedCredentials().accessKeyID == "AKID-2")
    source.answer = .error
    #expect(try await cache.checkedCredentials().accessKeyID == "AKID-2")
    #expect(ids.withLock(\.self) == ["AKID-1", "AKID-2"])
    #expect(errors.withLock(\.self) == [.badAnswer])
    created.withLock { $0 = nil }
  }

  @Test(arguments: [(600.0, 300.0), (3600, 900), (21_600, 3600), (50, 25)])
  func `kept fresh, credentials are refreshed before a caller waits`(lifetime: Double, window: Double) async throws {
    let clock = TestClock()
    let source = ScriptedSource(.good("AKID-1", lifetime), clock)
    try await whileKeptFresh(source, clock) { cache in
      #expect(try await cache.checkedCredentials().accessKeyID == "AKID-1")
      clock.advance(by: lifetime - window - 16)
      await clock.expire(.seconds(10))
      await clock.begun(.seconds(10))
      await expect(1, callsOf: source)
      source.answer = .good("AKID-2", lifetime)
      clock.advance(by: 1)
      await clock.expire(.seconds(10))
      while try await cache.checkedCredentials().accessKeyID != "AKID-2" { await Task.yield() }
      #expect(source.count == 2)
    }
  }

  @Test func `kept fresh, a failing source is called again until it has credentials`() async throws {
    let clock = TestClock()
    let source = ScriptedSource(.error, clock)
    try await whileKeptFresh(source, clock) { cache in
      while source.count < 5 { await clock.expire(.seconds(10)) }
      source.answer = .good("AKID-1", 3600)
      await clock.expire(.seconds(10))
      while (try? await cache.checkedCredentials())?.accessKeyID != "AKID-1" { await Task.yield() }
    }
  }

  @Test func `kept fresh, a failing source is not called during the pause`() async throws {
    let clock = TestClock()
    let source = ScriptedSource(.good("AKID-1", 3600), clock)
    try await whileKeptFresh(source, clock) { cache in
      _ = try await cache.checkedCredentials()
      source.answer = .error
      clock.advance(by: 3550)
      await clock.expire(.seconds(10))
      while source.count < 2 { await Task.yield() }
      // Returns when the source has failed: the credentials are about to expire.
      _ = try await cache.checkedCredentials()
      clock.advance(by: 299)
      await clock.expire(.seconds(10))
      await clock.begun(.seconds(10))
      await expect(2, callsOf: source)
      clock.advance(by: 1)
      await clock.expire(.seconds(10))
      while source.count < 3 { await Task.yield() }
    }
  }

  @Test func `kept fresh, rejected credentials are replaced without a caller`() async throws {
    let clock = TestClock()
    let source = ScriptedSource(.good("AKID-1", nil), clock)
    try await whileKeptFresh(source, clock) { cache in
      _ = try await cache.checkedCredentials()
      cache.invalidate(accessKeyID: "AKID-1")
      await clock.expire(.seconds(10))
      while source.count < 2 { await Task.yield() }
    }
  }

  /// Expects so many calls of the source, after those that have been opened have reached it.
  private func expect(_ count: Int, callsOf source: ScriptedSource) async {
    for _ in 0..<1000 { await Task.yield() }
    #expect(source.count == count)
  }

  /// Keeps the credentials of `source` fresh while `body` runs, and then ends that by cancellation.
  private func whileKeptFresh(
    _ source: ScriptedSource, _ clock: TestClock, _ body: (CachedCredentialProvider) async throws -> Void
  ) async throws {
    let cache = CachedCredentialProvider(source, clock: clock.clock)
    let task = Task { await cache.keepFresh() }
    while source.count < 1 { await Task.yield() }
    let result: Result<Void, any Error>
    do { result = .success(try await body(cache)) } catch { result = .failure(error) }
    task.cancel()
    await task.value
    try result.get()
  }
}
