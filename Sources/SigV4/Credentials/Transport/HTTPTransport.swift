/// Sends the few HTTP requests that providers of credentials make.
///
/// A transport goes straight to the host of the URL: it follows no redirect, keeps no cookies, and uses no
/// proxy, because credentials and session tokens must not reach anybody else.
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
