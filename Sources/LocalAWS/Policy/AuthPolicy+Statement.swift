import SigV4

extension AuthPolicy {
  /// A statement of a policy.
  struct Statement: Sendable, Hashable {
    enum Effect: String { case allow = "Allow", deny = "Deny" }

    /// The list of an element such as `Action` or `NotAction`.
    enum Listed<Element: Sendable & Hashable>: Sendable, Hashable {
      case any(of: [Element])
      case none(of: [Element])

      var elements: [Element] {
        switch self {
        case .any(let elements), .none(let elements): elements
        }
      }
    }

    let number: Int
    var sid: String?
    var effect: Effect
    var principals: Listed<String>
    var actions: Listed<PolicyText>
    var resources: Listed<PolicyText>
    var conditions: [Condition]

    /// The variables of the statement.
    var variables: [PolicyVariable] {
      resources.elements.flatMap(\.variables) + conditions.flatMap(\.values).flatMap(\.variables)
    }

    func evaluation(of request: Request) -> Evaluation.StatementResult {
      Evaluation.StatementResult(
        number: number, sid: sid, allows: effect == .allow, mismatch: mismatch(with: request))
    }

    /// The reason why the statement doesn't apply; `nil` if it applies.
    private func mismatch(with request: Request) -> String? {
      let principal = request.principal
      let namesPrincipal =
        switch principals {
        case .any(let names): names.contains { principal.isNamed(by: $0) }
        case .none(let names): !names.contains { principal.isExcepted(by: $0) }
        }
      guard namesPrincipal else { return principal.mismatch(with: principals) }
      let action = Request.action
      guard applies(actions, action.utf8.asciiLowercased, request) else { return "it isn't for the action \(action)" }
      guard applies(resources, request.service + ComparedText.canonical(request.target.path), request) else {
        var missing = ""
        if case .any(let texts) = resources { missing = Self.missingVariable(in: texts.flatMap(\.variables), request) }
        return "it isn't for the resource \(request.resource)\(missing)"
      }
      for condition in conditions {
        if let mismatch = condition.mismatch(with: request, effect) { return mismatch }
      }
      return nil
    }

    private func applies(_ listed: Listed<PolicyText>, _ value: String, _ request: Request) -> Bool {
      switch listed {
      case .any(let texts): texts.contains { $0.matches(value, in: request) }
      case .none(let texts): !texts.contains { $0.matches(value, in: request) }
      }
    }

    /// The first of the variables that has no value, for the reason of a mismatch.
    fileprivate static func missingVariable(in variables: [PolicyVariable], _ request: Request) -> String {
      variables.first { $0.value(in: request) == nil }.map { "; the request has no value for ${\($0.key.name)}" } ?? ""
    }
  }

  /// A condition: an operator, a key, and the values that the policy lists.
  struct Condition: Sendable, Hashable {
    /// The operator's name as it is written.
    let name: String
    let comparison: ConditionOperator
    let key: ConditionKey
    let values: [ConditionValue]

    /// The reason why the condition isn't met; `nil` if it is.
    func mismatch(with request: Request, _ effect: Statement.Effect) -> String? {
      let sent = comparison.comparesStrings ? key.comparedValues(in: request) : key.values(in: request)
      if comparison.comparison == .null {
        let isMet = values.contains { $0 == .absence(sent.isEmpty) }
        return isMet ? nil : "\(name) \(key.name): the request has \(sent.isEmpty ? "no" : "a") value"
      }
      let isMet = comparison.holds(of: sent, for: effect) { value in
        values.contains { $0.matches(value, in: request, comparison.comparison) }
      }
      if isMet { return nil }
      // A negated operator fails because of a value that matches, and a variable without a value matches nothing.
      let missing = comparison.isNegated ? "" : Statement.missingVariable(in: values.flatMap(\.variables), request)
      return "\(name) \(key.name): the request has \(shown(key.values(in: request)))\(missing)"
    }

    /// The values that the key has in requests, and that the condition matches only if letter case is ignored.
    var valuesInOtherCase: [String] {
      guard [.string, .stringLike].contains(comparison.comparison) else { return [] }
      let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
      return key.frequentValues.filter { value in
        texts.contains { $0.matches(value, in: nil, ignoringCase: true) }
          && !texts.contains { $0.matches(value, in: nil) }
      }
    }

    /// The values to show, without those that may be a secret.
    private func shown(_ values: [String]) -> String {
      if values.isEmpty { return "no value" }
      guard !key.name.begins(with: "vpc-lattice-svcs:RequestHeader/"), key.form != .parameter else {
        return values.count == 1 ? "another value" : "other values"
      }
      return values.map(\.debugDescription).joined(separator: ", ")
    }
  }
}
