#if AsyncHTTPClient
  public import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import NIOPosix

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #elseif canImport(Android)
    import Android
  #elseif canImport(Darwin)
    import Darwin
  #endif

  /// Sends requests with AsyncHTTPClient: with a client of its own, or with yours.
  ///
  /// A client has one connection timeout for all requests. So the first byte is due after the sum of the two deadlines, for
  /// connecting and for the first byte.
  ///
  /// ```swift
  /// let provider = CredentialChain(transport: AsyncHTTPClientTransport()).cached()
  /// ```
  public struct AsyncHTTPClientTransport: HTTPTransport {
    private static let shared: HTTPClient = {
      var configuration = HTTPClient.Configuration()
      configuration.redirectConfiguration = .disallow
      // The providers decide whether to retry a refused connection.
      configuration.connectionPool.retryConnectionEstablishment = false
      // Ends abandoned connection attempts; each request also has its own deadlines.
      configuration.timeout.connect = .seconds(60)
      return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let client: HTTPClient

    /// Creates a transport with the process's shared client, which follows no redirect and uses no proxy.
    public init() { client = Self.shared }

    /// Creates a transport that uses your client.
    ///
    /// The transport never shuts the client down: do so after the last request of each provider that uses it.
    ///
    /// ```swift
    /// var configuration = HTTPClient.Configuration()
    /// configuration.redirectConfiguration = .disallow
    /// configuration.connectionPool.retryConnectionEstablishment = false
    /// let client = HTTPClient(configuration: configuration)
    /// let provider = CredentialChain(transport: AsyncHTTPClientTransport(client))
    /// ```
    ///
    /// These settings of the client matter:
    ///
    /// - `redirectConfiguration` must be `.disallow`. Otherwise the client follows a redirect and sends tokens to another host,
    ///   before ``send(_:)`` throws.
    /// - `connectionPool.retryConnectionEstablishment` should be `false`. Otherwise the client connects again to a port that
    ///   refuses connections, until the deadline.
    /// - `timeout.connect` and `timeout.read` end a request if they are shorter than its deadlines.
    /// - A `proxy` sees tokens and credentials that are sent by `http`, as those of containers and instance metadata are.
    /// - `tlsConfiguration` decides which certificates are trusted.
    ///
    /// - Parameter client: The client.
    public init(_ client: HTTPClient) { self.client = client }

    /// Sends a request and returns the response, whatever its status.
    ///
    /// - Parameter request: The request and its deadlines.
    /// - Returns: The response with its complete body.
    /// - Throws: ``TransportError`` if there is no complete response.
    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
      let outgoing = try HTTPClientRequest(request)
      let deadlines = request.deadlines
      // The client can be slow to notice a cancellation, so its task isn't awaited.
      let outcome = FirstOutcome<Result<TransportResponse, TransportError>>(ifCancelled: .failure(.cancelled))
      let timer = EventThread.shared.register([], until: .now + deadlines.whole) { _ in
        outcome.end(.failure(.timedOut(after: deadlines.whole, "no complete response")))
      }
      guard let timer else { throw .noResources("thread or descriptor") }
      let exchange = Task { outcome.end(await self.exchange(outgoing, deadlines, bodyLimit: request.bodyLimit)) }
      defer {
        EventThread.shared.unregister(timer)
        exchange.cancel()
      }
      return try await outcome.wait().get()
    }

    private func exchange(
      _ request: HTTPClientRequest, _ deadlines: TransportDeadlines, bodyLimit: Int
    ) async -> Result<TransportResponse, TransportError> {
      let head = min(deadlines.connect + deadlines.firstByte, deadlines.whole)
      do {
        let answer = try await client.execute(request, deadline: .now() + TimeAmount(head))
        guard answer.history.count < 2 else { return .failure(.redirected) }
        var response = TransportResponse(
          status: Int(answer.status.code), headers: answer.headers.map { HeaderField($0.name, $0.value) })
        // A length that overflows Int is too long, and the client would wait for all of it.
        let lengths = request.method == .HEAD ? [] : answer.headers["Content-Length"]
        guard lengths.allSatisfy({ Int($0).map { $0 <= bodyLimit } ?? false }) else {
          return .failure(.tooLong(bodyLimit))
        }
        for try await part in answer.body {
          guard part.readableBytes <= bodyLimit - response.body.count else { return .failure(.tooLong(bodyLimit)) }
          response.body += part.readableBytesView
        }
        return .success(response)
      } catch {
        return .failure(TransportError(error, head))
      }
    }
  }

  extension HTTPClientRequest {
    fileprivate init(_ request: TransportRequest) throws(TransportError) {
      guard HTTPURL(request.url) != nil else {
        throw TransportError(.invalidRequest, "the URL must have the form http://host/path")
      }
      self.init(url: request.url)
      method = HTTPMethod(rawValue: request.method)
      for header in request.headers {
        try header.checkForTransport()
        headers.add(name: header.name, value: header.value)
      }
      if !request.body.isEmpty { body = .bytes(request.body) }
    }
  }

  extension TransportError {
    fileprivate static let redirected = TransportError(
      .badAnswer,
      "AsyncHTTPClient followed a redirect; create the client with redirectConfiguration = .disallow")

    /// Converts the client's error; its text is omitted because it may quote the URL's query.
    fileprivate init(_ error: any Error, _ head: Duration) {
      switch error {
      case is CancellationError: self = .cancelled
      case let error as NIOConnectionError where error.connectionErrors.contains(where: { $0.error.isOutOfResources }):
        self = .noResources("descriptor or memory")
      case is NIOConnectionError:
        self.init(.cannotConnect, "the connection was refused, there is no route, or the host name is unknown")
      case is IOError where error.isOutOfResources: self = .noResources("descriptor or memory")
      case let error as IOError where ![ECONNRESET, EPIPE].contains(error.errnoCode):
        self.init(.cannotConnect, "the connection was refused or there is no route")
      case let error as HTTPParserError where error == .invalidEOFState: self = .closedEarly
      case is IOError, is ChannelError: self = .closedEarly
      case is HTTPParserError: self = .notHTTP
      case let error as HTTPClientError:
        switch error {
        case .cancelled: self = .cancelled
        case .deadlineExceeded: self = .timedOut(after: head, "no response")
        case .readTimeout, .writeTimeout: self.init(.timedOut, "the client's own timeout for the connection passed")
        case .connectTimeout, .tlsHandshakeTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout:
          self.init(.cannotConnect, "the connection timed out")
        case .proxyAuthenticationRequired, .invalidProxyResponse:
          self.init(.cannotConnect, "the client's proxy rejected the connection")
        case .redirectLimitReached, .redirectCycleDetected: self = .redirected
        case .alreadyShutdown: self.init(.invalidRequest, "the HTTPClient is shut down")
        case .remoteConnectionClosed: self = .closedEarly
        default: self.init(.badAnswer, "the response violates HTTP")
        }
      default: self.init(.cannotConnect, "TLS failed")
      }
    }
  }

  extension AsyncHTTPClientTransport: CustomReflectable {
    /// Nothing: the client's settings can contain secrets.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
  }

  extension Error {
    /// Whether the call failed because no descriptor or memory was left.
    fileprivate var isOutOfResources: Bool {
      (self as? IOError).map { SystemErrorNumber.isExhaustion($0.errnoCode) } ?? false
    }
  }
#endif
