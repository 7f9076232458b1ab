#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif
import Synchronization

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

extension InstanceMetadataClient {
  /// The service, as the beginning of a sentence.
  var name: String { "Instance metadata at \(settings.endpoint)" }

  func error(_ code: CredentialError.Code, _ what: String) -> CredentialError {
    CredentialError(code, "\(name) \(what).")
  }

  /// What a failure to get any answer means.
  func error(_ error: TransportError, to method: String) -> any Error {
    switch error.code {
    case .cancelled:
      CancellationError()
    case .timedOut where method == "PUT":
      self.error(
        .timedOut,
        "didn't answer in time (\(error.message)). In a container the answer is lost on its way where"
          + " HttpPutResponseHopLimit is 1: set it to 2 in the instance's metadata options. Off EC2,"
          + " AWS_EC2_METADATA_DISABLED=true saves the wait")
    case .timedOut:
      self.error(.timedOut, "didn't answer in time (\(error.message))")
    case .cannotConnect:
      self.error(
        .notAvailable,
        "isn't there (\(error.message)): this is no EC2 instance, or its metadata is disabled or unreachable."
          + " AWS_EC2_METADATA_DISABLED=true saves the attempt")
    case .systemResources:
      self.error(.systemResources, "can't be reached: \(error.message)")
    case .invalidRequest:
      self.error(.misconfigured, "can't be asked: \(error.message)")
    default:
      self.error(.badAnswer, "gave no whole answer: \(error.message)")
    }
  }

  /// An answer with a status that ends the fetch.
  func unexpected(_ answer: TransportResponse, to request: String) -> CredentialError {
    let hint =
      switch answer.status {
      case 300..<400: ", a redirect, which isn't followed"
      case 403: ": HttpEndpoint may be disabled in the instance's metadata options"
      case 429, 500...: ", too often: it is overloaded or failing"
      default: ""
      }
    return error(.badAnswer, "answered \(answer.status) to \(request)\(hint)")
  }

  /// An answer that tells, with status 200, why there are no credentials; it may quote the request's token.
  func refusal(_ document: CredentialsDocument, to token: String?) -> CredentialError {
    let hint =
      document.code == "AssumeRoleUnauthorizedAccess"
      ? ". The role's trust policy must let ec2.amazonaws.com assume it" : ""
    let request = TransportRequest(
      url: settings.endpoint, headers: token.map { [HeaderField("X-aws-ec2-metadata-token", $0)] } ?? [])
    let reason = document.reason(without: SecretRuns(request, and: document.secrets))
    return error(.badAnswer, "has no credentials for the role\(reason)\(hint)")
  }
}
