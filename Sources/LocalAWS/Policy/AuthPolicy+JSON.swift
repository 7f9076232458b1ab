import SigV4

extension AuthPolicy {
  /// Reads a policy from its JSON.
  ///
  /// An unknown or repeated element is an error, because ignoring it could allow more or less than AWS does.
  ///
  /// - Parameter json: The policy document.
  /// - Throws: ``AuthPolicyError``: `malformed` for policies that AWS rejects too, `unsupported` for actions, operators,
  ///   condition keys and kinds of principals that don't exist in VPC Lattice.
  public init(json: String) throws(AuthPolicyError) {
    guard json.utf8.count <= Self.maximumBytes else {
      throw AuthPolicyError(.malformed, "the policy is too long; the limit is \(Self.maximumBytes) bytes")
    }
    let document: JSONObject
    do throws(JSONObject.Flaw) { document = try JSONObject(parsing: Array(json.utf8)) } catch {
      throw AuthPolicyError(
        .malformed, "the policy isn't a JSON object: \(Self.position(error.offset, in: json)) can't be read")
    }
    var variables = PolicyText.Variables.literal
    var listed: [JSONObject.Value?]?
    for (name, value) in try PolicyElements(document.members, "the policy").members {
      switch (name, value) {
      case ("Id", .text): break
      case ("Version", .text("2012-10-17")): variables = .replaced
      case ("Version", .text("2008-10-17")): break
      case ("Version", _):
        throw AuthPolicyError(.malformed, "Version must be \"2012-10-17\" or \"2008-10-17\"")
      case ("Statement", .array(let values)): listed = values
      case ("Statement", let value): listed = [value]
      case ("Id", _): throw AuthPolicyError(.malformed, "Id must be a string")
      default: throw AuthPolicyError(.malformed, "the policy has an unknown element \(name.debugDescription)")
      }
    }
    guard let listed, !listed.isEmpty else { throw AuthPolicyError(.malformed, "the policy has no Statement") }
    hasLiteralVariables = variables == .literal && json.utf8.firstRange(of: "${".utf8) != nil
    statements = []
    for (index, value) in listed.enumerated() {
      statements.append(try StatementReader(number: index + 1, value: value, variables: variables).statement())
    }
    var sids: Set<[UInt8]> = []
    for statement in statements {
      guard let sid = statement.sid, !sids.insert(Array(sid.utf8)).inserted else { continue }
      throw AuthPolicyError(
        .malformed, "statement \(statement.number) has the Sid \(sid.debugDescription) of an earlier statement")
    }
  }

  /// The maximum size of a policy that AWS accepts, in bytes: 10 KB (VPC Lattice User Guide, "Quotas").
  public static let maximumBytes = 10_240

  private static func position(_ offset: Int, in text: String) -> String {
    let before = Array(text.utf8.prefix(offset))
    let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return "line \(lines.count), column \((lines.last?.count ?? 0) + 1)"
  }
}

/// The members of a JSON object of a policy, none of which is repeated.
private struct PolicyElements {
  let members: [(name: String, value: JSONObject.Value?)]

  init(_ members: [(name: String, value: JSONObject.Value?)], _ place: String) throws(AuthPolicyError) {
    var names: Set<[UInt8]> = []
    for (name, _) in members where !names.insert(Array(name.utf8)).inserted {
      throw AuthPolicyError(.malformed, "\(place) has the member \(name.debugDescription) twice in one object")
    }
    self.members = members
  }
}

/// Reads one statement of a policy; its errors contain the number of the statement.
private struct StatementReader {
  private let number: Int
  private let elements: [(name: String, value: JSONObject.Value?)]
  private let variables: PolicyText.Variables

  init(number: Int, value: JSONObject.Value?, variables: PolicyText.Variables) throws(AuthPolicyError) {
    guard case .object(let elements)? = value else {
      throw AuthPolicyError(.malformed, "statement \(number) isn't a JSON object")
    }
    self.number = number
    self.elements = try PolicyElements(elements, "statement \(number)").members
    self.variables = variables
  }

