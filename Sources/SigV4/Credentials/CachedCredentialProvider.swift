#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif
import Synchronization

/// Caches another provider's credentials and refreshes them before they expire.
///
/// The cache calls its source once for all callers that wait. It refreshes credentials before they expire. For a lifetime of up
/// to 20 minutes, it does so 5 minutes before; under 90 minutes, 15 minutes before; otherwise an hour before. One caller then
/// calls the source while the others get the cached credentials. In the last minute all callers wait for the source, but at most
/// 5 s if credentials are cached. If the source fails, the cache returns the cached credentials, even after they expire, and
/// pauses for 5 to 10 minutes. AWS's services may accept expired credentials while their own source is down. Only `misconfigured`
/// errors, which require user action, are always thrown.
///
/// If the source doesn't respond within the time limit, the next caller that needs it calls it again. A late response is
/// still used, unless the cache has better credentials by then. A cancelled caller returns immediately and doesn't cancel the
/// call of the source. The rules are those of the AWS SDKs' common credential refresh behaviour of 2026.
///
/// ```swift
/// let provider = CachedCredentialProvider(ProcessCredentialProvider(command: "print-credentials"))
/// let refresh = Task { await provider.keepFresh() }
/// try await signer.sign(&request, with: provider)
/// ```
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
  private let onRefresh: (@Sendable (String, Date?) -> Void)?
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
  ///   - onRefresh: A closure for each response with credentials that the cache stores, called before they are returned to
  ///     callers. It gets the access key ID, which isn't a secret, and the expiration, if there is one. A source may return the
  ///     same credentials again. It isn't called for expired credentials.
  ///   - onFailure: A closure for each error and timeout of the source, and for expired credentials from it. It is also called
  ///     for errors that no caller sees because credentials are cached.
  ///
  /// The closures are for logs and metrics. The cache calls them from any thread and holds no lock: they may use the cache, and
  /// must return quickly, because callers wait for them.
  public convenience init(
    _ source: any CredentialProvider, refreshWindow: Duration? = nil, timeLimit: Duration = defaultTimeLimit,
    onRefresh: (@Sendable (_ accessKeyID: String, _ expiration: Date?) -> Void)? = nil,
    onFailure: (@Sendable (any Error) -> Void)? = nil
  ) {
    self.init(
      source, refreshWindow: refreshWindow, timeLimit: timeLimit, onRefresh: onRefresh, onFailure: onFailure,
      clock: ProviderClock())
  }

  package init(
    _ source: any CredentialProvider, refreshWindow: Duration? = nil, timeLimit: Duration = defaultTimeLimit,
    onRefresh: (@Sendable (_ accessKeyID: String, _ expiration: Date?) -> Void)? = nil,
    onFailure: (@Sendable (any Error) -> Void)? = nil, clock: ProviderClock
  ) {
    self.source = source
    self.clock = clock
    self.timeLimit = timeLimit
    self.onRefresh = onRefresh
    self.onFailure = onFailure
    state = Mutex(State(cache: CredentialCacheState(configuredWindow: refreshWindow.map { $0 / .seconds(1) })))
  }

  /// Returns the cached credentials, or new ones from the source.
  ///
  /// - Throws: The source's error, if no credentials are cached. If the source doesn't respond within the time limit, that is a
  ///   ``CredentialError`` with the code `timedOut`. `CancellationError` if the calling task is cancelled while it waits.
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

  /// Refreshes the credentials before a caller has to wait for the source, until the calling task is cancelled.
  ///
  /// Run it as a service of a server, so that requests don't wait when credentials are about to expire. It calls the source
  /// immediately if nothing is cached, and then up to 15 s before callers would. If the source fails, it calls the source again
  /// after the same pauses as callers do, and every 10 s while nothing is cached. `onFailure` reports the errors.
  public func keepFresh() async {
    while !Task.isCancelled {
      let now = clock.now()
      ask(state.withLock { $0.cache.askEarly(at: now) })
      do {
        try await clock.patience(.seconds(10))
      } catch is CancellationError {
        return
      } catch {
        // No thread is left to wait on. A loop without a pause would be busy.
        try? await Task.sleep(for: .seconds(10))
      }
    }
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
    // Detached, because the caller's cancellation must not end it; with the caller's priority.
    let limits = Task.detached(priority: Task.currentPriority) { try await self.watch(question) }
    Task.detached(priority: Task.currentPriority) {
      let answer: Result<Credentials, any Error>
      do { answer = .success(try await self.source.credentials()) } catch { answer = .failure(error) }
      limits.cancel()
      self.take(answer, to: question)
    }
  }

  /// Ends the waits of callers with cached credentials, and later all waits, while the source doesn't respond.
  ///
  /// If it can't wait itself, only the source's own error ends the waits of callers.
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
    var renewed: Credentials?
    switch answer {
    case .success(let credentials):
      if let end = credentials.expiration, end <= clock.now() {
        onFailure?(Self.answeredWithExpired)
      } else {
        renewed = credentials
      }
    case .failure(let error): onFailure?(error)
    }
    endWaits {
      $0.take(answer, to: question, clock)
    } reporting: {
      if let renewed { onRefresh?(renewed.accessKeyID, renewed.expiration) }
    }
  }

  private static let answeredWithExpired = CredentialError(
    .badAnswer,
    "The source returned expired credentials: it doesn't renew them, or this machine's clock is wrong. Check both."
      + " The cache uses them until it gets newer ones.")

  /// Changes the cache, and if the change has a result, reports it and ends all waits.
  ///
  /// - Returns: Whether the change has a result.
  @discardableResult
  private func endWaits(
    _ change: (inout CredentialCacheState) -> Result<Credentials, any Error>?, reporting report: () -> Void = {}
  ) -> Bool {
    let (outcome, waiters) = state.withLock { state in
      let outcome = change(&state.cache)
      return (outcome, outcome == nil ? nil : state.takeWaiters())
    }
    guard let outcome, let waiters else { return false }
    report()
    for waiter in waiters { waiter.resume(with: outcome) }
    return true
  }
}

