/// One header field of a request, as it is sent.
///
/// ```swift
/// request.headers.append(HeaderField("X-Tenant", "7"))
/// for field in request.headers where field.isNamed("content-type") { print(field.value) }
/// ```
public struct HeaderField: Sendable, Hashable {
  /// The name, in any letter case.
  public var name: String
  /// The value.
  ///
  /// Line breaks of a folded value are kept, and treated as white space.
  public var value: String

  /// Creates a field from its name and value.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// Whether this is the field called `name`, ignoring letter case.
  public func isNamed(_ name: String) -> Bool {
    self.name.utf8.count == name.utf8.count
      && self.name.withBytes { bytes in name.withBytes { bytes.isEqualIgnoringCase(to: $0) } }
  }

  /// Whether the value is empty or contains only white space.
  var isBlank: Bool { value.utf8.allSatisfy { ASCII.tab...ASCII.carriageReturn ~= $0 || $0 == ASCII.space } }
}

extension [HeaderField] {
  /// The value of the first field called `name`, in any letter case; `nil` if there is none.
  ///
  /// ```swift
  /// print(request.headers["host"] ?? "no host")
  /// ```
  public subscript(name: String) -> String? {
    for index in indices where self[index].isNamed(name) { return self[index].value }
    return nil
  }

  /// The values of all fields called `name`, in any letter case and in their order.
  ///
  /// ```swift
  /// print(request.headers[values: "cookie"].count, "cookies")
  /// ```
  public subscript(values name: String) -> [String] {
    filter { $0.isNamed(name) }.map(\.value)
  }
}

extension HeaderField: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The field as `name: value`.
  ///
  /// The value is redacted, except in fields that never contain a secret, such as `Host`. Of `Authorization`, only the signature
  /// is redacted.
  public var description: String { "\(name): \(shownValue)" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The name, and the value as ``description`` shows it.
  public var customMirror: Mirror {
    Mirror(self, children: ["name": name, "value": shownValue], displayStyle: .struct)
  }

  var shownValue: String { Redaction.header(name, value) }
}
