#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// What a cache holds, and its rules: when to serve, when to ask the source, and what a failure means.
///
/// The rules are those of the AWS SDKs' common credential refresh behaviour of 2026.
struct CredentialCacheState {
  /// What to do for a caller.
  enum Step {
    case serve(Credentials)
    case raise(any Error)
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
  /// The credentials at hand, of whatever age.
  var atHand: Credentials? { held?.credentials }
  private var pause: Stretch?
  private var lasting: (error: any Error, time: Stretch)?

  init(configuredWindow: Double?) {
    self.configuredWindow = configuredWindow
  }

  /// What to do for a caller now.
  ///
  /// - Parameters:
  ///   - now: The time.
  ///   - isAsking: Whether the source is being asked, so that a caller who can be served isn't made to wait.
  /// - Returns: Whether to serve what is held, to ask the source, or to raise an error.
  func step(at now: Date, isAsking: Bool) -> Step {
    if let lasting, lasting.time.contains(now) { return .raise(lasting.error) }
    guard let held else { return .ask }
    let left = held.credentials.expiration?.timeIntervalSince(now) ?? .infinity
    let isResting = held.rest.contains(now)
    let isMandatory = held.isInvalidated || left <= Self.mandatoryWindow && !isResting
    let isAdvised = left <= held.advisoryWindow && !isAsking && !isResting
    guard isMandatory || isAdvised, pause?.contains(now) != true else { return .serve(held.credentials) }
    return .ask
  }

  /// Takes in the source's answer, and says what the callers that wait for it get.
  ///
  /// - Parameters:
  ///   - answer: The source's answer.
  ///   - clock: The time, and chance for the lengths of pauses.
  /// - Returns: What the callers get.
  mutating func take(_ answer: Result<Credentials, any Error>, _ clock: ProviderClock) -> Result<Credentials, any Error>
  {
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
