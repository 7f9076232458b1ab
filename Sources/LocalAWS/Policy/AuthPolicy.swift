/// An auth policy of a VPC Lattice service or service network: who may send which requests.
///
/// A request is allowed when a statement allows it and none denies it. The language is IAM's for resource-based policies. It has
/// `Principal`, `Action` and `Resource` and their negations, conditions with every operator, and variables.
///
/// IAM User Guide, "IAM JSON policy elements reference"; VPC Lattice User Guide, "Control access to VPC Lattice services using
/// auth policies".
public struct AuthPolicy: Sendable, Hashable {
  /// A policy's decision on a request.
  public enum Decision: Sendable, Hashable {
    /// A statement allows it, and none denies it.
    case allowed
    /// No statement allows or denies it.
    case implicitlyDenied
    /// A statement denies it, whatever others allow.
    case explicitlyDenied
  }

  var statements: [Statement]

  /// Whether the policy has the form of variables, but a version that has none, so that they are literal texts.
  public internal(set) var hasLiteralVariables = false

  /// The number of statements.
  public var statementCount: Int { statements.count }

  /// Returns the policy's decision on a request.
  ///
  /// Paths and query parameters are compared in canonical form (``SigV4/CanonicalTarget``), those of the policy too:
  /// a policy that denies `/a%3Ab` denies `/a:b` and `//a:b`. The wildcard `?` matches one character or one escaped byte.
  public func decision(for request: Request) -> Decision { evaluation(of: request).decision }

  /// Returns the policy's decision on a request, and the reason of each statement.
  public func evaluation(of request: Request) -> Evaluation {
    Evaluation(statements: statements.map { $0.evaluation(of: request) })
  }

  /// The condition keys of the policy that have no value in `context` and can't be read from a request, by name.
  ///
  /// A condition on such a key has the outcome of an absent key in each request.
  public func keysWithoutValue(in context: PolicyContext) -> [String] {
    let keys = statements.flatMap(\.conditions).map(\.key) + statements.flatMap(\.variables).map(\.key)
    return Set(
      keys.filter { !$0.isComputed && context.values[$0.id] == nil }.map(\.name)
    ).sorted()
  }

  /// Whether no statement that allows requests is for a principal, or for another session of its role.
  ///
  /// It is `false` for a policy that allows nothing.
  public func excludes(_ principal: Principal) -> Bool {
    let allowing = statements.filter { $0.effect == .allow }
    return !allowing.isEmpty
      && !allowing.contains { $0.principals.elements.contains { principal.isNamedWithAnySession(by: $0) } }
  }

  /// The conditions that a value of AWS's fails to match only because of its letter case, each with that value.
  ///
  /// With `StringNotEquals` such a condition is met by every request, and with `StringEquals` by none.
  public var caseMismatches: [String] {
    statements.flatMap { statement in
      statement.conditions.flatMap { condition in
        condition.valuesInOtherCase.map {
          "\(condition.name) \(condition.key.name) in statement \(statement.number) compares letter case, and AWS's value is \"\($0)\"."
        }
      }
    }
  }
}

extension AuthPolicy {
  /// *Allow only authenticated access*: every signed request, and no other.
  ///
  ///     {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
  ///       "Condition":{"StringNotEqualsIgnoreCase":{"aws:PrincipalType":"anonymous"}}}]}
  public static let authenticatedOnly = AuthPolicy(allowingUnless: [(.principalType, "anonymous")])

  /// Every signed request but GET: as ``authenticatedOnly``, with
  /// `"vpc-lattice-svcs:RequestMethod": "GET"` and `aws:PrincipalType`, both of which must hold.
  public static let authenticatedExceptGET = AuthPolicy(
    allowingUnless: [(.principalType, "anonymous"), (.requestMethod, "GET")])

  /// Every request, signed or not.
  public static let everybody = AuthPolicy(allowingUnless: [])

  /// Allows what differs from each of these values.
  private init(allowingUnless excluded: [(key: ConditionKey, value: String)]) {
    let everything = PolicyText(wildcard: ())
    statements = [
      Statement(
        number: 1, effect: .allow, principals: .any(of: ["*"]), actions: .any(of: [everything]),
        resources: .any(of: [everything]),
        conditions: excluded.map {
          Condition(
            name: "StringNotEqualsIgnoreCase", comparison: .stringNotEqualsIgnoreCase, key: $0.key,
            values: [.text(PolicyText(literal: $0.value))])
        })
    ]
  }
}
