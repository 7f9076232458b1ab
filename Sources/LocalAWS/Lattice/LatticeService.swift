public import SigV4

#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// A stand-in for a service in VPC Lattice: it identifies the sender of a request, applies the auth policies, and answers.
///
/// A request is allowed if the policy of the service network, if there is one, and that of the service allow it. It is answered
/// 200 with a greeting, or by an upstream server. Any other request is answered 403 in Lattice's words. A request whose target
/// isn't a path is answered 400. The `authenticate` closure verifies signatures and returns the sender.
public final class LatticeService: LocalService {
  /// The sender of a request, according to its signature.
  public enum Authentication: Sendable, Hashable {
    /// There is no signature; the policy decides about anonymous senders.
    case anonymous
    /// The signature is right; the value is its owner.
    case authenticated(Principal)
    /// The signature is wrong; the text is the message of the 403 answer, such as
    /// `InvalidSignatureException: The request signature we calculated does not match …`.
    case rejected(String)
  }

  /// Returns the sender of a request, given its body and the time of the service's clock.
  public typealias Authenticate = @Sendable (SignableRequest, [UInt8], Date) async -> Authentication

  /// A request, and the service's decision on it.
  public struct Exchange: Sendable, Hashable {
    /// The request.
    public let request: SignableRequest
    /// The sender; `nil` for a request whose target isn't a path.
    public let sender: Authentication?
    /// The decision of the service network's policy; `nil` without one, or without a sender.
    public let networkEvaluation: AuthPolicy.Evaluation?
    /// The decision of the service's policy; `nil` if the request was rejected before.
    public let evaluation: AuthPolicy.Evaluation?
    /// The status of the answer.
    public let status: Int
    /// The message of a rejection; `nil` for the greeting and for an answer of the upstream server.
    public let message: String?
  }

  fileprivate struct State: Sendable {
    var policy: AuthPolicy
    var networkPolicy: AuthPolicy?
    var context: PolicyContext
    var greeting: String
    var upstream: Upstream?
    var exchanged: (@Sendable (Exchange) -> Void)?
  }

  /// The ARN of the service in examples.
  public static let exampleARN = "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0"

  /// The HTTP server of this service.
  public let server: LocalServer
  /// The ARN of the service.
  public let arn: String
  private let state: Locked<State>

  private init(server: LocalServer, arn: String, state: Locked<State>) {
    self.server = server
    self.arn = arn
    self.state = state
  }

  /// Starts the service.
  ///
  /// - Parameters:
  ///   - arn: The ARN of the service, without a trailing slash.
  ///   - policy: The auth policy.
  ///   - greeting: The body of the answer to an allowed request.
  ///   - address: The loopback address to listen on.
  ///   - port: The port to listen on; 0 for a free one.
  ///   - authenticate: Returns the sender of a request; called once for each.
  /// - Returns: The running service.
  /// - Throws: The system's error if the address can't be bound.
  public static func start(
    arn: String = exampleARN,
    policy: AuthPolicy = .authenticatedOnly,
    greeting: String = "Hello From Lattice Reservations!",
    on address: LoopbackAddress = .ipv4,
    port: Int = 0,
    authenticate: @escaping Authenticate
  ) async throws -> LatticeService {
    let state = Locked(State(policy: policy, context: PolicyContext(), greeting: greeting))
    let clock = LocalClock()
    let server = try await LocalServer.start(
      on: address, port: port, bodyLimit: Upstream.bodyLimit, clock: clock
    ) { request, body in
      let sender = await authenticate(request, body, clock.now)
      let (response, exchange) = await state.value.answer(request, body, from: sender, to: arn, at: clock.now)
      state.value.exchanged?(exchange)
      return response
    }
    return LatticeService(server: server, arn: arn, state: state)
  }

