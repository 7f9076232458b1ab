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
  func rejection(_ document: CredentialsDocument, to token: String?) -> CredentialError {
    let hint =
      document.code == "AssumeRoleUnauthorizedAccess"
      ? ". The role's trust policy must allow ec2.amazonaws.com to assume it" : ""
    let request = TransportRequest(
      url: settings.endpoint, headers: token.map { [HeaderField("X-aws-ec2-metadata-token", $0)] } ?? [])
    let reason = document.reason(without: SecretRuns(request, and: document.secrets))
    return error(.badAnswer, "has no credentials for the role\(reason)\(hint)")
  }
}

/// A series of requests to the service, with one deadline.
struct InstanceMetadataFetch {
  /// The way in which the service authorizes requests.
  private enum Admission {
    case undecided
    case token(String)
    case withoutToken
  }

  static let tokenPath = "/latest/api/token"
  private static let tokenField = "x-aws-ec2-metadata-token"
  private static let lifetimeField = "x-aws-ec2-metadata-token-ttl-seconds"

  let client: InstanceMetadataClient
  private let end: ContinuousClock.Instant
  private var admission = Admission.undecided

  init(_ client: InstanceMetadataClient) {
    self.client = client
    end = .now + client.settings.timeout * 5
    if client.settings.version == .v1 { admission = .withoutToken }
  }

  /// The session token of the requests; `nil` if they have none.
  var token: String? { if case .token(let token) = admission { token } else { nil } }

  /// Returns the response to a GET, which has any status but 401.
  mutating func get(_ path: String) async throws -> TransportResponse {
    let first = try await sendAdmitted(path)
    guard first.status == 401 else { return first }
    guard case .token(let rejected) = admission else {
      throw client.error(.badAnswer, "requires a session token and doesn't issue one")
    }
    // The token has expired or predates a restart of the service: try one new token.
    client.drop(rejected)
    admission = .undecided
    let second = try await sendAdmitted(path)
    guard second.status != 401 else {
      throw client.error(.badAnswer, "rejects its own new session token")
    }
    return second
  }

  private mutating func sendAdmitted(_ path: String) async throws -> TransportResponse {
    if case .undecided = admission { admission = try await admit() }
    return try await send("GET", path, token.map { [HeaderField(Self.tokenField, $0)] } ?? [])
  }

  private func admit() async throws -> Admission {
    if let token = client.token { return .token(token) }
    let lifetime = HeaderField(Self.lifetimeField, "\(InstanceMetadataClient.tokenLifetime)")
    let answer = try await send("PUT", Self.tokenPath, [lifetime])
    switch answer.status {
    case 200:
      let token = try token(in: answer)
      client.keep(token, seconds: answer.headers[Self.lifetimeField].flatMap { Int($0.trimmed) } ?? .max)
      return .token(token)
    case 403, 404, 405:
      guard client.settings.version == .automatic else {
        throw client.error(
          .badAnswer,
          "answered \(answer.status) to the request for a session token, and version 1, which needs no token, is disabled"
            + " (AWS_EC2_METADATA_V1_DISABLED or version: .v2)")
      }
      return .withoutToken
    default:
      throw client.unexpected(answer, to: "the request for a session token")
    }
  }

  private func token(in answer: TransportResponse) throws(CredentialError) -> String {
    let token = String(decoding: answer.body, as: UTF8.self).trimmed
    guard !token.isEmpty, token.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }) else {
      throw client.error(.badAnswer, "returned an invalid session token")
    }
    return token
  }

  /// Sends a request, and retries while the response is transient.
  private func send(_ method: String, _ path: String, _ headers: [HeaderField]) async throws -> TransportResponse {
    let timeout = client.settings.timeout
    var attempt = 1
    while true {
      let left = end - .now
      guard left > .zero else { throw client.error(.timedOut, "didn't complete all requests in time") }
      let request = TransportRequest(
        method: method, url: client.settings.endpoint + path, headers: headers,
        deadlines: TransportDeadlines(connect: timeout, firstByte: timeout, whole: min(timeout * 3, left)))
      let isLast = attempt >= client.settings.attempts
      do throws(TransportError) {
        let answer = try await client.transport.send(request)
        let isPassing = answer.status == 429 || answer.status >= 500 || answer.status == 401 && method == "PUT"
        if !isPassing || isLast { return answer }
      } catch {
        if error.code != .closed || isLast { throw client.error(error, to: method) }
      }
      try await client.clock.sleep(min(client.clock.pause(after: attempt), max(.zero, end - .now)))
      attempt += 1
    }
  }
}

