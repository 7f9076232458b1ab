/// A request that a provider of credentials sends, and how long it waits for the answer.
public struct TransportRequest: Sendable, Hashable {
  /// The method, such as `GET`.
  public var method: String
  /// The URL as text, `http` or `https`, sent as it is.
  public var url: String
  /// The header fields, without those that the transport sets itself (`Host`, `Content-Length`).
  public var headers: [HeaderField]
  /// The body.
  public var body: [UInt8]
  /// How long to wait for each part of the exchange.
  public var deadlines: TransportDeadlines
  /// The longest body that an answer may have, in bytes.
  public var bodyLimit: Int

  /// The longest body where nothing else is asked for: 64 KiB.
  public static let defaultBodyLimit = 65_536

  /// Creates a request from its parts.
  public init(
    method: String = "GET",
    url: String,
    headers: [HeaderField] = [],
    body: [UInt8] = [],
    deadlines: TransportDeadlines = TransportDeadlines(),
    bodyLimit: Int = defaultBodyLimit
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.deadlines = deadlines
    self.bodyLimit = bodyLimit
  }
}

extension TransportRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The method, and the URL's scheme, host and port; paths, queries, headers and bodies carry tokens and stay out.
  public var description: String { "\(method) \(HTTPURL(url)?.origin ?? "no URL")" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The same as ``description``.
  public var customMirror: Mirror { Mirror(self, children: ["request": description], displayStyle: .struct) }
}
