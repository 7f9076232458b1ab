import Synchronization

#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// What the fetches of a provider have in common: settings, transport, and what they have learned of the service.
final class InstanceMetadataClient: Sendable {
  /// The paths that tell credentials.
  enum Paths {
    /// To be found out: the extended ones are tried first.
    case unknown
    /// Those that tell the account id.
    case extended
    /// Those that every version of the service has.
    case legacy
  }

  /// A session token and the time for which it is used.
  struct Token: Hashable {
    let text: String
    let issued: Date
    let seconds: Double
  }

  /// The lifetime that is asked for, and the longest there is, in seconds.
  static let tokenLifetime = 21_600
  /// How long before its end a token is given up, in seconds.
  private static let tokenMargin = 120.0

  let settings: InstanceMetadataSettings
  let transport: any HTTPTransport
  let clock: ProviderClock
  private let state = Mutex<(token: Token?, paths: Paths)>((nil, .unknown))

  init(_ settings: InstanceMetadataSettings, _ transport: any HTTPTransport, _ clock: ProviderClock) {
    self.settings = settings
    self.transport = transport
    self.clock = clock
  }

  var paths: Paths {
    get { state.withLock { $0.paths } }
    set { state.withLock { $0.paths = newValue } }
  }

  /// The token to use now; `nil` when there is none or its time is over.
  var token: String? {
    let now = clock.now()
    return state.withLock { state in
      guard let token = state.token else { return nil }
      // A clock that has been set back tells nothing of the token's age.
      let age = now.timeIntervalSince(token.issued)
      return age >= 0 && age < token.seconds - Self.tokenMargin ? token.text : nil
    }
  }

  func keep(_ token: String, seconds: Int) {
    let token = Token(text: token, issued: clock.now(), seconds: Double(min(seconds, Self.tokenLifetime)))
    state.withLock { $0.token = token }
  }

  /// Forgets a token that the service no longer takes, unless another has replaced it meanwhile.
  func drop(_ token: String) {
    state.withLock { state in
      if state.token?.text == token { state.token = nil }
    }
  }
}
