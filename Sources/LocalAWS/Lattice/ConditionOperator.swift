/// A string operator of a policy's condition, such as `ForAnyValue:StringNotLikeIfExists`.
///
/// Semantics are those of the IAM User Guide, "Condition operators" and "Multivalued context keys".
struct ConditionOperator: Sendable, Hashable {
  private enum Comparison: Sendable { case equals, equalsIgnoringCase, like }
  private enum Quantifier: Sendable { case single, anyValue, allValues }

  private let comparison: Comparison
  private let isNegated: Bool
  private let quantifier: Quantifier
  private let isIfExists: Bool

  static let stringNotEqualsIgnoreCase = ConditionOperator(comparison: .equalsIgnoringCase, isNegated: true)

  private init(comparison: Comparison, isNegated: Bool) {
    self.comparison = comparison
    self.isNegated = isNegated
    quantifier = .single
    isIfExists = false
  }

  /// The operator called `name`; `nil` where it isn't known here.
  init?(_ name: String) {
    var rest = name[...]
    switch rest.firstIndex(of: ":").map({ rest[..<$0] }) {
    case nil: quantifier = .single
    case "ForAnyValue": quantifier = .anyValue
    case "ForAllValues": quantifier = .allValues
    default: return nil
    }
    if quantifier != .single { rest = rest.drop { $0 != ":" }.dropFirst() }
    isIfExists = rest.hasSuffix("IfExists")
    if isIfExists { rest = rest.dropLast("IfExists".count) }
    switch rest {
    case "StringEquals": (comparison, isNegated) = (.equals, false)
    case "StringNotEquals": (comparison, isNegated) = (.equals, true)
    case "StringEqualsIgnoreCase": (comparison, isNegated) = (.equalsIgnoringCase, false)
    case "StringNotEqualsIgnoreCase": (comparison, isNegated) = (.equalsIgnoringCase, true)
    case "StringLike": (comparison, isNegated) = (.like, false)
    case "StringNotLike": (comparison, isNegated) = (.like, true)
    default: return nil
    }
  }

  /// The meaning of `*` and `?` in the operator's values in a policy.
  var wildcards: ComparedText.Wildcards { comparison == .like ? .allowed : .none }

  /// Whether a request's `values` for a key match the policy's values with this operator.
  func holds(of values: [String], against listed: [String]) -> Bool {
    if values.isEmpty {
      // Nothing is "not equal" to everything; a set operator looks at no value at all.
      return switch quantifier {
      case .single: isNegated || isIfExists
      case .anyValue: isIfExists
      case .allValues: true
      }
    }
    return switch quantifier {
    case .single: values.contains { matches($0, listed) } != isNegated
    case .anyValue: values.contains { matches($0, listed) != isNegated }
    case .allValues: values.allSatisfy { matches($0, listed) != isNegated }
    }
  }

  private func matches(_ value: String, _ listed: [String]) -> Bool {
    listed.contains { listed in
      switch comparison {
      case .equals: value.isSame(as: listed)
      case .equalsIgnoringCase: value.isSameIgnoringCase(as: listed)
      case .like: WildcardPattern(listed).matches(value)
      }
    }
  }
}
