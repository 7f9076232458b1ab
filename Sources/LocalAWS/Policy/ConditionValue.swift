import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A value that a policy lists for a condition, in the form in which its operator compares it.
enum ConditionValue: Sendable, Hashable {
  case text(PolicyText)
  case number(DecimalNumber)
  /// Seconds since 1970.
  case date(Double)
  case bool(PolicyText)
  case bytes([UInt8])
  case network(IPNetwork)
  case arn([PolicyText])
  /// Whether the key must be absent.
  case absence(Bool)

  init(
    _ text: String, of key: ConditionKey, _ comparison: ConditionOperator.Comparison, _ variables: PolicyText.Variables
  ) throws(PolicyFlaw) {
    switch comparison {
    case .string, .stringIgnoringCase:
      self = .text(try PolicyText(text, key.form, wildcards: .none, variables: variables))
    case .stringLike: self = .text(try PolicyText(text, key.form, wildcards: .allowed, variables: variables))
    case .numeric:
      guard let number = DecimalNumber(text) else { throw .malformed("it isn't a number") }
      self = .number(number)
    case .date:
      guard let date = Self.date(text) else {
        throw .malformed("it isn't a date such as 2026-02-03T04:05:06Z, nor a number of seconds since 1970")
      }
      // 20991231 is meant as a date, and isn't one.
      guard text.utf8.contains(where: { !$0.isASCIIDigit }) || [4, 9, 10, 11].contains(text.utf8.count) else {
        throw .malformed("write a date as 2026-02-03, and seconds since 1970 as a number of 9 to 11 digits")
      }
      self = .date(date)
    case .bool:
      let value = try PolicyText(text.utf8.asciiLowercased, .plain, wildcards: .none, variables: variables)
      guard ["true", "false"].contains(text.utf8.asciiLowercased) || !value.variables.isEmpty else {
        throw .malformed("it is neither true nor false")
      }
      // Names of keys are read in any letter case, and default values of a Boolean are true or false.
      self = .bool(value)
    case .null:
      guard let isAbsent = Self.bool(text) else { throw .malformed("it is neither true nor false") }
      self = .absence(isAbsent)
    case .binary:
      guard let bytes = Data(base64Encoded: text) else { throw .malformed("it isn't Base64") }
      self = .bytes(Array(bytes))
    case .ipAddress:
      guard let network = IPNetwork(text) else {
        throw .malformed("it isn't an IP address or a range such as 203.0.113.0/24")
      }
      self = .network(network)
    case .arn:
      let parts = try PolicyText(text, .plain, wildcards: .allowed, variables: variables).arnParts
      guard let parts else {
        throw .malformed("it isn't an ARN of six parts, such as arn:aws:iam::123456789012:role/*")
      }
      self = .arn(parts)
    }
  }

  /// The variables of the value.
  var variables: [PolicyVariable] {
    switch self {
    case .text(let text), .bool(let text): text.variables
    case .arn(let parts): parts.flatMap(\.variables)
    default: []
    }
  }

  /// Whether a value of a request matches; `false` if it has another type, or if a variable has no value.
  func matches(
    _ value: String, in request: AuthPolicy.Request, _ comparison: ConditionOperator.Comparison
  ) -> Bool {
    switch self {
    case .text(let text):
      return text.matches(value, in: request, ignoringCase: comparison == .stringIgnoringCase)
    case .bool(let text): return text.matches(value, in: request, ignoringCase: true)
    case .number(let number):
      guard case .numeric(let relation) = comparison, let value = DecimalNumber(value) else { return false }
      return relation.holds(value, number)
    case .date(let date):
      guard case .date(let relation) = comparison, let value = Self.date(value) else { return false }
      return relation.holds(value, date)
    case .bytes(let bytes): return value.utf8.elementsEqual(bytes)
    case .network(let network): return IPNetwork(value).map { network.contains($0) } ?? false
    case .arn(let parts):
      let values = value.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 5, omittingEmptySubsequences: false)
      return values.count == 6
        && zip(parts, values).allSatisfy { part, value in
          part.matches(String(Substring(value)), in: request)
        }
    case .absence: return false
    }
  }

  private static func bool(_ text: String) -> Bool? { Bool(text.utf8.asciiLowercased) }

  /// Reads a date of W3C's profile of ISO 8601, which may end after the year, the month, the day or the minute, or a number
  /// of seconds.
  private static func date(_ text: String) -> Double? {
    let digits = text.utf8.prefix(while: \.isASCIIDigit).count
    if digits == text.utf8.count, digits != 4 { return Double(text) }
    let missing: String
    switch text.utf8.count {
    case 4: missing = "-01-01T00:00:00Z"
    case 7: missing = "-01T00:00:00Z"
    case 10: missing = "T00:00:00Z"
    default: missing = ""
    }
    var whole = text + missing
    // A time without seconds: 2026-02-03T04:05Z.
    if whole.utf8.count > 16, !Array(whole.utf8)[16...].starts(with: ":".utf8) {
      whole = "\(Substring(whole.utf8.prefix(16))):00\(Substring(whole.utf8.dropFirst(16)))"
    }
    return ISO8601.date(whole)?.timeIntervalSince1970
  }
}

extension ConditionOperator.Relation {
  fileprivate func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
    switch self {
    case .equal: left == right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}
