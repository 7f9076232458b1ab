#if URLSession && canImport(Darwin)
  import Foundation

  /// Sends requests with Foundation's `URLSession`, on Apple platforms.
  ///
  /// Its sessions have no cache, cookies or proxy. `URLSession` doesn't report when it has connected. So the first byte is due
  /// after the sum of the two deadlines, for connecting and for the first byte.
  ///
  /// <!-- not compiled: it requires an Apple platform -->
  /// ```swift
  /// let provider = CredentialChain(transport: URLSessionTransport()).cached()
  /// ```
  public struct URLSessionTransport: HTTPTransport {
    private let session: URLSessionExchanges

    /// Creates a transport with its own session, which its copies share.
    public init() { session = URLSessionExchanges() }

    /// Sends a request and returns the response, whatever its status.
    ///
    /// - Parameter request: The request and its deadlines.
    /// - Returns: The response with its complete body.
    /// - Throws: ``TransportError`` if there is no complete response.
    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
      let exchange = URLSessionExchange(bodyLimit: request.bodyLimit)
      let task = try session.task(for: URLRequest(request), exchange)
      let deadlines = request.deadlines
      let watch = Task {
        let start = ContinuousClock.now
        let head = min(deadlines.connect + deadlines.firstByte, deadlines.whole)
        var outcome = await EventThread.shared.wait(for: [], until: start + head)
        if outcome == .late {
          guard exchange.hasHead else { return exchange.end(.failure(.timedOut(after: head, "no response"))) }
          outcome = await EventThread.shared.wait(for: [], until: start + deadlines.whole)
        }
        switch outcome {
        case .late, .ready: exchange.end(.failure(.timedOut(after: deadlines.whole, "no complete response")))
        case .noResources: exchange.end(.failure(.noResources("thread or descriptor")))
        case .cancelled: break
        }
      }
      defer {
        watch.cancel()
        // Ends a task that a deadline, the size limit or a cancellation has abandoned.
        task.cancel()
      }
      let result = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          exchange.wait(continuation)
          task.resume()
        }
      } onCancel: {
        exchange.end(.failure(.cancelled))
      }
      return try result.get()
    }
  }

  extension URLRequest {
    fileprivate init(_ request: TransportRequest) throws(TransportError) {
      guard let url = URL(string: request.url, encodingInvalidCharacters: false), let host = url.host(),
        !host.isEmpty, ["http", "https"].contains(url.scheme?.lowercased()), (0...65_535).contains(url.port ?? 0)
      else {
        throw TransportError(.invalidRequest, "the URL must have the form http://host/path")
      }
      self.init(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
      httpMethod = request.method
      // Later than the deadlines, which the transport enforces itself.
      timeoutInterval = Double(request.deadlines.whole.components.seconds) + 10
      httpShouldHandleCookies = false
      if !request.body.isEmpty { httpBody = Data(request.body) }
      for header in request.headers {
        try header.checkForTransport()
        addValue(header.value, forHTTPHeaderField: header.name)
      }
    }
  }
#endif

#if URLSession && canImport(Darwin)
  import Foundation
  import Synchronization

  /// A session and its active exchanges.
  final class URLSessionExchanges: Sendable {
    private let delegate = Delegate()
    private let session: URLSession

    init() {
      let configuration = URLSessionConfiguration.ephemeral
      configuration.urlCache = nil
      configuration.httpCookieStorage = nil
      configuration.httpCookieAcceptPolicy = .never
      configuration.httpShouldSetCookies = false
      configuration.urlCredentialStorage = nil
      configuration.connectionProxyDictionary = [:]
      session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    /// Creates a task that reports to `exchange` once it is resumed.
    func task(for request: URLRequest, _ exchange: URLSessionExchange) -> URLSessionDataTask {
      let task = session.dataTask(with: request)
      delegate.exchanges.withLock { $0[task.taskIdentifier] = exchange }
      return task
    }

    private final class Delegate: NSObject, URLSessionDataDelegate, Sendable {
      let exchanges = Mutex<[Int: URLSessionExchange]>([:])

      private func exchange(_ task: URLSessionTask) -> URLSessionExchange? {
        exchanges.withLock { $0[task.taskIdentifier] }
      }

      func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
      ) {
        completionHandler(nil)
      }

      func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
      ) {
        exchange(dataTask)?.received(response)
        completionHandler(.allow)
      }

      func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        exchange(dataTask)?.received(data)
      }

      func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }?.complete(error)
      }
    }
  }
