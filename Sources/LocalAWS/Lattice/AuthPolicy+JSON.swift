import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension AuthPolicy {
  /// Reads a policy from its JSON.
  ///
  /// Nothing is ignored: an unknown element, or one that is there twice, would allow more, or less, than AWS does.
  ///
  /// - Parameter json: The policy document.
  /// - Throws: ``AuthPolicyError``: `malformed` for policies that AWS rejects too, `unsupported` for `NotPrincipal`,
  ///   `NotAction`, `NotResource`, policy variables, and operators, condition keys and principals other than those of
  ///   ``AuthPolicy``.
  public init(json: String) throws(AuthPolicyError) {
    guard json.utf8.count <= Self.maximumBytes else {
      throw AuthPolicyError(.malformed, "the policy has \(json.utf8.count) bytes; \(Self.maximumBytes) are accepted")
    }
    try Self.checkMembers(of: Array(json.utf8))
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(json.utf8)),
      case .object(var document) = value
    else { throw AuthPolicyError(.malformed, "the policy isn't a JSON object") }
    document["Id"] = nil
    switch document.removeValue(forKey: "Version") {
    case nil, .string("2008-10-17"), .string("2012-10-17"): break
    default: throw AuthPolicyError(.malformed, "Version must be \"2012-10-17\" or \"2008-10-17\"")
    }
    let listed: [JSONValue]
    switch document.removeValue(forKey: "Statement") {
    case .array(let values): listed = values
    case let value?: listed = [value]
    case nil: throw AuthPolicyError(.malformed, "the policy has no Statement")
    }
    if let other = document.keys.min() {
      throw AuthPolicyError(.malformed, "the policy has an unknown element \(other)")
    }
    statements = []
    for (index, value) in listed.enumerated() {
      statements.append(try StatementReader(number: index + 1, value: value).statement())
    }
  }
}

extension AuthPolicy {
  /// The most bytes of a policy that AWS accepts: 10 KB (VPC Lattice User Guide, "Quotas").
  private static let maximumBytes = 10_240
}

/// Reads one statement of a policy, and says in errors which one it is.
private struct StatementReader {
  private let number: Int
  private let elements: [String: JSONValue]

  init(number: Int, value: JSONValue) throws(AuthPolicyError) {
    guard case .object(let elements) = value else {
      throw AuthPolicyError(.malformed, "statement \(number) isn't a JSON object")
    }
    self.number = number
    self.elements = elements
  }

  func statement() throws(AuthPolicyError) -> AuthPolicy.Statement {
    for name in elements.keys.sorted() {
      switch name {
      case "Sid", "Effect", "Principal", "Action", "Resource", "Condition": break
      case "NotPrincipal", "NotAction", "NotResource":
        throw error(.unsupported, "has \(name), which isn't supported here")
      default: throw error(.malformed, "has an unknown element \(name)")
      }
    }
    guard case .string(let name)? = elements["Effect"], let effect = AuthPolicy.Statement.Effect(rawValue: name) else {
      throw error(.malformed, "needs an Effect of \"Allow\" or \"Deny\"")
    }
    return AuthPolicy.Statement(
      effect: effect, principals: try principals(),
      // Actions are compared without regard to letter case, resources with it.
      actions: try strings("Action").map { WildcardPattern($0.utf8.asciiLowercased) },
      resources: try compared("Resource", strings("Resource"), ComparedText.resource).map { WildcardPattern($0) },
      conditions: try conditions())
  }

  private func principals() throws(AuthPolicyError) -> [String] {
    switch elements["Principal"] {
    case .string("*"): return ["*"]
    case .object(var kinds):
      let names = kinds.removeValue(forKey: "AWS")?.strings
      if let kind = kinds.keys.min() {
        throw error(.unsupported, "has a Principal of \(kind); only AWS is supported here")
      }
      if let names { return names }
      fallthrough
    default: throw error(.malformed, "needs a Principal: \"*\" or {\"AWS\": ARN or list of ARNs}")
    }
  }

  private func conditions() throws(AuthPolicyError) -> Set<AuthPolicy.Statement.Condition> {
    guard let value = elements["Condition"] else { return [] }
    guard case .object(let blocks) = value else { throw error(.malformed, "has a Condition that isn't an object") }
    var conditions: Set<AuthPolicy.Statement.Condition> = []
    for (operatorName, block) in blocks {
      guard let isMet = ConditionOperator(operatorName) else {
        throw error(.unsupported, "has the condition operator \(operatorName), which isn't supported here")
      }
      guard case .object(let keys) = block else {
        throw error(.malformed, "has a \(operatorName) that isn't an object")
      }
      for (keyName, listed) in keys {
        guard let key = ConditionKey(keyName) else {
          throw error(.unsupported, "has the condition key \(keyName), which isn't supported here")
        }
        let name = "\(operatorName) \(keyName)"
        let values = try compared(name, strings(listed, name)) { (text) throws(ComparedText.Flaw) in
          try key.value(text, isMet.wildcards)
        }
        conditions.insert(AuthPolicy.Statement.Condition(isMet: isMet, key: key, values: values))
      }
    }
    return conditions
  }

  private func strings(_ name: String) throws(AuthPolicyError) -> [String] { try strings(elements[name], name) }

  private func strings(_ value: JSONValue?, _ name: String) throws(AuthPolicyError) -> [String] {
    guard let strings = value?.strings else { throw error(.malformed, "needs \(name): a string or a list of strings") }
    if strings.contains(where: { $0.utf8.contains("${".utf8) }) {
      throw error(.unsupported, "has a policy variable in \(name), which isn't supported here")
    }
    return strings
  }

  /// The texts in the form that is compared.
  private func compared(
    _ name: String, _ texts: [String], _ form: (String) throws(ComparedText.Flaw) -> String
  ) throws(AuthPolicyError) -> [String] {
    try texts.map { (text) throws(AuthPolicyError) in
      do throws(ComparedText.Flaw) { return try form(text) } catch {
        throw self.error(
          .malformed, "has \(text.debugDescription) in \(name), which has no canonical form: \(error.message)")
      }
    }
  }

  private func error(_ code: AuthPolicyError.Code, _ problem: String) -> AuthPolicyError {
    AuthPolicyError(code, "statement \(number) \(problem)")
  }
}
