#if URLSession && canImport(Darwin)
  import Foundation
  import Synchronization

  /// One request on its way, and the caller that waits for the answer; the first outcome counts.
  final class URLSessionExchange: Sendable {
    typealias Outcome = Result<TransportResponse, TransportError>

    private enum State {
      case waiting(TransportResponse?, CheckedContinuation<Outcome, Never>?)
      case ended(Outcome)
    }

    private let state = Mutex(State.waiting(nil, nil))
    private let bodyLimit: Int

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    /// Whether the answer's status and headers are there, or its end has come.
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

    /// Ends with the answer so far, which is whole, or with what went wrong.
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
    /// The error of a task that had no whole answer; its own text is left out, since it may quote the URL's query.
    fileprivate init(_ error: any Error) {
      let code = URLError.Code(rawValue: (error as NSError).code)
      switch code {
      case .timedOut: self.init(.timedOut, "the connection timed out")
      case .cannotFindHost, .dnsLookupFailed: self.init(.cannotConnect, "the host's name is unknown")
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