#endif

#if URLSession && canImport(Darwin)
  import Foundation
  import Synchronization

  /// An active request and the caller that waits for its response; later outcomes are ignored.
  final class URLSessionExchange: Sendable {
    typealias Outcome = Result<TransportResponse, TransportError>

    private enum State {
      case waiting(TransportResponse?, CheckedContinuation<Outcome, Never>?)
      case ended(Outcome)
    }

    private let state = Mutex(State.waiting(nil, nil))
    private let bodyLimit: Int

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    /// Whether the status and headers have arrived, or the exchange has ended.
    var hasHead: Bool {
      state.withLock { if case .waiting(nil, _) = $0 { false } else { true } }
    }

    /// Resumes `continuation` with the outcome, now or later.
    func wait(_ continuation: CheckedContinuation<Outcome, Never>) {
      let ended: Outcome? = state.withLock { state in
        switch state {
        case .waiting(let response, _):
          state = .waiting(response, continuation)
          return nil
        case .ended(let outcome):
          return outcome
        }
      }
      if let ended { continuation.resume(returning: ended) }
    }

    func received(_ response: URLResponse) {
      guard let http = response as? HTTPURLResponse else {
        return end(.failure(.notHTTP))
      }
      let headers = http.allHeaderFields.map { HeaderField("\($0.key)", "\($0.value)") }
      state.withLock { state in
        guard case .waiting(_, let continuation) = state else { return }
        state = .waiting(TransportResponse(status: http.statusCode, headers: headers), continuation)
      }
    }

    func received(_ data: Data) {
      let isWithinLimit = state.withLock { state in
        guard case .waiting(var response?, let continuation) = state else { return true }
        guard data.count <= bodyLimit - response.body.count else { return false }
        response.body.append(contentsOf: data)
        state = .waiting(response, continuation)
        return true
      }
      if !isWithinLimit {
        end(.failure(.tooLong(bodyLimit)))
      }
    }

    /// Ends with the received response or with an error.
    func complete(_ error: (any Error)?) {
      if let error { return end(.failure(TransportError(error))) }
      let response: TransportResponse? = state.withLock { state in
        if case .waiting(let response, _) = state { response } else { nil }
      }
      if let response {
        end(.success(response))
      } else {
        end(.failure(TransportError(.closed, "the connection was closed")))
      }
    }

    func end(_ outcome: Outcome) {
      let continuation: CheckedContinuation<Outcome, Never>? = state.withLock { state in
        guard case .waiting(_, let continuation) = state else { return nil }
        state = .ended(outcome)
        return continuation
      }
      continuation?.resume(returning: outcome)
    }
  }

  extension TransportError {
    /// Converts the task's error; its text is omitted because it may quote the URL's query.
    fileprivate init(_ error: any Error) {
      let code = URLError.Code(rawValue: (error as NSError).code)
      switch code {
      case .timedOut: self.init(.timedOut, "the connection timed out")
      case .cannotFindHost, .dnsLookupFailed: self.init(.cannotConnect, "the host name is unknown")
      case .cannotConnectToHost: self.init(.cannotConnect, "the connection was refused or there is no route")
      case .notConnectedToInternet: self.init(.cannotConnect, "there is no network")
      case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
        .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
        .clientCertificateRequired:
        self.init(.cannotConnect, "TLS failed")
      case .cancelled: self = .cancelled
      case .cannotParseResponse, .cannotDecodeContentData, .cannotDecodeRawData:
        self = .notHTTP
      default: self = .closedEarly
      }
    }
  }
#endif
