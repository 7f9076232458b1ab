public import SigV4

/// An auth policy of a VPC Lattice service: who may send which requests.
///
/// A request is allowed when a statement allows it and none denies it. Elements are `Effect`, `Principal` (`"*"` or
/// `{"AWS": …}`), `Action`, `Resource` and `Condition`, the latter with the String operators, `…IfExists`,
/// `ForAnyValue:` and `ForAllValues:`, over the keys `aws:PrincipalType`, `aws:PrincipalAccount`, `aws:PrincipalArn`,
/// `vpc-lattice-svcs:RequestMethod`, `…:RequestPath`, `…:ServiceArn`, `…:RequestHeader/NAME` and
/// `…:RequestQueryString/NAME` (VPC Lattice User Guide, "Control access to VPC Lattice services using auth policies").
public struct AuthPolicy: Sendable, Hashable {
  /// A policy's decision on a request.
  public enum Decision: Sendable, Hashable {
    /// A statement allows it, and none denies it.
    case allowed
    /// No statement speaks of it.
    case implicitlyDenied
    /// A statement denies it, whatever others allow.
    case explicitlyDenied
  }

  /// A request that a policy evaluates.
  public struct Request: Sendable, Hashable {
    /// The sender of the request.
    public var principal: Principal
    /// The ARN of the service that the request is sent to.
    public var service: String
    /// The request itself.
    public let request: SignableRequest
    /// The request's target, in canonical form.
    let target: CanonicalTarget

    /// Creates a question from its parts.
    ///
    /// - Throws: ``SigV4/SigningError`` with the code `invalidTarget` if the request's target isn't a path.
    public init(principal: Principal, service: String, request: SignableRequest) throws(SigningError) {
      self.principal = principal
      self.service = service
      self.request = request
      target = try CanonicalTarget(request.target, for: .vpcLattice)
    }

    /// The only action that a Lattice service has.
    public static let action = "vpc-lattice-svcs:Invoke"

    /// The resource that the request is for: the service's ARN and the path in canonical form, without the query.
    public var resource: String { service + target.path }
  }

  struct Statement: Sendable, Hashable {
    struct Condition: Sendable, Hashable {
      var isMet: ConditionOperator
      var key: ConditionKey
      var values: [String]
    }

    enum Effect: String { case allow = "Allow", deny = "Deny" }

    var effect: Effect
    var principals: [String]
    var actions: [WildcardPattern]
    var resources: [WildcardPattern]
    var conditions: Set<Condition>

    func applies(to request: Request) -> Bool {
      principals.contains { request.principal.isNamed(by: $0) }
        && actions.contains { $0.matches(Request.action.utf8.asciiLowercased) }
        && resources.contains { $0.matches(request.service + ComparedText.canonical(request.target.path)) }
        && conditions.allSatisfy { $0.isMet.holds(of: $0.key.values(in: request), against: $0.values) }
    }
  }

  var statements: [Statement]

  /// Returns the policy's decision on a request.
  ///
  /// Paths and query parameters are compared in canonical form (``SigV4/CanonicalTarget``), those of the policy too:
  /// a policy that denies `/a%3Ab` denies `/a:b` and `//a:b`. The wildcard `?` matches one character or one escaped byte.
  public func decision(for request: Request) -> Decision {
    let effects = statements.filter { $0.applies(to: request) }.map(\.effect)
    if effects.contains(.deny) { return .explicitlyDenied }
    return effects.contains(.allow) ? .allowed : .implicitlyDenied
  }
}

extension AuthPolicy {
  /// *Allow only authenticated access*: every signed request, and no other.
  ///
  ///     {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
  ///       "Condition":{"StringNotEqualsIgnoreCase":{"aws:PrincipalType":"anonymous"}}}]}
  public static let authenticatedOnly = AuthPolicy(
    allowingUnless: [.principalType: "anonymous"])

  /// Every signed request but GET: as ``authenticatedOnly``, with
  /// `"vpc-lattice-svcs:RequestMethod": "GET"` and `aws:PrincipalType`, both of which must hold.
  public static let authenticatedExceptGET = AuthPolicy(
    allowingUnless: [.principalType: "anonymous", .requestMethod: "GET"])

  /// Every request, signed or not.
  public static let everybody = AuthPolicy(allowingUnless: [:])

  /// Allows what differs from each of these values.
  private init(allowingUnless excluded: [ConditionKey: String]) {
    let conditions = excluded.map {
      Statement.Condition(isMet: .stringNotEqualsIgnoreCase, key: $0.key, values: [$0.value])
    }
    statements = [
      Statement(
        effect: .allow, principals: ["*"], actions: [WildcardPattern("*")], resources: [WildcardPattern("*")],
        conditions: Set(conditions))
    ]
  }
}
