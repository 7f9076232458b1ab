#if URLSession && canImport(Darwin)
  import Foundation

  /// A transport on Foundation's `URLSession`, on Apple platforms.
  ///
  /// Its sessions have no cache, cookies or proxy. `URLSession` doesn't report when it has connected, so the deadlines for
  /// connecting and for the first byte are one, their sum.
  public struct URLSessionTransport: HTTPTransport {
    private let session: URLSessionExchanges

    /// Creates a transport with a session of its own, whose connections are shared by copies of the transport.
    public init() { session = URLSessionExchanges() }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Parameter request: What to send, and how long to wait.
    /// - Returns: The answer, with its whole body.
    /// - Throws: ``TransportError`` when there is no whole answer.
    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
      let exchange = URLSessionExchange(bodyLimit: request.bodyLimit)
      let task = try session.task(for: URLRequest(request), exchange)
      let deadlines = request.deadlines
      let watch = Task {
        let start = ContinuousClock.now
        let head = min(deadlines.connect + deadlines.firstByte, deadlines.whole)
        var outcome = await EventThread.shared.wait(for: [], until: start + head)
        if outcome == .late {
          guard exchange.hasHead else { return exchange.end(.failure(.timedOut(after: head, "no answer"))) }
          outcome = await EventThread.shared.wait(for: [], until: start + deadlines.whole)
        }
        switch outcome {
        case .late, .ready: exchange.end(.failure(.timedOut(after: deadlines.whole, "no whole answer")))
        case .noResources: exchange.end(.failure(.noResources("thread or descriptor")))
        case .cancelled: break
        }
      }
      defer {
        watch.cancel()
        // Ends what a deadline, the size limit or a cancellation has left behind; a finished task doesn't mind.
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
        throw TransportError(.invalidRequest, "the URL isn't of the form http://host/path")
      }
      self.init(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
      httpMethod = request.method
      // Later than the deadlines, which are kept by the transport itself.
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
