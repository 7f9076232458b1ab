import Synchronization

#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// A cache in front of a provider, to ask for credentials with every request.
///
/// It asks its source when somebody needs credentials, once for all who wait, and well before the old ones expire: 5
/// minutes before for a lifetime of up to 20 minutes, 15 minutes for one under 90 minutes, and else an hour. Then one
/// caller asks, while the others are served; in the last minute they all wait for the answer, for 5 s at most while there
/// are credentials at hand. While the source fails, the credentials at hand are served, even past their expiration, and
/// the source is left alone for 5 to 10 minutes: AWS's services may take expired ones while their own source is down.
/// Only an error that needs a person (`misconfigured`) is thrown nevertheless.
///
/// A caller that is cancelled takes only itself out; the source is asked on its own, for whoever comes next. The rules
/// are those of the AWS SDKs' common credential refresh behaviour of 2026.
public final class CachedCredentialProvider: CredentialProvider {
  private typealias Waiter = CheckedContinuation<Credentials, any Error>

  private struct State {
    var cache: CredentialCacheState
    var isAsking = false
    /// Whether the source takes longer over its answer than callers are made to wait who can be served.
    var isLate = false
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0

    func step(at now: Date) -> CredentialCacheState.Step {
      let step = cache.step(at: now, isAsking: isAsking)
      if case .ask = step, isLate, let credentials = cache.atHand { return .serve(credentials) }
      return step
    }
  }

  private let source: any CredentialProvider
  private let clock: ProviderClock
  private let onFailure: (@Sendable (any Error) -> Void)?
  private let state: Mutex<State>

  /// Creates a cache.
  ///
  /// - Parameters:
  ///   - source: The provider to ask.
  ///   - refreshWindow: How long before their expiration to ask for new credentials; where left out, it goes by their
  ///     lifetime. It is half of a lifetime that isn't longer than it.
  ///   - onFailure: Called with each error of the source, also with those that no caller gets to see because there are
  ///     credentials to serve, and with one when the source answers with expired credentials; it shall return soon.
  public convenience init(
    _ source: any CredentialProvider, refreshWindow: Duration? = nil, onFailure: (@Sendable (any Error) -> Void)? = nil
  ) {
    self.init(source, refreshWindow: refreshWindow, onFailure: onFailure, clock: ProviderClock())
  }

  package init(
    _ source: any CredentialProvider, refreshWindow: Duration? = nil, onFailure: (@Sendable (any Error) -> Void)? = nil,
    clock: ProviderClock
  ) {
    self.source = source
    self.clock = clock
    self.onFailure = onFailure
    state = Mutex(State(cache: CredentialCacheState(configuredWindow: refreshWindow.map { $0 / .seconds(1) })))
  }

  /// The credentials at hand, or new ones from the source.
  ///
  /// - Throws: What the source throws, when there are no credentials at hand; `CancellationError` when the calling task
  ///   is cancelled while it waits.
  nonisolated(nonsending) public func credentials() async throws -> Credentials {
    let now = clock.now()
    let step = state.withLock { $0.step(at: now) }
    switch step {
    case .serve(let credentials): return credentials
    case .raise(let error): throw error
    case .ask: return try await wait()
    }
  }

  /// Makes the next call wait for new credentials, after a service has refused those at hand.
  ///
  /// Call it when a service answers `ExpiredToken`, `ExpiredTokenException` or `InvalidToken`. It does nothing when the
  /// credentials at hand are others by now, and the pause after a failure of the source goes on.
  ///
  /// - Parameter accessKeyID: The id of the credentials that were refused.
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
    let (outcome, mustAsk) = state.withLock { state -> (Result<Credentials, any Error>?, Bool) in
      // Things may have changed since the caller found that it has to wait.
      switch state.step(at: now) {
      case .serve(let credentials): return (.success(credentials), false)
      case .raise(let error): return (.failure(error), false)
      case .ask: break
      }
      // A cancellation before this found nobody to take out.
      guard !Task.isCancelled else { return (.failure(CancellationError()), false) }
      state.waiters[id] = waiter
      defer { state.isAsking = true }
      return (nil, !state.isAsking)
    }
    if let outcome { waiter.resume(with: outcome) }
    if mustAsk { Task.detached { await self.ask() } }
  }

  private func ask() async {
    let impatience = Task {
      try await clock.patience()
      serveWhatIsAtHand()
    }
    let answer: Result<Credentials, any Error>
    do {
      let credentials = try await source.credentials()
      answer = .success(credentials)
      if let end = credentials.expiration, end <= clock.now() { onFailure?(Self.answeredWithExpired) }
    } catch {
      answer = .failure(error)
      onFailure?(error)
    }
    // Before the answer is taken, so that the waiters for the next one aren't served by this one's clock.
    impatience.cancel()
    let (outcome, waiters) = state.withLock { state in
      defer {
        state.isAsking = false
        state.isLate = false
        state.waiters = [:]
      }
      return (state.cache.take(answer, clock), state.waiters.values)
    }
    for waiter in waiters { waiter.resume(with: outcome) }
  }

  private static let answeredWithExpired = CredentialError(
    .badAnswer,
    "The source answered with credentials that have expired: it fails to renew them, or this machine's clock is wrong."
      + " They are used while there are no better ones.")

  private func serveWhatIsAtHand() {
    let (credentials, waiters) = state.withLock { state -> (Credentials?, [Waiter]) in
      guard !Task.isCancelled, let credentials = state.cache.atHand else { return (nil, []) }
      defer { state.waiters = [:] }
      state.isLate = true
      return (credentials, Array(state.waiters.values))
    }
    if let credentials { for waiter in waiters { waiter.resume(returning: credentials) } }
  }
}

extension CredentialProvider {
  /// This provider behind a cache.
  public func cached() -> CachedCredentialProvider { CachedCredentialProvider(self) }
}
