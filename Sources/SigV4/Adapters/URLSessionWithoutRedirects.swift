#if URLSession
  #if canImport(FoundationNetworking)
    import Foundation
    import FoundationNetworking
  #else
    import Foundation
  #endif
  import Synchronization

  /// Sends requests without following redirects: a signature is valid for one host and one path.
  ///
  /// The session has a delegate, because FoundationNetworking doesn't call a single task's delegate for redirects.
  struct URLSessionWithoutRedirects: Sendable {
    /// The shared instance, whose connections the next request reuses.
    static let shared = URLSessionWithoutRedirects()

    private let delegate: Delegate
    private let session: URLSession

    private init() {
      delegate = Delegate()
      let configuration = URLSessionConfiguration.ephemeral
      configuration.urlCache = nil
      configuration.httpCookieStorage = nil
      configuration.httpShouldSetCookies = false
      configuration.urlCredentialStorage = nil
      session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    }

    /// Returns the body and the response; throws `URLError` if there is none, and `CancellationError`.
    func data(for request: URLRequest) async throws -> (Data, HTTPURLResponse) {
      let task = session.dataTask(with: request)
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          delegate.exchanges.withLock { $0[task.taskIdentifier] = (continuation, Data()) }
          // An earlier cancellation found no task to cancel.
          if Task.isCancelled { delegate.cancel(task) } else { task.resume() }
        }
      } onCancel: {
        delegate.cancel(task)
      }
    }

    private final class Delegate: NSObject, URLSessionDataDelegate, Sendable {
      typealias Exchange = (continuation: CheckedContinuation<(Data, HTTPURLResponse), any Error>, body: Data)

      let exchanges = Mutex<[Int: Exchange]>([:])

      func cancel(_ task: URLSessionTask) {
        // Removes the exchange first, because the cancelled task also reports an error.
        let exchange = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        task.cancel()
        exchange?.continuation.resume(throwing: CancellationError())
      }

      func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
      ) {
        completionHandler(nil)
      }

      #if canImport(FoundationNetworking)
        /// Ends a request that is answered with 401 and `WWW-Authenticate`.
        ///
        /// Without this, FoundationNetworking never ends it (swift-corelibs-foundation, issue 5456).
        func urlSession(
          _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
          completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
          if let response = challenge.failureResponse as? HTTPURLResponse,
            let exchange = exchanges.withLock({ $0.removeValue(forKey: task.taskIdentifier) })
          {
            exchange.continuation.resume(returning: (exchange.body, response))
          }
          completionHandler(.cancelAuthenticationChallenge, nil)
        }
      #endif

      func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        exchanges.withLock { $0[dataTask.taskIdentifier]?.body.append(data) }
      }

      func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = exchanges.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        if let response = task.response as? HTTPURLResponse, error == nil {
          exchange.continuation.resume(returning: (exchange.body, response))
        } else {
          exchange.continuation.resume(throwing: error ?? URLError(.badServerResponse))
        }
      }
    }
  }
#endif
