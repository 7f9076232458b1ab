public import SigV4

/// A request that reached a stand-in, and its connection.
public struct RecordedRequest: Sendable, Hashable {
  /// The method, target and headers as they were sent.
  public let request: SignableRequest
  /// The body; no longer than the server's limit.
  public let body: [UInt8]
  /// The number of the connection, counted from 0 in the order in which the server accepted them.
  public let connection: Int

  func matches(method: String?, pathPrefix: String) -> Bool {
    request.matches(method: method, pathPrefix: pathPrefix)
  }
}

extension SignableRequest {
  /// The target up to its query.
  var path: Substring { Substring(target.utf8.prefix { $0 != UInt8(ascii: "?") }) }

  func matches(method: String?, pathPrefix: String) -> Bool {
    method?.isSame(as: self.method) != false && path.begins(with: pathPrefix)
  }
}

extension RecordedRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The request as `SignableRequest` shows it, and the size of the body, which may contain a token.
  public var description: String { "connection \(connection): \(request)\n\(body.count) bytes" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The request, the size of the body, and the connection.
  public var customMirror: Mirror {
    Mirror(
      self, children: ["request": request, "bodyByteCount": body.count, "connection": connection], displayStyle: .struct
    )
  }
}