  /// Whether a text has the form of the ARN of a service.
  package static func isARN(_ text: String) -> Bool {
    let fields = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { Substring($0) }
    let kind = "service/"
    return fields.count == 6 && fields[0] == "arn" && (fields[1] == "aws" || fields[1].utf8.starts(with: "aws-".utf8))
      && fields[2] == "vpc-lattice" && !fields[3].isEmpty && Principal.isAccountID(fields[4])
      && fields[5].utf8.starts(with: kind.utf8) && fields[5].utf8.count > kind.utf8.count
      && fields[5].utf8.dropFirst(kind.utf8.count).allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
  }

  /// The auth policy; a change applies from the next request on.
  public var policy: AuthPolicy {
    get { state.withLock { $0.policy } }
    set { state.withLock { $0.policy = newValue } }
  }

  /// The auth policy of the service network, which must allow a request too; `nil` if the network has none.
  public var networkPolicy: AuthPolicy? {
    get { state.withLock { $0.networkPolicy } }
    set { state.withLock { $0.networkPolicy = newValue } }
  }

  /// The values of condition keys that requests themselves don't have.
  public var context: PolicyContext {
    get { state.withLock { $0.context } }
    set { state.withLock { $0.context = newValue } }
  }

  /// The body of the answer to an allowed request.
  public var greeting: String {
    get { state.withLock { $0.greeting } }
    set { state.withLock { $0.greeting = newValue } }
  }

  /// The server that answers allowed requests in place of the greeting.
  public var upstream: Upstream? {
    get { state.withLock { $0.upstream } }
    set { state.withLock { $0.upstream = newValue } }
  }

  /// A closure that is called with each request and its outcome, just before the answer is sent.
  public var exchanged: (@Sendable (Exchange) -> Void)? {
    get { state.withLock { $0.exchanged } }
    set { state.withLock { $0.exchanged = newValue } }
  }
}

extension LatticeService.State {
  fileprivate func answer(
    _ request: SignableRequest, _ body: [UInt8], from sender: LatticeService.Authentication, to arn: String,
    at time: Date
  ) async -> (LocalServer.Response, LatticeService.Exchange) {
    var evaluated = try? AuthPolicy.Request(
      principal: .anonymous, service: arn, request: request, context: context, at: time)
    var (network, service): (AuthPolicy.Evaluation?, AuthPolicy.Evaluation?)
    var response: LocalServer.Response
    var message: String?
    switch sender {
    case _ where evaluated == nil: (response, message) = Self.refusal(400, "Bad Request")
    case .rejected(let reason): (response, message) = Self.refusal(403, reason)
    case .authenticated, .anonymous:
      if case .authenticated(let principal) = sender { evaluated?.principal = principal }
      network = evaluated.flatMap { networkPolicy?.evaluation(of: $0) }
      service = evaluated.map { policy.evaluation(of: $0) }
      let denial = evaluated.flatMap { request in
        network?.decision.denial(of: request, by: "network") ?? service?.decision.denial(of: request, by: "service")
      }
      if let denial {
        (response, message) = Self.refusal(403, denial)
      } else if let upstream {
        do throws(UpstreamError) { response = try await upstream.answer(request, body) } catch {
          (response, message) = Self.refusal(error.status, error.message)
        }
      } else {
        response = LocalServer.Response(status: 200, text: greeting)
      }
    }
    let exchange = LatticeService.Exchange(
      request: request, sender: evaluated == nil ? nil : sender, networkEvaluation: network, evaluation: service,
      status: response.status, message: message)
    return (response, exchange)
  }

  private static func refusal(_ status: Int, _ message: String) -> (LocalServer.Response, String?) {
    (LocalServer.Response(status: status, text: message), message)
  }
}

extension AuthPolicy.Decision {
  /// Returns Lattice's message for a denied request; `nil` if it is allowed.
  fileprivate func denial(of request: AuthPolicy.Request, by kind: String) -> String? {
    let action = AuthPolicy.Request.action
    let reason: String
    switch self {
    case .allowed: return nil
    case .implicitlyDenied: reason = "because no \(kind)-based policy allows the \(action) action"
    case .explicitlyDenied: reason = "with an explicit deny in a \(kind)-based policy"
    }
    return "AccessDeniedException: User: \(request.principal.arn) is not authorized to perform: \(action) "
      + "on resource: \(request.resource) \(reason)"
  }
}
