/// One field of a form that a browser uploads a file with.
public struct FormField: Sendable, Hashable {
  /// The name.
  public let name: String
  /// The value.
  public let value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension FormField: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The field as `name: value`; the session token, the policy, which contains it, and the signature are redacted.
  public var description: String { "\(name): \(shownValue)" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The name, and the value as ``description`` shows it.
  public var customMirror: Mirror {
    Mirror(self, children: ["name": name, "value": shownValue], displayStyle: .struct)
  }

  private var shownValue: String {
    switch name.utf8.asciiLowercased {
    case "acl", "bucket", "content-type", "key", "x-amz-algorithm", "x-amz-credential", "x-amz-date": value
    default: Redaction.placeholder
    }
  }
}
