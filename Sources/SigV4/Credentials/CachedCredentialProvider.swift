#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif
import Synchronization

/// Caches another provider's credentials, so that each request can ask for them.
///
/// It asks its source when a caller needs credentials, once for all callers that wait, and well before the old ones
/// expire: 5 minutes before for a lifetime of up to 20 minutes, 15 minutes for one under 90 minutes, and otherwise an
/// hour. Then one caller asks, while the others are served. In the last minute they all wait for the answer, but at most
/// 5 s if credentials are cached. While the source fails, the cached credentials are served, even after they expire, and
/// the source is left alone for 5 to 10 minutes: AWS's services may accept expired ones while their own source is down.
/// Only an error that needs a person (`misconfigured`) is thrown nevertheless.
///
/// A source that doesn't answer within the time limit is asked again for the next caller who needs it. Its late answer is
/// used all the same, unless the cache has better credentials by then. A cancelled caller leaves at once and cancels
/// nothing: the source is asked for whoever comes next. The rules are those of the AWS SDKs' common credential refresh
/// behaviour of 2026.
public final class CachedCredentialProvider: CredentialProvider {
  private typealias Waiter = CheckedContinuation<Credentials, any Error>

  /// The default limit for the source's answer: 100 s.
  ///
  /// The sources of this library keep limits of their own, whose errors say more. The longest of them is a program (60 s)
  /// whose credentials assume a role (31 s).
  public static let defaultTimeLimit = Duration.seconds(100)

  /// How long callers wait who can be served from the cache.
  private static let patience = Duration.seconds(5)

  private struct State {
    var cache: CredentialCacheState
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0

    /// Removes and returns all callers that wait.
    mutating func takeWaiters() -> Dictionary<Int, Waiter>.Values {
      defer { waiters = [:] }
      return waiters.values
    }
  }

  private let source: any CredentialProvider
  private let clock: ProviderClock
  private let timeLimit: Duration
  private let onFailure: (@Sendable (any Error) -> Void)?
  private let state: Mutex<State>

  /// Creates a cache.
  ///
  /// - Parameters:
  ///   - source: The provider to ask.
  ///   - refreshWindow: How long before their expiration to ask for new credentials; if nil, it depends on their
  ///     lifetime. It is half of a lifetime that isn't longer than it.
  ///   - timeLimit: How long to wait for the source's answer. Then callers without credentials fail with `timedOut`, and
  ///     the source may be asked again.
  ///   - onFailure: Called with each error of the source and each timeout, also with those that no caller sees because
  ///     credentials are cached, and with one when the source answers with expired credentials; it must return soon.
  public convenience init(
    _ source: any CredentialProvider, refreshWindow: Duration? = nil, timeLimit: Duration = defaultTimeLimit,
    onFailure: (@Sendable (any Error) -> Void)? = nil
  ) {
    self.init(
      source, refreshWindow: refreshWindow, timeLimit: timeLimit, onFailure: onFailure, clock: ProviderClock())
  }

  package init(
    _ source: any CredentialProvider, refreshWindow: Duration? = nil, timeLimit: Duration = defaultTimeLimit,
    onFailure: (@Sendable (any Error) -> Void)? = nil, clock: ProviderClock
  ) {
    self.source = source
    self.clock = clock
    self.timeLimit = timeLimit
    self.onFailure = onFailure
    state = Mutex(State(cache: CredentialCacheState(configuredWindow: refreshWindow.map { $0 / .seconds(1) })))
  }

  /// Returns the cached credentials, or new ones from the source.
  ///
  /// - Throws: The source's error, if no credentials are cached; ``CredentialError`` with the code `timedOut`, if then the
  ///   source doesn't answer within the time limit; `CancellationError` if the calling task is cancelled while it waits.
  nonisolated(nonsending) public func credentials() async throws -> Credentials {
    let now = clock.now()
    let step = state.withLock { $0.cache.step(at: now) }
    switch step {
    case .serve(let credentials): return credentials
    case .serveAndAsk(let credentials):
      ask(state.withLock { $0.cache.ask() })
      return credentials
    case .raise(let error): throw error
    case .ask: return try await wait()
    }
  }

