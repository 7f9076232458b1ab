#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

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
      // The source is behind, or this machine's clock ahead: of expired credentials the latest are the best.
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
