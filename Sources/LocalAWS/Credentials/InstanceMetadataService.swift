import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A stand-in for the EC2 instance metadata service (IMDS), versions 1 and 2.
///
/// It serves session tokens, the role's name and credentials at the legacy and the extended paths. It also serves the region,
/// the availability zone and the identity document. Statuses are those of the EC2 User Guide. A token request with a missing or
/// wrong lifetime is 400. A request without a valid token is 401 if a token is required. Every request is 403 if metadata is
/// disabled, and so is a forwarded token request. A path that the instance doesn't have is 404.
public final class InstanceMetadataService: LocalService {
  private struct State: Sendable {
    var instance: Instance
    var tokens = SessionTokens()
  }

  /// The HTTP server of this service.
  public let server: LocalServer
  private let state: Locked<State>

  private init(server: LocalServer, state: Locked<State>) {
    self.server = server
    self.state = state
  }

  /// Starts the service on a free port.
  ///
  /// - Parameters:
  ///   - instance: The metadata to return.
  ///   - address: The loopback address to listen on.
  /// - Returns: The running service.
  /// - Throws: The system's error if the address can't be bound.
  public static func start(
    _ instance: Instance, on address: LoopbackAddress = .ipv4
  ) async throws -> InstanceMetadataService {
    let state = Locked(State(instance: instance))
    let server = try await LocalServer.start(on: address) { request, _ in
      state.withLock { Self.answer(request, &$0) }
    }
    return InstanceMetadataService(server: server, state: state)
  }

  /// The described instance; a change applies from the next request on, and session tokens remain valid.
  public var instance: Instance {
    get { state.withLock { $0.instance } }
    set { state.withLock { $0.instance = newValue } }
  }

  /// Makes every session token issued so far invalid, as when the instance is restarted.
  public func revokeTokens() { state.withLock { $0.tokens = SessionTokens() } }

  private static let tokenPath = "/latest/api/token"
  private static let tokenField = "x-aws-ec2-metadata-token"
  private static let lifetimeField = "x-aws-ec2-metadata-token-ttl-seconds"

  private static func answer(_ request: SignableRequest, _ state: inout State) -> LocalServer.Response {
    guard state.instance.httpEndpoint == .enabled else { return .metadata(403, "Forbidden") }
    if request.path.isSame(as: tokenPath) { return issueToken(request, &state) }
    guard request.method == "GET" || request.method == "HEAD" else { return .metadata(405, "Method Not Allowed") }
    switch request.headers[tokenField] {
    case let token?:
      guard state.tokens.accepts(token, at: .now) else { return .metadata(401, "Unauthorized") }
    case nil:
      guard state.instance.httpTokens == .optional else { return .metadata(401, "Unauthorized") }
    }
    // For ASCII, `==` compares bytes.
    guard request.path.utf8.allSatisfy({ $0 < 0x80 }) else { return .metadata(404, "Not Found") }
    return state.instance.document(at: String(request.path))
  }

  private static func issueToken(_ request: SignableRequest, _ state: inout State) -> LocalServer.Response {
    guard request.method == "PUT" else { return .metadata(405, "Method Not Allowed") }
    // A token must not leave the instance through an unknown reverse proxy or NAT.
    guard request.headers["x-forwarded-for"] == nil else { return .metadata(403, "Forbidden") }
    guard let seconds = request.headers[lifetimeField].flatMap({ Int($0) }), SessionTokens.lifetimes.contains(seconds)
    else { return .metadata(400, "Bad Request") }
    var response = LocalServer.Response.metadata(200, state.tokens.issue(seconds: seconds, at: .now))
    response.headers.append(HeaderField(lifetimeField, "\(seconds)"))
    return response
  }
}

extension LocalServer.Response {
  fileprivate static func metadata(_ status: Int, _ text: String) -> Self {
    Self(status: status, text: text, headers: [HeaderField("Server", "EC2ws")])
  }
}

extension Instance {
  fileprivate func document(at path: String) -> LocalServer.Response {
    let root = "/latest/meta-data/"
    let legacy = root + "iam/security-credentials", extended = legacy + "-extended"
    switch path {
    case root + "placement/region":
      return .metadata(200, region)
    case root + "placement/availability-zone", root + "placement/availability-zone/":
      return .metadata(200, availabilityZone)
    case "/latest/dynamic/instance-identity/document":
      return LocalServer.Response(json: identity, contentType: "text/plain")
    case legacy,
      extended where extendedPaths == .known:
      return LocalServer.Response(status: 301, headers: [HeaderField("Location", path + "/")])
    case _ where path.begins(with: legacy + "/"):
      return credentials(named: Substring(path.utf8.dropFirst(legacy.utf8.count + 1)), accountID: nil)
    case _ where path.begins(with: extended + "/") && extendedPaths == .known:
      return credentials(
        named: Substring(path.utf8.dropFirst(extended.utf8.count + 1)), accountID: credentials.accountID)
    default:
      return .metadata(404, "Not Found")
    }
  }

  /// Returns the role's name if `name` is empty, and otherwise the credentials of the role called `name`.
  private func credentials(named name: Substring, accountID: String?) -> LocalServer.Response {
    guard let roleName, name.isEmpty || Array(name.utf8).percentDecoded == Array(roleName.utf8) else {
      return .metadata(404, "Not Found")
    }
    if name.isEmpty { return .metadata(200, roleName) }
    var document = CredentialsDocument(credentials)
    document.code = "Success"
    document.type = "AWS-HMAC"
    document.lastUpdated = Date.now.formatted(.iso8601)
    document.accountID = accountID
    return LocalServer.Response(json: document, contentType: "text/plain")
  }

  private var identity: [String: String] {
    var identity = [
      "availabilityZone": availabilityZone, "instanceId": "i-0123456789abcdef0", "region": region,
      "version": "2017-09-30",
    ]
    identity["accountId"] = credentials.accountID
    return identity
  }
}
