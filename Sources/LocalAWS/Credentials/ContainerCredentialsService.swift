public import SigV4

/// A stand-in for the endpoint that returns the credentials of an ECS task role or of an EKS Pod Identity.
///
/// Point `AWS_CONTAINER_CREDENTIALS_FULL_URI` at its ``url``.
public final class ContainerCredentialsService: LocalService {
  /// The endpoint's data.
  public struct Container: Sendable, Hashable {
    /// The path and query of the credentials.
    public var target: String
    /// The credentials; without an expiration they are valid for six hours.
    public var credentials: Credentials
    /// The required `Authorization` value; `nil` if none is required.
    public var authorization: String?
    /// The ARN of the role, which ECS returns and EKS doesn't.
    public var roleARN: String?

    /// Creates an endpoint's data from its parts; the default target is that of EKS Pod Identity.
    public init(
      credentials: Credentials, authorization: String? = nil, roleARN: String? = nil, target: String = "/v1/credentials"
    ) {
      self.credentials = credentials
      self.authorization = authorization
      self.roleARN = roleARN
      self.target = target
    }
  }

  private struct Failure: Encodable {
    let code: String
    let message: String
  }

  /// The HTTP server of this service.
  public let server: LocalServer
  private let state: Locked<Container>

  private init(server: LocalServer, state: Locked<Container>) {
    self.server = server
    self.state = state
  }

  /// Starts the endpoint on a free port.
  ///
  /// - Parameters:
  ///   - container: The endpoint's data.
  ///   - address: The loopback address to listen on.
  /// - Returns: The running service.
  /// - Throws: The system's error if the address can't be bound.
  public static func start(
    _ container: Container, on address: LoopbackAddress = .ipv4
  ) async throws -> ContainerCredentialsService {
    let state = Locked(container)
    let server = try await LocalServer.start(on: address) { request, _ in Self.answer(request, state.value) }
    return ContainerCredentialsService(server: server, state: state)
  }

  /// The endpoint's data; a change applies from the next request on.
  public var container: Container {
    get { state.value }
    set { state.value = newValue }
  }

  /// The URL of the credentials, for `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
  public var url: String { baseURL + container.target }

  /// Returns an error response as the endpoint sends it, for a fault.
  ///
  /// - Parameters:
  ///   - status: The status code.
  ///   - code: The error's code, such as `AccessDeniedException`.
  ///   - message: The error message.
  /// - Returns: The answer.
  public static func failure(_ status: Int, _ code: String, _ message: String) -> LocalServer.Response {
    LocalServer.Response(status: status, json: Failure(code: code, message: message))
  }

  private static func answer(_ request: SignableRequest, _ container: Container) -> LocalServer.Response {
    guard request.target.isSame(as: container.target) else {
      return failure(404, "ResourceNotFound", "no such credentials")
    }
    guard request.method == "GET" else { return failure(405, "MethodNotAllowed", "only GET is supported") }
    if let expected = container.authorization {
      guard let given = request.headers["authorization"], !given.isEmpty else {
        return failure(400, "InvalidRequest", "the Authorization header is missing")
      }
      guard given.isSame(as: expected) else {
        return failure(401, "AccessDeniedException", "the Authorization header contains another token")
      }
    }
    var document = CredentialsDocument(container.credentials)
    document.accountID = container.credentials.accountID
    document.roleARN = container.roleARN
    return LocalServer.Response(json: document)
  }
}

extension ContainerCredentialsService.Container: CustomStringConvertible, CustomReflectable {
  /// The credentials as `Credentials` shows them, and the role, without the target and the authorization.
  public var description: String { "Container(\(credentials) role: \(roleARN ?? "none"))" }
  /// The credentials and the role, without the target and the authorization.
  public var customMirror: Mirror {
    Mirror(self, children: ["credentials": credentials, "roleARN": roleARN as Any], displayStyle: .struct)
  }
}
