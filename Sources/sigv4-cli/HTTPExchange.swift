import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends requests as they are: no redirects, which would need another signature, no caches and no cookies.
final class HTTPExchange: NSObject, URLSessionTaskDelegate {
  /// The status and body of an answer.
  struct Answer {
    let status: Int
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  static func send(_ request: URLRequest) async throws -> Answer {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = 30
    let session = URLSession(configuration: configuration, delegate: HTTPExchange(), delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    do {
      let (body, response) = try await session.data(for: request)
      guard let response = response as? HTTPURLResponse else { throw Failure("The answer isn't HTTP.") }
      return Answer(status: response.statusCode, body: body)
    } catch let error as URLError {
      throw Failure(
        "\(request.url?.absoluteString.redactedURL ?? "The URL") can't be reached: \(error.localizedDescription)")
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }
}
