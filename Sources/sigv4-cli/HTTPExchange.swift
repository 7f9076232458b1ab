@preconcurrency import Foundation
import SigV4
import Synchronization

#if canImport(FoundationNetworking)
  @preconcurrency import FoundationNetworking
#endif

/// Sends a request as it is: no redirects, which would need another signature, no caches and no cookies.
final class HTTPExchange: NSObject, URLSessionDataDelegate {
  /// The status, headers and body of an answer.
  struct Answer {
    var status = 0
    var headers: [HeaderField] = []
    /// The body, or its beginning.
    var body = Data()

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// The functions that are called while a request is sent and its answer is received, one call at a time.
  struct Handlers: Sendable {
    /// The number of bytes of the body that were sent so far.
    var sent: @Sendable (Int) -> Void = { _ in }
    /// The answer without its body.
    var head: @Sendable (Answer) throws -> Void = { _ in }
    /// The next bytes of the body.
    var body: @Sendable (Data) throws -> Void = { _ in }
  }

  private struct State {
    var answer = Answer()
    var hasHead = false
    var continuation: CheckedContinuation<Answer, any Error>?
    var task: URLSessionTask?
  }

  private let handlers: Handlers
  /// The bytes of the body that the answer keeps.
  private let limit: Int
  private let isCancellable: Bool
  private let state = Mutex(State())

  private init(_ handlers: Handlers, limit: Int, isCancellable: Bool) {
    (self.handlers, self.limit, self.isCancellable) = (handlers, limit, isCancellable)
  }

  /// Sends a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - file: The body, if it is a file.
  ///   - timeout: The time for the whole exchange; without it, 30 seconds without a byte end the exchange.
  ///   - limit: The bytes of the body to keep in the answer; the handlers receive all of them.
  ///   - handlers: The functions to call meanwhile. An error of one ends the exchange.
  /// - Returns: The answer, of any status.
  /// - Throws: ``Failure`` if there is no answer, and the errors of the handlers.
  static func send(
    _ request: URLRequest, file: URL? = nil, timeout: Duration? = nil, limit: Int = .max,
    handlers: Handlers = Handlers()
  ) async throws -> Answer {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout.map { TimeInterval($0.components.seconds) + 1 } ?? 30
    configuration.httpCookieStorage = nil
    // On Linux, a task that is cancelled while it reads a file traps (swift-corelibs-foundation); the program's end stops it.
    let isCancellable = file == nil
    let exchange = HTTPExchange(handlers, limit: limit, isCancellable: isCancellable)
    let session = URLSession(configuration: configuration, delegate: exchange, delegateQueue: nil)
    defer { if isCancellable { session.invalidateAndCancel() } else { session.finishTasksAndInvalidate() } }
    do {
      return try await exchange.result(
        of: file.map { session.uploadTask(with: request, fromFile: $0) } ?? session.dataTask(with: request), timeout)
    } catch let error as URLError {
      let url = request.url?.absoluteString.redactedURL ?? "The URL"
      let reason = error.localizedDescription
      let end = reason.hasSuffix(".") ? "" : "."
      throw Failure("The request to \(url) failed: \(reason)\(end) Check the URL and the network.")
    }
  }

  private func result(of task: URLSessionTask, _ timeout: Duration?) async throws -> Answer {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        state.withLock {
          $0.continuation = continuation
          $0.task = task
        }
        if let timeout {
          DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(timeout.components.seconds))) {
            [weak self] in
            let limit = "The exchange didn't end within \(timeout.components.seconds) s"
            self?.end(.failure(Failure("\(limit). Check whether the service responds, or raise --timeout.")))
          }
        }
        task.resume()
        if Task.isCancelled { end(.failure(CancellationError())) }
      }
    } onCancel: {
      end(.failure(CancellationError()))
    }
  }

  /// Ends the exchange, unless it has ended.
  private func end(_ result: Result<Answer, any Error>) {
    let (continuation, task) = state.withLock { state in
      defer { state.continuation = nil }
      return (state.continuation, state.task)
    }
    continuation?.resume(with: result)
    if case .failure = result, isCancellable { task?.cancel() }
  }

  private var hasEnded: Bool { state.withLock { $0.continuation == nil } }

  /// Reads the head of the answer, once.
  private func readHead(_ response: URLResponse?) throws {
    guard !state.withLock(\.hasHead) else { return }
    guard let response = response as? HTTPURLResponse else {
      throw Failure("The response isn't HTTP. Use a URL that begins with http:// or https://.")
    }
    var answer = Answer(status: response.statusCode)
    for (name, value) in response.allHeaderFields {
      answer.headers.append(HeaderField("\(name)", "\(value)"))
    }
    answer.headers.sort { $0.name.lowercased() < $1.name.lowercased() }
    state.withLock { ($0.answer, $0.hasHead) = (answer, true) }
    try handlers.head(answer)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
    totalBytesExpectedToSend: Int64
  ) {
    if !hasEnded { handlers.sent(Int(totalBytesSent)) }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard !hasEnded else { return }
    do {
      try readHead(dataTask.response)
      state.withLock { $0.answer.body += data.prefix(limit - $0.answer.body.count) }
      try handlers.body(data)
    } catch { end(.failure(error)) }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    guard !hasEnded else { return }
    do {
      if let error { throw error }
      try readHead(task.response)
      end(.success(state.withLock(\.answer)))
    } catch { end(.failure(error)) }
  }
}