extension CredentialProvider {
  /// Returns a cache in front of this provider.
  ///
  /// ```swift
  /// let credentials = CredentialChain().cached { accessKeyID, expiration in
  ///   print("Refreshed the credentials:", accessKeyID, expiration?.description ?? "without expiration")
  /// } onFailure: { error in
  ///   print("Could not refresh the credentials:", error)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - onRefresh: A closure for each response with credentials that the cache stores: the access key ID and the expiration.
  ///   - onFailure: A closure for each error and timeout of the source. See
  ///     ``CachedCredentialProvider/init(_:refreshWindow:timeLimit:onRefresh:onFailure:)`` for both.
  /// - Returns: A new cache: keep it, and pass it for each request.
  public func cached(
    onRefresh: (@Sendable (_ accessKeyID: String, _ expiration: Date?) -> Void)? = nil,
    onFailure: (@Sendable (any Error) -> Void)? = nil
  ) -> CachedCredentialProvider {
    CachedCredentialProvider(self, onRefresh: onRefresh, onFailure: onFailure)
  }
}

/// Decides when a cache serves its credentials, when it calls its source, and how it handles a failure.
///
/// The rules are those of the AWS SDKs' common credential refresh behaviour of 2026. Each call of the source is a numbered
/// lease: once it is overdue, the source may be called again.
struct CredentialCacheState {
  /// The action for a caller.
  enum Step {
    /// Serve the cached credentials.
    case serve(Credentials)
    /// Serve the cached credentials, and call the source for newer ones.
    case serveAndAsk(Credentials)
    /// Throw an error.
    case raise(any Error)
    /// Call the source unless a call is open, and wait for its result.
    case ask
  }

  /// A period, which also ends when the clock is set back.
  private struct Stretch {
    let start: Date
    let seconds: Double

    func contains(_ time: Date) -> Bool { (0..<seconds).contains(time.timeIntervalSince(start)) }
  }

  private struct Held {
    let credentials: Credentials
    /// The time before their expiration at which the cache refreshes them, in seconds.
    let advisoryWindow: Double
    /// The period after the response in which the source isn't called again, unless a service rejects the credentials.
    let rest: Stretch
    var isInvalidated = false
  }

  /// The last seconds of a lifetime, in which callers wait for new credentials.
  private static let mandatoryWindow = 60.0
  /// The range of the random pause after a failure of the source, in seconds.
  private static let backoff = 300.0...600
  /// The range of the random pause after a success, in seconds; at most half the lifetime.
  private static let rest = 8.0...12
  /// The time by which `askEarly` calls the source before callers do, in seconds.
  ///
  /// It exceeds the 10 s between its calls.
  private static let lead = 15.0
  /// The range of the random time for which a `misconfigured` error is thrown again without calling the source, in seconds.
  private static let remembrance = 1.0...5

  /// The configured window, in seconds; if nil, the window depends on the lifetime.
  let configuredWindow: Double?
  private var held: Held?
  private var pause: Stretch?
  private var lasting: (error: any Error, time: Stretch)?
  /// The number of the newest call of the source.
  private var newest = 0
  /// Whether the newest call is neither finished nor overdue.
  private var isAsking = false
  /// Whether the source has been too slow since its last response, so that only callers without credentials wait for it.
  private var isLate = false

  init(configuredWindow: Double?) {
    self.configuredWindow = configuredWindow
  }

