/// An operator of a policy's condition, such as `ForAnyValue:StringNotLikeIfExists`.
///
/// Semantics are those of the IAM User Guide, "Condition operators" and "Set operators for multivalued context keys".
struct ConditionOperator: Sendable, Hashable {
  enum Relation: Sendable { case equal, less, lessOrEqual, greater, greaterOrEqual }

  enum Comparison: Sendable, Hashable {
    case string
    case stringIgnoringCase
    case stringLike
    case numeric(Relation)
    case date(Relation)
    case bool
    case binary
    case ipAddress
    case arn
    case null
  }

  private enum Quantifier: Sendable { case single, anyValue, allValues }

  let comparison: Comparison
  let isNegated: Bool
  private let quantifier: Quantifier
  private let isIfExists: Bool

  static let stringNotEqualsIgnoreCase = ConditionOperator(comparison: .stringIgnoringCase, isNegated: true)

  private init(comparison: Comparison, isNegated: Bool) {
    self.comparison = comparison
    self.isNegated = isNegated
    quantifier = .single
    isIfExists = false
  }

  /// The operator called `name`; `nil` if IAM has no such operator.
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
    guard let (comparison, isNegated) = Self.comparisons[String(rest)],
      comparison != .null || !isIfExists && quantifier == .single
    else { return nil }
    (self.comparison, self.isNegated) = (comparison, isNegated)
  }

  private static let comparisons: [String: (Comparison, isNegated: Bool)] = [
    "StringEquals": (.string, false), "StringNotEquals": (.string, true),
    "StringEqualsIgnoreCase": (.stringIgnoringCase, false), "StringNotEqualsIgnoreCase": (.stringIgnoringCase, true),
    "StringLike": (.stringLike, false), "StringNotLike": (.stringLike, true),
    "NumericEquals": (.numeric(.equal), false), "NumericNotEquals": (.numeric(.equal), true),
    "NumericLessThan": (.numeric(.less), false), "NumericLessThanEquals": (.numeric(.lessOrEqual), false),
    "NumericGreaterThan": (.numeric(.greater), false), "NumericGreaterThanEquals": (.numeric(.greaterOrEqual), false),
    "DateEquals": (.date(.equal), false), "DateNotEquals": (.date(.equal), true),
    "DateLessThan": (.date(.less), false), "DateLessThanEquals": (.date(.lessOrEqual), false),
    "DateGreaterThan": (.date(.greater), false), "DateGreaterThanEquals": (.date(.greaterOrEqual), false),
    "Bool": (.bool, false), "BinaryEquals": (.binary, false),
    "IpAddress": (.ipAddress, false), "NotIpAddress": (.ipAddress, true),
    "ArnEquals": (.arn, false), "ArnLike": (.arn, false), "ArnNotEquals": (.arn, true), "ArnNotLike": (.arn, true),
    "Null": (.null, false),
  ]

  /// Whether the operator compares texts.
  ///
  /// Only then paths and parameters are compared in canonical form.
  var comparesStrings: Bool { [.string, .stringIgnoringCase, .stringLike].contains(comparison) }

  /// Whether the values of a request meet the condition, given whether each of them matches the policy.
  ///
  /// AWS doesn't document an operator for one value that gets several. The choice is the one that denies: all values must
  /// fit a statement that allows, and any one a statement that denies.
  func holds(
    of values: [String], for effect: AuthPolicy.Statement.Effect, _ matches: (String) -> Bool
  ) -> Bool {
    let isAbsent = quantifier == .single ? values.isEmpty : values.allSatisfy(\.isEmpty)
    if isAbsent {
      // An absent value is "not equal" to any value. A set operator has no value to compare.
      return switch quantifier {
      case .single: isNegated || isIfExists
      case .anyValue: isIfExists && values.isEmpty
      case .allValues: true
      }
    }
    return switch quantifier {
    case .single where effect == .deny, .anyValue: values.contains { matches($0) != isNegated }
    case .single, .allValues: values.allSatisfy { matches($0) != isNegated }
    }
  }
}
