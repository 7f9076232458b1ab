public import SigV4

#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// A stand-in for a service in VPC Lattice: asks who sends a request, applies its auth policy, and answers.
///
/// An allowed request is answered 200 with a greeting, any other 403 in Lattice's words, and one whose target isn't a path 400. Who the sender is, and
/// whether a signature is right, is up to the `authenticate` closure.
public final class LatticeService: LocalService {
  /// The sender of a request, according to its signature.
  public enum Authentication: Sendable, Hashable {
    /// There is no signature; the policy decides about anonymous senders.
    case anonymous
    /// The signature is right, and this is whose it is.
    case authenticated(Principal)
    /// The signature is wrong; the text is the message of the 403 answer, such as
    /// `InvalidSignatureException: The request signature we calculated does not match …`.
    case rejected(String)
  }

  /// Finds out who sends a request, given its body and the time by the service's clock.
  public typealias Authenticate = @Sendable (SignableRequest, [UInt8], Date) async -> Authentication

  private struct State: Sendable {
    var policy: AuthPolicy
    var greeting: String
  }

  /// The ARN that the services of examples have.
  public static let exampleARN = "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0"

  /// The server it answers through.
  public let server: LocalServer
  /// The ARN of the service.
  public let arn: String
  private let state: Locked<State>

  private init(server: LocalServer, arn: String, state: Locked<State>) {
    self.server = server
    self.arn = arn
    self.state = state
  }

  /// Starts the service on a free port.
  ///
  /// - Parameters:
  ///   - arn: The ARN of the service, without a trailing slash.
  ///   - policy: The auth policy.
  ///   - greeting: The body of the answer to an allowed request.
  ///   - address: The loopback address to listen on.
  ///   - authenticate: Finds out who sends a request; called once for each.
  /// - Returns: The running service.
  /// - Throws: The system's error when the address can't be bound.
  public static func start(
    arn: String = exampleARN,
    policy: AuthPolicy = .authenticatedOnly,
    greeting: String = "Hello From Lattice Reservations!",
    on address: LoopbackAddress = .ipv4,
    authenticate: @escaping Authenticate
  ) async throws -> LatticeService {
    let state = Locked(State(policy: policy, greeting: greeting))
    let clock = LocalClock()
    let server = try await LocalServer.start(on: address, clock: clock) { request, body in
      guard var question = try? AuthPolicy.Request(principal: .anonymous, service: arn, request: request) else {
        return LocalServer.Response(status: 400, text: "Bad Request")
      }
      switch await authenticate(request, body, clock.now) {
      case .anonymous: break
      case .authenticated(let sender): question.principal = sender
      case .rejected(let message): return LocalServer.Response(status: 403, text: message)
      }
      let (policy, greeting) = state.withLock { ($0.policy, $0.greeting) }
      let decision = policy.decision(for: question)
      return LocalServer.Response(
        status: decision == .allowed ? 200 : 403, text: decision.denial(of: question) ?? greeting)
    }
    return LatticeService(server: server, arn: arn, state: state)
  }

  /// The auth policy; a change applies from the next request on.
  public var policy: AuthPolicy {
    get { state.withLock { $0.policy } }
    set { state.withLock { $0.policy = newValue } }
  }

  /// The body of the answer to an allowed request.
  public var greeting: String {
    get { state.withLock { $0.greeting } }
    set { state.withLock { $0.greeting = newValue } }
  }
}

extension AuthPolicy.Decision {
  /// Returns Lattice's message for a denied request; `nil` if it is allowed.
  fileprivate func denial(of request: AuthPolicy.Request) -> String? {
    let action = AuthPolicy.Request.action
    let reason: String
    switch self {
    case .allowed: return nil
    case .implicitlyDenied: reason = "because no service-based policy allows the \(action) action"
    case .explicitlyDenied: reason = "with an explicit deny in a service-based policy"
    }
    return "AccessDeniedException: User: \(request.principal.arn) is not authorized to perform: \(action) "
      + "on resource: \(request.resource) \(reason)"
  }
}
