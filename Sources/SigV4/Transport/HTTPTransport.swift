#if canImport(FoundationEssentials)
  public import protocol FoundationEssentials.LocalizedError
#else
  public import protocol Foundation.LocalizedError
#endif

/// Sends the HTTP requests of credential providers.
///
/// A transport contacts only the host of the URL, because no other host may see credentials and session tokens. It follows no
/// redirect and keeps no cookies. For `http` it must use no proxy. For `https` a proxy may forward the encrypted bytes.
///
/// ```swift
/// struct LoggingTransport: HTTPTransport {
///   func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
///     print(request)  // method, scheme, host and port
///     return try await DefaultTransport().send(request)
///   }
/// }
/// let provider = CredentialChain(transport: LoggingTransport()).cached()
/// ```
public protocol HTTPTransport: Sendable {
  /// Sends a request and returns the response, whatever its status.
  ///
  /// It returns or throws within the request's deadlines, whatever the peer does, and immediately if the calling task is
  /// cancelled.
  ///
  /// - Parameter request: The request and its deadlines.
  /// - Returns: The response with its complete body.
  /// - Throws: ``TransportError`` if there is no complete response.
  func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse
}

/// A request of a credential provider, with its deadlines.
///
/// ```swift
/// let request = TransportRequest(url: "http://169.254.170.2/v2/credentials", headers: [HeaderField("Accept", "*/*")])
/// let response = try await SocketTransport().send(request)
/// ```
public struct TransportRequest: Sendable, Hashable {
  /// The method, such as `GET`.
  public var method: String
  /// The URL as text, `http` or `https`, sent unchanged.
  public var url: String
  /// The header fields, without those that the transport sets itself (`Host`, `Content-Length`).
  public var headers: [HeaderField]
  /// The body.
  public var body: [UInt8]
  /// The deadlines of the exchange.
  public var deadlines: TransportDeadlines
  /// The maximum size of the response body, in bytes.
  public var bodyLimit: Int

  /// The default maximum size of the response body: 64 KiB.
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
  /// The method and the URL's scheme, host and port, without the parts that can contain tokens.
  public var description: String { "\(method) \(HTTPURL(url)?.origin ?? "no URL")" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The same as ``description``.
  public var customMirror: Mirror { Mirror(self, children: ["request": description], displayStyle: .struct) }
}

/// The response to a ``TransportRequest``.
///
/// ```swift
/// struct Replay: HTTPTransport {
///   func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
///     TransportResponse(status: 404)
///   }
/// }
/// let provider = ContainerCredentialProvider(transport: Replay())
/// ```
public struct TransportResponse: Sendable, Hashable {
  /// The status code, such as 200.
  public var status: Int
  /// The header fields.
  public var headers: [HeaderField]
  /// The complete body, without chunk framing.
  public var body: [UInt8]

  /// Creates a response from its parts.
  public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

extension TransportResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The status and the size of the body; its content may be secret.
  public var description: String { "\(status), \(body.count) bytes" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The status and the size of the body.
  public var customMirror: Mirror { Mirror(self, children: ["response": description], displayStyle: .struct) }
}

/// The error of a transport that has no complete response.
///
/// ```swift
/// struct Unreachable: HTTPTransport {
///   func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
///     throw TransportError(.cannotConnect, "there is no route to the host")
///   }
/// }
/// ```
public struct TransportError: Error, Hashable {
  /// The kind of failure, for code to act on.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// The connection failed before anything was sent: refused, no route, unknown host, no TLS, or too slow.
    public static let cannotConnect = Code("cannotConnect")
    /// A deadline passed, after connecting if that is known.
    public static let timedOut = Code("timedOut")
    /// The connection ended before the response did.
    public static let closed = Code("closed")
    /// The response isn't valid HTTP or is longer than the limit.
    public static let badAnswer = Code("badAnswer")
    /// The request is malformed or unsupported.
    public static let invalidRequest = Code("invalidRequest")
    /// This process has no descriptor, thread or memory left, and nothing was sent.
    public static let systemResources = Code("systemResources")
    /// The calling task was cancelled.
    public static let cancelled = Code("cancelled")
  }

  /// The kind of failure.
  public let code: Code
  /// A description of the failure, as part of a sentence and without secrets.
  public let message: String

  /// Creates an error; the message must not contain secrets.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static let cancelled = TransportError(.cancelled, "the calling task was cancelled")
  static let closedEarly = TransportError(.closed, "the connection was closed before the response was complete")

  static func noResources(_ what: String) -> TransportError {
    TransportError(
      .systemResources,
      "this process has no \(what) left; raise its limits (ulimit -n, -u) or send fewer requests at a time")
  }

  static func timedOut(after time: Duration, _ what: String) -> TransportError {
    TransportError(.timedOut, "\(what) within \(time)")
  }
}

extension TransportError: CustomStringConvertible, LocalizedError {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
  /// The message, which `localizedDescription` returns.
  public var errorDescription: String? { message }
}

/// The deadlines of an exchange.
///
/// ```swift
/// let deadlines = TransportDeadlines(connect: .seconds(2), firstByte: .seconds(5), whole: .seconds(10))
/// let request = TransportRequest(url: "https://sts.us-west-2.amazonaws.com/", deadlines: deadlines)
/// ```
public struct TransportDeadlines: Sendable, Hashable {
  /// The maximum time to connect.
  public var connect: Duration
  /// The maximum time from then to the first byte of the response.
  public var firstByte: Duration
  /// The maximum total time, from the call to the last byte of the response.
  public var whole: Duration

  /// Creates deadlines, which default to those for a service on the same machine or link: 1 s, 1 s, and 3 s in total.
  public init(connect: Duration = .seconds(1), firstByte: Duration = .seconds(1), whole: Duration = .seconds(3)) {
    self.connect = connect
    self.firstByte = firstByte
    self.whole = whole
  }
}

extension SecretRuns {
  /// Creates the runs of the secrets in `request` and of `others`.
  ///
  /// The secrets are every header value that ``Redaction`` doesn't show, the signature of `Authorization`, and the URL's path and
  /// query. On ECS, the path alone gives access to the credentials.
  init(_ request: TransportRequest, and others: [String?] = []) {
    let values = request.headers.filter { $0.shownValue != $0.value }.map { header in
      let parts = header.isNamed("authorization") ? try? SignatureClaim.Parts(authorization: header.value) : nil
      return parts.map { $0.string($0.signature) } ?? header.value
    }
    self.init(
      values + [HTTPURL(request.url)?.target ?? ""], except: Self.documentedPaths, and: others.compactMap { $0 })
  }

  /// The words of 8 bytes or more in the documented URLs, which messages can contain too.
  private static let documentedPaths = [
    "/latest/meta-data/iam/security-credentials-extended/", "/v1/credentials", "/v2/credentials/",
  ]
}