  func statement() throws(AuthPolicyError) -> AuthPolicy.Statement {
    let known: Set = [
      "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]
    for (name, _) in elements where !known.contains(name) {
      throw error(.malformed, "has an unknown element \(name.debugDescription)")
    }
    var sid: String?
    if let value = element("Sid") {
      guard case .text(let text)? = value else { throw error(.malformed, "has a Sid that isn't a string") }
      guard text.utf8.allSatisfy(\.isLetterOrDigit) else {
        throw error(.malformed, "has the Sid \(text.debugDescription); a Sid has only the characters A-Z, a-z and 0-9")
      }
      if !text.isEmpty { sid = text }
    }
    guard case .text(let name)?? = element("Effect"), let effect = AuthPolicy.Statement.Effect(rawValue: name) else {
      throw error(.malformed, "needs an Effect of \"Allow\" or \"Deny\"")
    }
    return AuthPolicy.Statement(
      number: number, sid: sid, effect: effect, principals: try principals(effect),
      // Letter case is ignored in actions, but matters in resources.
      actions: try listed("Action") { (text) throws(PolicyFlaw) in try Self.action(text) },
      resources: try listed("Resource") { (text) throws(PolicyFlaw) in
        try Self.resource(text, variables)
      },
      conditions: try conditions())
  }

  /// The value of an element; `nil` if the statement doesn't have it.
  private func element(_ name: String) -> JSONObject.Value?? { elements.first { $0.name.isSame(as: name) }?.value }

  // MARK: - Principal

  private func principals(_ effect: AuthPolicy.Statement.Effect) throws(AuthPolicyError)
    -> AuthPolicy.Statement.Listed<String>
  {
    switch (element("Principal"), element("NotPrincipal")) {
    case (let value?, nil): return .any(of: try principals("Principal", value))
    case (nil, let value?):
      let names = try principals("NotPrincipal", value)
      guard effect == .deny else { throw error(.malformed, "has a NotPrincipal, which AWS supports only with Deny") }
      try checkOwners(of: names)
      return .none(of: names)
    case (nil, nil): throw error(.malformed, "needs a Principal: \"*\" or {\"AWS\": ARN or list of ARNs}")
    case (.some, .some): throw error(.malformed, "has both Principal and NotPrincipal")
    }
  }

  private func principals(_ element: String, _ value: JSONObject.Value?) throws(AuthPolicyError) -> [String] {
    switch value {
    case .text("*")?: return ["*"]
    case .object(let kinds)?:
      let kinds = try PolicyElements(kinds, "statement \(number)").members
      for (kind, _) in kinds where kind != "AWS" {
        let isKnown = ["Service", "Federated", "CanonicalUser"].contains(kind)
        throw error(
          isKnown ? .unsupported : .malformed,
          "has a \(element) of \(kind.debugDescription); use \"AWS\", which names the callers of VPC Lattice")
      }
      guard let names = kinds.first?.value?.strings else { fallthrough }
      for name in names {
        guard let flaw = Principal.flaw(ofName: name) else { continue }
        throw error(.malformed, "has \(name.debugDescription) in \(element): \(flaw)")
      }
      return names
    default: throw error(.malformed, "needs a \(element): \"*\" or {\"AWS\": ARN or list of ARNs}")
    }
  }

  /// Checks that NotPrincipal of a Deny statement also lists the account, and the role, of each principal.
  ///
  /// AWS may otherwise deny the account or the role, and with it the principal (IAM User Guide, "NotPrincipal with Deny").
  private func checkOwners(of names: [String]) throws(AuthPolicyError) {
    for name in names {
      let principal = Principal(arn: name)
      guard principal.type != "Account", let account = principal.accountARN else { continue }
      let missing =
        !names.contains(where: { principal.isOfAccount($0) })
        ? account : !names.contains(where: { principal.isOfRole($0) }) ? principal.identityARN : nil
      guard let missing, !missing.isSame(as: name) else { continue }
      throw error(
        .unsupported,
        "denies all except \(name.debugDescription) without its account or its role, which AWS may then deny; "
          + "add \(missing.debugDescription) to NotPrincipal")
    }
  }

  // MARK: - Action and Resource

  private func listed(
    _ name: String, _ form: (String) throws(PolicyFlaw) -> PolicyText
  ) throws(AuthPolicyError) -> AuthPolicy.Statement.Listed<PolicyText> {
    switch (element(name), element("Not" + name)) {
    case (let value?, nil): return .any(of: try texts(value, name, form))
    case (nil, let value?): return .none(of: try texts(value, "Not" + name, form))
    case (nil, nil): throw error(.malformed, "needs \(name): a string or a list of strings")
    case (.some, .some): throw error(.malformed, "has both \(name) and Not\(name)")
    }
  }

  private func texts(
    _ value: JSONObject.Value?, _ name: String, _ form: (String) throws(PolicyFlaw) -> PolicyText
  ) throws(AuthPolicyError) -> [PolicyText] {
    guard let strings = value?.strings else { throw error(.malformed, "needs \(name): a string or a list of strings") }
    var texts: [PolicyText] = []
    for text in strings {
      texts.append(try flawless(text, name) { () throws(PolicyFlaw) in try form(text) })
    }
    return texts
  }

  /// The actions of VPC Lattice, in lower case: requests, and connections of TCP services.
  private static let actions = ["vpc-lattice-svcs:invoke", "vpc-lattice-svcs:connect"]

  private static func action(_ text: String) throws(PolicyFlaw) -> PolicyText {
    let pattern = try PolicyText(text.utf8.asciiLowercased, .plain, wildcards: .allowed, variables: .literal)
    guard actions.contains(where: { pattern.matches($0, in: nil) }) else {
      throw .unsupported("it matches no action of VPC Lattice: vpc-lattice-svcs:Invoke, vpc-lattice-svcs:Connect")
    }
    return pattern
  }

  /// The paths of services: what resources of requests look like.
  private static let paths = try? PolicyText(
    "arn:aws*:vpc-lattice:?*:?*:service/?*/*", .plain, wildcards: .allowed, variables: .literal)

  private static func resource(_ text: String, _ variables: PolicyText.Variables) throws(PolicyFlaw) -> PolicyText {
    let pattern = try PolicyText(text, .resource, wildcards: .allowed, variables: variables)
    guard paths?.canMatch(pattern) == true else {
      throw .malformed(
        "it matches no path of a service, such as arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0/*"
      )
    }
    return pattern
  }

  // MARK: - Condition

  private func conditions() throws(AuthPolicyError) -> [AuthPolicy.Condition] {
    guard let value = element("Condition") else { return [] }
    guard case .object(let blocks)? = value else { throw error(.malformed, "has a Condition that isn't an object") }
    var conditions: [AuthPolicy.Condition] = []
    for (name, block) in try PolicyElements(blocks, "statement \(number)").members {
      guard let comparison = ConditionOperator(name) else {
        throw error(.unsupported, "has the condition operator \(name.debugDescription), which doesn't exist")
      }
      guard case .object(let keys)? = block else { throw error(.malformed, "has a \(name) that isn't an object") }
      for (keyName, listed) in try PolicyElements(keys, "statement \(number)").members {
        guard let key = ConditionKey(keyName) else {
          throw error(
            .unsupported,
            "has the condition key \(keyName.debugDescription), which isn't supported"
              + ConditionKey.remedy(for: keyName))
        }
        let place = "\(name) \(keyName)"
        guard let texts = listed?.scalars else {
          throw error(.malformed, "needs \(place): a string or a list of strings")
        }
        var values: [ConditionValue] = []
        for text in texts {
          values.append(
            try flawless(text, place) { () throws(PolicyFlaw) in
              try ConditionValue(text, of: key, comparison.comparison, variables)
            })
        }
        conditions.append(AuthPolicy.Condition(name: name, comparison: comparison, key: key, values: values))
      }
    }
    return conditions
  }

  // MARK: - Errors

  private func flawless<Value>(
    _ text: String, _ place: String, _ read: () throws(PolicyFlaw) -> Value
  ) throws(AuthPolicyError) -> Value {
    do throws(PolicyFlaw) { return try read() } catch {
      throw self.error(error.code, "has \(text.debugDescription) in \(place): \(error.message)")
    }
  }

  private func error(_ code: AuthPolicyError.Code, _ problem: String) -> AuthPolicyError {
    AuthPolicyError(code, "statement \(number) \(problem)")
  }
}

extension JSONObject.Value {
  /// The strings of a string or of a list of strings; `nil` for anything else, an empty list included.
  fileprivate var strings: [String]? {
    list { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The same, but numbers and Booleans are strings too, as in IAM's grammar.
  fileprivate var scalars: [String]? {
    list {
      switch $0 {
      case .text(let text), .number(let text): text
      case .boolean(let value): "\(value)"
      default: nil
      }
    }
  }

  private func list(_ text: (JSONObject.Value) -> String?) -> [String]? {
    guard case .array(let values) = self else { return text(self).map { [$0] } }
    let texts = values.compactMap { $0.flatMap(text) }
    return texts.isEmpty || texts.count < values.count ? nil : texts
  }
}