  /// Makes the next call wait for new credentials, after a service has rejected the cached ones.
  ///
  /// Call it when a service answers `ExpiredToken`, `ExpiredTokenException` or `InvalidToken`. It does nothing if the
  /// cache has other credentials by now, and it doesn't shorten the pause after a failure of the source.
  ///
  /// - Parameter accessKeyID: The ID of the credentials that were rejected.
  public func invalidate(accessKeyID: String) {
    state.withLock { $0.cache.invalidate(accessKeyID: accessKeyID) }
  }

  private func wait() async throws -> Credentials {
    let id = state.withLock { state in
      state.nextWaiter &+= 1
      return state.nextWaiter
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { enqueue($0, id) }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }
  }

  private func enqueue(_ waiter: Waiter, _ id: Int) {
    let now = clock.now()
    let (outcome, question) = state.withLock { state -> (Result<Credentials, any Error>?, Int?) in
      // Things may have changed since the caller found that it has to wait.
      switch state.cache.step(at: now) {
      case .serve(let credentials): return (.success(credentials), nil)
      case .serveAndAsk(let credentials): return (.success(credentials), state.cache.ask())
      case .raise(let error): return (.failure(error), nil)
      case .ask: break
      }
      // A cancellation before this found no waiter to remove.
      guard !Task.isCancelled else { return (.failure(CancellationError()), nil) }
      state.waiters[id] = waiter
      return (nil, state.cache.ask())
    }
    if let outcome { waiter.resume(with: outcome) }
    ask(question)
  }

  /// Asks the source a question that has been opened.
  private func ask(_ question: Int?) {
    guard let question else { return }
    // Detached, so that the caller's cancellation isn't passed on; but no less urgent than the caller.
    let limits = Task.detached(priority: Task.currentPriority) { try await self.watch(question) }
    Task.detached(priority: Task.currentPriority) {
      let answer: Result<Credentials, any Error>
      do { answer = .success(try await self.source.credentials()) } catch { answer = .failure(error) }
      limits.cancel()
      self.take(answer, to: question)
    }
  }

  /// Ends the waits of those who can be served, and then of all, while the source is silent.
  private func watch(_ question: Int) async throws {
    let patience = min(Self.patience, timeLimit)
    try await clock.patience(patience)
    endWaits { $0.late(question).map { .success($0) } }
    try await clock.patience(timeLimit - patience)
    let error = CredentialError(
      .timedOut,
      "The source of the cached credentials, \(type(of: source)), didn't answer within \(timeLimit). Find out what holds"
        + " it up, or give the cache a longer timeLimit.")
    if endWaits({ $0.overdue(question, error) }) { onFailure?(error) }
  }

  private func take(_ answer: Result<Credentials, any Error>, to question: Int) {
    switch answer {
    case .success(let credentials):
      if let end = credentials.expiration, end <= clock.now() { onFailure?(Self.answeredWithExpired) }
    case .failure(let error): onFailure?(error)
    }
    endWaits { $0.take(answer, to: question, clock) }
  }

  private static let answeredWithExpired = CredentialError(
    .badAnswer,
    "The source answered with expired credentials: it fails to renew them, or this machine's clock is wrong."
      + " They are used until better ones come.")

  /// Changes the cache, and ends all waits if there is a result for them.
  ///
  /// - Returns: Whether there was a result.
  @discardableResult
  private func endWaits(_ change: (inout CredentialCacheState) -> Result<Credentials, any Error>?) -> Bool {
    let (outcome, waiters) = state.withLock { state in
      let outcome = change(&state.cache)
      return (outcome, outcome == nil ? nil : state.takeWaiters())
    }
    guard let outcome, let waiters else { return false }
    for waiter in waiters { waiter.resume(with: outcome) }
    return true
  }
}

extension CredentialProvider {
  /// Returns this provider behind a cache.
  public func cached() -> CachedCredentialProvider { CachedCredentialProvider(self) }
}
