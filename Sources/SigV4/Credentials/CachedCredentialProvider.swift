#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif
import Synchronization

/// Caches another provider's credentials and refreshes them before they expire.
///
/// The cache calls its source once for all callers that wait. It refreshes credentials before they expire: 5 minutes before
/// for a lifetime of up to 20 minutes, 15 minutes before for one under 90 minutes, and otherwise an hour before. One caller
/// then calls the source while the others get the cached credentials. In the last minute all callers wait for the source, but
/// at most 5 s if credentials are cached. If the source fails, the cache returns the cached credentials, even after they
/// expire, and doesn't call the source for 5 to 10 minutes: AWS's services may accept expired credentials while their own
/// source is down. Only `misconfigured` errors, which require user action, are always thrown.
///
/// If the source doesn't respond within the time limit, the next caller that needs it calls it again. A late response is
/// still used, unless the cache has better credentials by then. A cancelled caller returns immediately and doesn't cancel the
/// call of the source. The rules are those of the AWS SDKs' common credential refresh behaviour of 2026.
public final class CachedCredentialProvider: CredentialProvider {
  private typealias Waiter = CheckedContinuation<Credentials, any Error>

  /// The default time limit for the source: 100 s.
  ///
  /// This library's sources have shorter limits, with more detailed errors. The longest is a program (60 s) whose credentials
  /// assume a role (31 s).
  public static let defaultTimeLimit = Duration.seconds(100)

  /// The maximum wait of a caller while credentials are cached.
  private static let patience = Duration.seconds(5)

  private struct State {
    var cache: CredentialCacheState
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0

    /// Removes and returns all waiting callers.
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
  ///   - source: The provider of the credentials.
  ///   - refreshWindow: The time before their expiration at which credentials are refreshed; if nil, it depends on their
  ///     lifetime. For a lifetime no longer than the window, it is half the lifetime.
  ///   - timeLimit: The maximum wait for the source. After it, callers without credentials fail with `timedOut`, and the
  ///     source may be called again.
  ///   - onFailure: A closure for each error and timeout of the source, including those that no caller sees because
  ///     credentials are cached, and for expired credentials from the source. It must return quickly.
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
  /// - Throws: If no credentials are cached, the source's error, or ``CredentialError`` with the code `timedOut` if the source
  ///   doesn't respond within the time limit; `CancellationError` if the calling task is cancelled while it waits.
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
  /// Call it when a service returns `ExpiredToken`, `ExpiredTokenException` or `InvalidToken`. It does nothing if the cache
  /// contains other credentials by now, and it doesn't shorten the pause after a failure of the source.
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
      // The state may have changed since the caller decided to wait.
      switch state.cache.step(at: now) {
      case .serve(let credentials): return (.success(credentials), nil)
      case .serveAndAsk(let credentials): return (.success(credentials), state.cache.ask())
      case .raise(let error): return (.failure(error), nil)
      case .ask: break
      }
      // An earlier cancellation found no waiter to remove.
      guard !Task.isCancelled else { return (.failure(CancellationError()), nil) }
      state.waiters[id] = waiter
      return (nil, state.cache.ask())
    }
    if let outcome { waiter.resume(with: outcome) }
    ask(question)
  }

  /// Calls the source for an open request.
  private func ask(_ question: Int?) {
    guard let question else { return }
    // Detached, so that it ignores the caller's cancellation, but with the caller's priority.
    let limits = Task.detached(priority: Task.currentPriority) { try await self.watch(question) }
    Task.detached(priority: Task.currentPriority) {
      let answer: Result<Credentials, any Error>
      do { answer = .success(try await self.source.credentials()) } catch { answer = .failure(error) }
      limits.cancel()
      self.take(answer, to: question)
    }
  }

  /// Ends the waits of callers with cached credentials, and later all waits, while the source doesn't respond.
  private func watch(_ question: Int) async throws {
    let patience = min(Self.patience, timeLimit)
    try await clock.patience(patience)
    endWaits { $0.late(question).map { .success($0) } }
    try await clock.patience(timeLimit - patience)
    let error = CredentialError(
      .timedOut,
      "The source of the cached credentials, \(type(of: source)), didn't respond within \(timeLimit). Check the source,"
        + " or pass a longer timeLimit to the cache.")
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
    "The source returned expired credentials: it doesn't renew them, or this machine's clock is wrong. Check both."
      + " The cache uses them until it gets newer ones.")

  /// Changes the cache and ends all waits if the change has a result.
  ///
  /// - Returns: Whether the change has a result.
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
  /// Returns a cache in front of this provider.
  public func cached() -> CachedCredentialProvider { CachedCredentialProvider(self) }
}
