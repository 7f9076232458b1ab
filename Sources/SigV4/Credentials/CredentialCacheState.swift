#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// The contents of a cache and its rules: when to serve, when to ask the source, and what a failure means.
///
/// The rules are those of the AWS SDKs' common credential refresh behaviour of 2026. Questions to the source have numbers
/// and are leases: an overdue question no longer keeps the source from being asked again.
struct CredentialCacheState {
  /// What to do for a caller.
  enum Step {
    /// Serve the cached credentials.
    case serve(Credentials)
    /// Serve the cached credentials, and ask the source for better ones.
    case serveAndAsk(Credentials)
    /// Throw an error.
    case raise(any Error)
    /// Ask the source unless a question is open, and wait for the answer.
    case ask
  }

  /// A stretch of time, which a clock that is set back leaves as well.
  private struct Stretch {
    let start: Date
    let seconds: Double

    func contains(_ time: Date) -> Bool { (0..<seconds).contains(time.timeIntervalSince(start)) }
  }

  private struct Held {
    let credentials: Credentials
    /// How long before their expiration the source is asked for new ones, in seconds.
    let advisoryWindow: Double
    /// The time for which the source, which has just given these, isn't asked again unless they are refused.
    let rest: Stretch
    var isInvalidated = false
  }

  /// The last part of a lifetime, in seconds, in which callers wait for new credentials.
  private static let mandatoryWindow = 60.0
  /// The seconds, chosen at random, for which the source is left alone after a failure.
  private static let backoff = 300.0...600
  /// The seconds, chosen at random, for which the source is left alone after a success; half of a shorter lifetime.
  private static let rest = 8.0...12
  /// The seconds, chosen at random, for which an error that needs a person is told again without asking.
  private static let remembrance = 1.0...5

  /// The window that was asked for, in seconds; `nil` for one that goes by the lifetime.
  let configuredWindow: Double?
  private var held: Held?
  private var pause: Stretch?
  private var lasting: (error: any Error, time: Stretch)?
  /// The number of the newest question.
  private var newest = 0
  /// Whether the newest question is neither answered nor overdue.
  private var isAsking = false
  /// Whether the source has been too slow since its last answer, so that only callers without credentials wait for it.
  private var isLate = false

  init(configuredWindow: Double?) {
    self.configuredWindow = configuredWindow
  }

  /// Decides what to do for a caller.
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

  /// Opens a question to the source.
  ///
  /// - Returns: The question's number; `nil` if one is open.
  mutating func ask() -> Int? {
    guard !isAsking else { return nil }
    isAsking = true
    newest += 1
    return newest
  }

  /// Notes that an answer takes longer than callers wait who can be served.
  ///
  /// - Returns: The credentials to serve them; `nil` if they go on waiting.
  mutating func late(_ question: Int) -> Credentials? {
    guard question == newest, isAsking, let held else { return nil }
    isLate = true
    return held.credentials
  }

  /// Notes that an answer is overdue, so that the source may be asked again.
  ///
  /// - Returns: The result for all callers who wait; `nil` if the question has been answered.
  mutating func overdue(_ question: Int, _ error: CredentialError) -> Result<Credentials, any Error>? {
    guard question == newest, isAsking else { return nil }
    isAsking = false
    isLate = true
    return held.map { .success($0.credentials) } ?? .failure(error)
  }

  /// Records the source's answer to a question, which may come after the question was overdue.
  ///
  /// - Parameters:
  ///   - answer: The answer.
  ///   - question: The question's number.
  ///   - clock: The time, and randomness for the lengths of pauses.
  /// - Returns: The result for all callers who wait; `nil` if they go on waiting for the answer to a newer question.
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

  /// Whether the answer to an overdue question improves on the cache, although a newer question has been asked.
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
      // A window as long as the lifetime would have each caller ask.
      advisoryWindow: window < lifetime ? window : lifetime / 2,
      rest: Stretch(start: clock.now(), seconds: max(0, min(clock.random(Self.rest), lifetime / 2))))
  }

  /// Makes the next caller wait for new credentials, if those held have this id.
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