  /// Returns the action for a caller.
  func step(at now: Date) -> Step {
    if let lasting, lasting.time.contains(now) { return .raise(lasting.error) }
    guard let held else { return .ask }
    let left = held.credentials.expiration?.timeIntervalSince(now) ?? .infinity
    let isResting = held.rest.contains(now)
    let isMandatory = held.isInvalidated || left <= Self.mandatoryWindow && !isResting
    let isAdvised = left <= held.advisoryWindow && !isAsking && !isResting
    guard isMandatory || isAdvised, pause?.contains(now) != true else { return .serve(held.credentials) }
    guard isLate else { return .ask }
    return isAsking ? .serve(held.credentials) : .serveAndAsk(held.credentials)
  }

  /// Opens a call of the source.
  ///
  /// - Returns: The call's number; `nil` if a call is open.
  mutating func ask() -> Int? {
    guard !isAsking else { return nil }
    isAsking = true
    newest += 1
    return newest
  }

  /// Opens a call of the source if callers will require one within 15 s.
  ///
  /// - Returns: The call's number; `nil` if a call is open or not yet required.
  mutating func askEarly(at now: Date) -> Int? {
    guard pause?.contains(now) != true, lasting?.time.contains(now) != true else { return nil }
    if let held, !held.isInvalidated {
      let left = held.credentials.expiration?.timeIntervalSince(now) ?? .infinity
      guard left <= held.advisoryWindow + Self.lead, !held.rest.contains(now) else { return nil }
    }
    return ask()
  }

  /// Records that a call takes longer than callers wait while credentials are cached.
  ///
  /// - Returns: The credentials for the waiting callers; `nil` if they continue to wait.
  mutating func late(_ question: Int) -> Credentials? {
    guard question == newest, isAsking, let held else { return nil }
    isLate = true
    return held.credentials
  }

  /// Records that a call is overdue, so that the source may be called again.
  ///
  /// - Returns: The result for all waiting callers; `nil` if the call has finished.
  mutating func overdue(_ question: Int, _ error: CredentialError) -> Result<Credentials, any Error>? {
    guard question == newest, isAsking else { return nil }
    isAsking = false
    isLate = true
    return held.map { .success($0.credentials) } ?? .failure(error)
  }

  /// Records the result of a call, which may already be overdue.
  ///
  /// - Parameters:
  ///   - answer: The result.
  ///   - question: The call's number.
  ///   - clock: The time, and randomness for the lengths of pauses.
  /// - Returns: The result for all waiting callers; `nil` if they wait for a newer call.
  mutating func take(
    _ answer: Result<Credentials, any Error>, to question: Int, _ clock: ProviderClock
  ) -> Result<Credentials, any Error>? {
    if question == newest { isAsking = false } else if !isBetter(answer) { return nil }
    isLate = false
    let now = clock.now()
    switch answer {
    case .success(let credentials):
      let lifetime = credentials.expiration?.timeIntervalSince(now) ?? .infinity
      if lifetime > 0 {
        hold(credentials, lifetime, clock)
        pause = nil
        lasting = nil
        return answer
      }
      // The source is late, or this machine's clock is fast. Services may still accept the newest of expired credentials.
      if held?.credentials.expires(before: credentials) ?? true { hold(credentials, lifetime, clock) }
    case .failure(let error):
      if (error as? CredentialError)?.code == .misconfigured {
        lasting = (error, Stretch(start: now, seconds: clock.random(Self.remembrance)))
        return answer
      }
    }
    guard let held else { return answer }
    pause = Stretch(start: now, seconds: clock.random(Self.backoff))
    return .success(held.credentials)
  }

  /// Whether the result of an overdue call is better than the cached credentials, although a newer call is open.
  private func isBetter(_ answer: Result<Credentials, any Error>) -> Bool {
    guard case .success(let credentials) = answer else { return false }
    guard let held else { return true }
    return held.isInvalidated
      ? held.credentials.accessKeyID != credentials.accessKeyID : held.credentials.expires(before: credentials)
  }

  private mutating func hold(_ credentials: Credentials, _ lifetime: Double, _ clock: ProviderClock) {
    let window = configuredWindow ?? Self.advisoryWindow(lifetime)
    held = Held(
      credentials: credentials,
      // With a window as long as the lifetime, each caller would call the source.
      advisoryWindow: window < lifetime ? window : lifetime / 2,
      rest: Stretch(start: clock.now(), seconds: max(0, min(clock.random(Self.rest), lifetime / 2))))
  }

  /// Makes the next caller wait for new credentials, if the cached ones have this access key ID.
  mutating func invalidate(accessKeyID: String) {
    if held?.credentials.accessKeyID == accessKeyID { held?.isInvalidated = true }
  }

  private static func advisoryWindow(_ lifetime: Double) -> Double {
    if lifetime <= 1200 { 300 } else if lifetime < 5400 { 900 } else { 3600 }
  }
}

extension Credentials {
  fileprivate func expires(before other: Credentials) -> Bool {
    guard let expiration, let end = other.expiration else { return expiration != nil }
    return expiration < end
  }
}
