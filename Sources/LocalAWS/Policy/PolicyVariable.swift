import SigV4

/// A variable of a policy, such as `${aws:username}` or `${aws:PrincipalTag/team, 'none'}`.
struct PolicyVariable: Sendable, Hashable {
  let key: ConditionKey
  /// The value if a request has no value for the key.
  let defaultValue: String?

  /// Reads the text between the braces.
  init(_ text: String) throws(PolicyFlaw) {
    let parts = text.utf8.split(separator: UInt8(ascii: ","), maxSplits: 1, omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard text.utf8.firstRange(of: "${".utf8) == nil else {
      throw .malformed("a variable contains another one; use one name")
    }
    // Within a name, a tag key may have spaces.
    guard parts.first.map({ $0.utf8.elementsEqual(Self.trimmed($0).utf8) }) != false else {
      throw .malformed("the variable ${\(text)} has a space before or after its name; remove the space")
    }
    let name = String(parts.first ?? "")
    guard let key = ConditionKey(name) else {
      throw .unsupported("the variable ${\(text)} names no supported condition key" + ConditionKey.remedy(for: name))
    }
    guard !key.isMultivalued else {
      throw .malformed(
        "the variable ${\(text)} names a key that can have several values; a variable needs one with a single value")
    }
    self.key = key
    guard parts.count > 1 else {
      defaultValue = nil
      return
    }
    let quoted = Self.trimmed(parts[1]).utf8
    guard quoted.count > 1, quoted.first == UInt8(ascii: "'"), quoted.last == UInt8(ascii: "'"),
      !quoted.dropFirst().dropLast().contains(UInt8(ascii: "'"))
    else { throw .malformed("the default value of ${\(text)} isn't in single quotes") }
    defaultValue = String(Substring(quoted.dropFirst().dropLast()))
  }

  /// The value in a request; `nil` if it has none or several, and there is no default.
  func value(in request: AuthPolicy.Request) -> String? {
    let values = key.values(in: request)
    return values.count == 1 ? values[0] : values.isEmpty ? defaultValue : nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var bytes = text.utf8.drop { $0 == ASCII.space }
    while bytes.last == ASCII.space { bytes.removeLast() }
    return Substring(bytes)
  }
}
