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

extension FormField: CustomStringConvertible, CustomReflectable {
  /// The field as `name: value`; a session token, and the policy that holds it, show as `<redacted>`.
  public var description: String { "\(name): \(shownValue)" }
  /// The name and the value; a session token, and the policy that holds it, show as `<redacted>`.
  public var customMirror: Mirror {
    Mirror(self, children: ["name": name, "value": shownValue], displayStyle: .struct)
  }

  private var shownValue: String {
    switch name.lowercased() {
    case "x-amz-security-token", "x-amz-s3session-token", "policy": "<redacted>"
    default: value
    }
  }
}