extension InstanceMetadataFetch {
  private static let root = "/latest/meta-data/"
  /// The number of times that the role is listed while its credentials disappear.
  private static let rounds = 3

  /// Returns the credentials of the instance's role.
  ///
  /// It tries the extended paths, which also return the account ID, until the service is known to lack them. That is so if it
  /// returns 404, or fails (5xx) in each attempt before it has ever served them.
  mutating func credentials() async throws -> Credentials {
    for _ in 0..<Self.rounds {
      var paths = client.paths == .legacy ? InstanceMetadataClient.Paths.legacy : .extended
      if let name = client.settings.roleName {
        if let credentials = try await credentials(named: name, paths) { return credentials }
        if client.paths == .unknown, let credentials = try await credentials(named: name, .legacy) {
          return credentials
        }
        // Not `misconfigured`: a role can disappear for a moment, and a cache must keep its credentials then.
        throw client.error(
          .badAnswer,
          "has no role \(name.quoted): check AWS_EC2_INSTANCE_PROFILE_NAME or roleName")
      }
      var name = try await roleName(paths)
      if name == nil, client.paths == .unknown {
        paths = .legacy
        name = try await roleName(paths)
      }
      guard let name else {
        throw client.error(.notAvailable, "has no role: attach an instance profile with a role to the instance")
      }
      // A role that has disappeared since it was listed was replaced by another.
      if let credentials = try await credentials(named: name, paths) { return credentials }
    }
    throw client.error(.badAnswer, "lists a role and then returns 404 for it, \(Self.rounds) times")
  }

  /// Returns the region of the instance.
  mutating func region() async throws -> String {
    let answer = try await get(Self.root + "placement/region")
    guard answer.status != 404 else { throw client.error(.notAvailable, "doesn't provide the region") }
    guard answer.status == 200 else { throw client.unexpected(answer, to: "the request for the region") }
    let region = String(decoding: answer.body, as: UTF8.self).trimmed
    guard region.isRegionName else { throw client.error(.badAnswer, "returned an invalid region") }
    return region
  }

  /// Returns the name of the first role in the listing; `nil` if there is no listing.
  private mutating func roleName(_ paths: InstanceMetadataClient.Paths) async throws -> String? {
    let answer = try await get(Self.path(paths))
    guard answer.status != 404, !isLacking(paths, answer) else { return nil }
    guard answer.status == 200 else { throw client.unexpected(answer, to: "the request for the role's name") }
    let lines = answer.body.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    guard let name = lines.lazy.compactMap({ String(decoding: $0, as: UTF8.self).nonBlank }).first else {
      throw client.error(.badAnswer, "returned a list of roles without a name")
    }
    return name
  }

  /// Returns the credentials of the role `name`; `nil` if there is no such role.
  private mutating func credentials(
    named name: String, _ paths: InstanceMetadataClient.Paths
  ) async throws -> Credentials? {
    var encoded = ByteBuffer(capacity: 64)
    PercentEncoding.append(name, to: &encoded)
    let answer = try await get(Self.path(paths) + encoded.string())
    guard answer.status != 404 else { return nil }
    guard !isLacking(paths, answer) else { return try await credentials(named: name, .legacy) }
    guard answer.status == 200 else { throw client.unexpected(answer, to: "the request for the role's credentials") }
    let document = try CredentialsDocument(answer.body, from: client.name)
    if let code = document.code, code.utf8.asciiLowercased != "success" {
      throw client.rejection(document, to: token)
    }
    let credentials = try document.credentials(.temporary)
    client.paths = paths
    return credentials
  }

  /// Whether the response may come from a service without the extended paths.
  private func isLacking(_ paths: InstanceMetadataClient.Paths, _ answer: TransportResponse) -> Bool {
    answer.status >= 500 && paths == .extended && client.paths == .unknown
  }

  private static func path(_ paths: InstanceMetadataClient.Paths) -> String {
    root + (paths == .legacy ? "iam/security-credentials/" : "iam/security-credentials-extended/")
  }
}
