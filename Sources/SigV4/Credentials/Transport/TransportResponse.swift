/// The answer to a ``TransportRequest``.
public struct TransportResponse: Sendable, Hashable {
  /// The status code, such as 200.
  public var status: Int
  /// The header fields.
  public var headers: [HeaderField]
  /// The body, complete and decoded from its chunks.
  public var body: [UInt8]

  /// Creates an answer from its parts.
  public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The value of the first field called `name`, whatever its letter case.
  func header(_ name: String) -> String? { headers.first { $0.isNamed(name) }?.value }
}

extension TransportResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The status and the size of the body, whose content may be secret.
  public var description: String { "\(status), \(body.count) bytes" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The status and the size of the body.
  public var customMirror: Mirror { Mirror(self, children: ["answer": description], displayStyle: .struct) }
}
