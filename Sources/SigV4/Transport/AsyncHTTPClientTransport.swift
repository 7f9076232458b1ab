#if AsyncHTTPClient
  import AsyncHTTPClient
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

  /// A transport on AsyncHTTPClient.
  ///
  /// Its client follows no redirect and uses no proxy, is shared by all copies and lives as long as the program. It has one
  /// limit on connecting for all requests, so the deadlines for connecting and for the first byte are one, their sum.
  public struct AsyncHTTPClientTransport: HTTPTransport {
    private static let client: HTTPClient = {
      var configuration = HTTPClient.Configuration()
      configuration.redirectConfiguration = .disallow
      // A refused connection is an answer, which the provider that asked may try again.
      configuration.connectionPool.retryConnectionEstablishment = false
      // Ends attempts that nobody waits for any longer; requests have deadlines of their own.
      configuration.timeout.connect = .seconds(60)
      return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Creates a transport.
    public init() {}

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Parameter request: What to send, and how long to wait.
    /// - Returns: The answer, with its whole body.
    /// - Throws: ``TransportError`` when there is no whole answer.
    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
      let outgoing = try HTTPClientRequest(request)
      let deadlines = request.deadlines
      // The client may be slow to notice a cancellation: its task is left behind, not waited for.
      let outcome = FirstOutcome<Result<TransportResponse, TransportError>>(ifCancelled: .failure(.cancelled))
      let timer = EventThread.shared.register([], until: .now + deadlines.whole) { _ in
        outcome.end(.failure(.timedOut(after: deadlines.whole, "no whole answer")))
      }
      guard let timer else { throw .noResources("thread or descriptor") }
      let exchange = Task { outcome.end(await Self.exchange(outgoing, deadlines, bodyLimit: request.bodyLimit)) }
      defer {
        EventThread.shared.unregister(timer)
        exchange.cancel()
      }
      return try await outcome.wait().get()
    }

    private static func exchange(
      _ request: HTTPClientRequest, _ deadlines: TransportDeadlines, bodyLimit: Int
    ) async -> Result<TransportResponse, TransportError> {
      let head = min(deadlines.connect + deadlines.firstByte, deadlines.whole)
      do {
        let answer = try await client.execute(request, deadline: .now() + TimeAmount(head))
        var response = TransportResponse(
          status: Int(answer.status.code), headers: answer.headers.map { HeaderField($0.name, $0.value) })
        // A length that no Int holds is too long too, and the client would wait for all of it.
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
        throw TransportError(.invalidRequest, "the URL isn't of the form http://host/path")
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
    /// The error of an exchange that had no whole answer; its own text is left out, since it may quote the URL's query.
    fileprivate init(_ error: any Error, _ head: Duration) {
      switch error {
      case is CancellationError: self = .cancelled
      case let error as NIOConnectionError where error.connectionErrors.contains(where: { $0.error.isOutOfDescriptors }):
        self = .noResources("descriptor")
      case is NIOConnectionError:
        self.init(.cannotConnect, "the connection was refused, there is no route or the host's name is unknown")
      case is IOError where error.isOutOfDescriptors: self = .noResources("descriptor")
      case let error as IOError where ![ECONNRESET, EPIPE].contains(error.errnoCode):
        self.init(.cannotConnect, "the connection was refused or there is no route")
      case let error as HTTPParserError where error == .invalidEOFState: self = .closedEarly
      case is IOError, is ChannelError: self = .closedEarly
      case is HTTPParserError: self = .notHTTP
      case let error as HTTPClientError:
        switch error {
        case .cancelled: self = .cancelled
        case .deadlineExceeded: self = .timedOut(after: head, "no answer")
        case .connectTimeout, .tlsHandshakeTimeout: self.init(.cannotConnect, "the connection timed out")
        case .remoteConnectionClosed: self = .closedEarly
        default: self.init(.badAnswer, "the exchange broke a rule of HTTP")
        }
      default: self.init(.cannotConnect, "TLS failed")
      }
    }
  }

  extension Error {
    /// Whether the process or the system has no descriptors left.
    fileprivate var isOutOfDescriptors: Bool {
      (self as? IOError).map { [EMFILE, ENFILE].contains($0.errnoCode) } ?? false
    }
  }
#endif
