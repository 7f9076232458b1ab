#if URLSession && canImport(Darwin)
  import Foundation
  import Synchronization

  /// A session and the exchanges that are on their way in it.
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

    /// A task that reports to `exchange` once it is resumed.
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
