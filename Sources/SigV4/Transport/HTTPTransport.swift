/// Sends the few HTTP requests that providers of credentials make.
///
/// A transport asks the host of the URL and nobody else, because credentials and session tokens must not reach others: it
/// follows no redirect and keeps no cookies. For `http` it should use no proxy; for `https` one may be in between, which
/// passes on what it can't read.
public protocol HTTPTransport: Sendable {
  /// Sends a request and returns the answer, whatever its status.
  ///
  /// It returns or throws within the request's deadlines, whatever the peer does, and at once when the calling task is
  /// cancelled.
  ///
  /// - Parameter request: What to send, and how long to wait.
  /// - Returns: The answer, with its whole body.
  /// - Throws: ``TransportError`` when there is no whole answer.
  func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse
}

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

/// Why a transport has no answer to give.
public struct TransportError: Error, Hashable {
  /// What kind of failure it is, for code to act upon.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// There is no connection: refused, no route, unknown host, no TLS, or not in time; nothing was sent.
    public static let cannotConnect = Code("cannotConnect")
    /// A deadline passed, as far as is known after connecting.
    public static let timedOut = Code("timedOut")
    /// The connection ended before the answer did.
    public static let closed = Code("closed")
    /// The answer isn't HTTP, or is longer than the limit.
    public static let badAnswer = Code("badAnswer")
    /// The request can't be sent as it is.
    public static let invalidRequest = Code("invalidRequest")
    /// This process has no descriptor, thread or memory left for an exchange; nothing was sent.
    public static let systemResources = Code("systemResources")
    /// The calling task was cancelled.
    public static let cancelled = Code("cancelled")
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was wrong, as part of a sentence and without secrets.
  public let message: String

  /// Creates an error; the message must hold no secret.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static let cancelled = TransportError(.cancelled, "the calling task was cancelled")
  static let closedEarly = TransportError(.closed, "the connection was closed before the answer was whole")

  static func noResources(_ what: String) -> TransportError {
    TransportError(
      .systemResources, "this process has no \(what) left; raise its limit (ulimit -n, -u) or do less at once")
  }

  static func timedOut(after time: Duration, _ what: String) -> TransportError {
    TransportError(.timedOut, "\(what) within \(time)")
  }
}

extension TransportError: CustomStringConvertible {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}

/// How long an exchange of request and answer may take.
public struct TransportDeadlines: Sendable, Hashable {
  /// The time to connect.
  public var connect: Duration
  /// The time from then to the first byte of the answer.
  public var firstByte: Duration
  /// The time for everything, from the call to the last byte of the answer.
  public var whole: Duration

  /// Creates deadlines; where left out, those for a service on the same machine or link: 1 s, 1 s, and 3 s for all.
  public init(connect: Duration = .seconds(1), firstByte: Duration = .seconds(1), whole: Duration = .seconds(3)) {
    self.connect = connect
    self.firstByte = firstByte
    self.whole = whole
  }
}

extension SecretRuns {
  /// Creates the runs of the secrets in `request`, and of `others`.
  ///
  /// A secret is every header value that ``Redaction`` doesn't show, the signature of `Authorization`, and the URL's path
  /// and query: on ECS, whoever knows the path gets the credentials.
  init(_ request: TransportRequest, and others: [String?] = []) {
    let values = request.headers.filter { $0.shownValue != $0.value }.map { header in
      let parts = header.isNamed("authorization") ? try? SignatureClaim.Parts(authorization: header.value) : nil
      return parts.map { $0.string($0.signature) } ?? header.value
    }
    self.init(
      values + [HTTPURL(request.url)?.target ?? ""], except: Self.documentedPaths, and: others.compactMap { $0 })
  }

  /// The words of 8 bytes or longer in the documented URLs: messages use them too.
  private static let documentedPaths = [
    "/latest/meta-data/iam/security-credentials-extended/", "/v1/credentials", "/v2/credentials/",
  ]
}
