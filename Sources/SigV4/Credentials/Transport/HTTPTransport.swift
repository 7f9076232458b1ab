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
