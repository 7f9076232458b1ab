#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif
import Synchronization

/// The state that a provider's fetches share: settings, transport, session token and paths.
final class InstanceMetadataClient: Sendable {
  /// The paths of the credentials.
  enum Paths {
    /// Not known yet: the extended paths are tried first.
    case unknown
    /// The paths that also return the account ID.
    case extended
    /// The paths that every version of the service has.
    case legacy
  }

  /// A session token and its lifetime.
  struct Token: Hashable {
    let text: String
    let issued: Date
    let seconds: Double
  }

  /// The requested lifetime of a token, which is the maximum, in seconds.
  static let tokenLifetime = 21_600
  /// The time before its expiration at which a token is replaced, in seconds.
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

  /// The current token; `nil` if there is none or it has expired.
  var token: String? {
    let now = clock.now()
    return state.withLock { state in
      guard let token = state.token else { return nil }
      // After the clock is set back, the token's age is unknown.
      let age = now.timeIntervalSince(token.issued)
      return age >= 0 && age < token.seconds - Self.tokenMargin ? token.text : nil
    }
  }

  func keep(_ token: String, seconds: Int) {
    let token = Token(text: token, issued: clock.now(), seconds: Double(min(seconds, Self.tokenLifetime)))
    state.withLock { $0.token = token }
  }

  /// Removes a token that the service rejects, unless another task has replaced it.
  func drop(_ token: String) {
    state.withLock { state in
      if state.token?.text == token { state.token = nil }
    }
  }
}

extension InstanceMetadataClient {
  /// The service, as the beginning of a sentence.
  var name: String { "Instance metadata at \(settings.endpoint)" }

  func error(_ code: CredentialError.Code, _ what: String) -> CredentialError {
    CredentialError(code, "\(name) \(what).")
  }

  /// Converts a transport error.
  func error(_ error: TransportError, to method: String) -> any Error {
    switch error.code {
    case .cancelled:
      CancellationError()
    case .timedOut where method == "PUT":
      self.error(
        .timedOut,
        "didn't respond in time (\(error.message)). In a container, set HttpPutResponseHopLimit to 2 in the instance's"
          + " metadata options: with 1 the response is lost. Off EC2, set AWS_EC2_METADATA_DISABLED=true to skip the wait"
      )
    case .timedOut:
      self.error(.timedOut, "didn't respond in time (\(error.message))")
    case .cannotConnect:
      self.error(
        .notAvailable,
        "isn't available (\(error.message)): this isn't an EC2 instance, or its metadata is disabled or unreachable."
          + " Set AWS_EC2_METADATA_DISABLED=true to skip the attempt")
    case .systemResources:
      self.error(.systemResources, "can't be reached: \(error.message)")
    case .invalidRequest:
      self.error(.misconfigured, "can't be queried: \(error.message)")
    default:
      self.error(.badAnswer, "returned no complete response: \(error.message)")
    }
  }

  /// Returns the error for a response whose status ends the fetch.
  func unexpected(_ answer: TransportResponse, to request: String) -> CredentialError {
    let hint =
      switch answer.status {
      case 300..<400: ": redirects aren't followed"
      case 403: ": check that HttpEndpoint is enabled in the instance's metadata options"
      case 429, 500...: " in every attempt: it is overloaded or failing"
      default: ""
      }
    return error(.badAnswer, "answered \(answer.status) to \(request)\(hint)")
  }

  /// Returns the error for a response with status 200 and a reason, which may quote the request's token.
  func refusal(_ document: CredentialsDocument, to token: String?) -> CredentialError {
    let hint =
      document.code == "AssumeRoleUnauthorizedAccess"
      ? ". The role's trust policy must allow ec2.amazonaws.com to assume it" : ""
    let request = TransportRequest(
      url: settings.endpoint, headers: token.map { [HeaderField("X-aws-ec2-metadata-token", $0)] } ?? [])
    let reason = document.reason(without: SecretRuns(request, and: document.secrets))
    return error(.badAnswer, "has no credentials for the role\(reason)\(hint)")
  }
}
