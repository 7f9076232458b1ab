/// The transport of providers that need `https` too: sockets of its own for `http`, and for `https` what the traits give.
///
/// That is `URLSession` with the trait of that name, which is on by default, and else AsyncHTTPClient with its own. Without
/// both, `https` takes a transport of the caller's. No proxy gets to see an `http` request; an `https` one may go through
/// the proxy that `https_proxy` names, as ``URLSessionTransport`` tells.
public struct DefaultTransport: HTTPTransport {
  private let plain = SocketTransport()
  private let secure: (any HTTPTransport)?

  /// Creates a transport.
  public init() {
    #if URLSession
      secure = URLSessionTransport.shared
    #elseif AsyncHTTPClient
      secure = AsyncHTTPClientTransport()
    #else
      secure = nil
    #endif
  }

  /// Sends a request and returns the answer, whatever its status.
  ///
  /// - Parameter request: What to send, and how long to wait.
  /// - Returns: The answer, with its whole body.
  /// - Throws: ``TransportError`` when there is no whole answer.
  public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    guard HTTPURL(request.url)?.scheme == .https else { return try await plain.send(request) }
    guard let secure else {
      throw TransportError(
        .invalidRequest,
        "the URL is https: enable this package's trait URLSession or AsyncHTTPClient, or give the provider a transport")
    }
    return try await secure.send(request)
  }
}

#if URLSession
  extension URLSessionTransport {
    /// One session for all providers that don't have their own.
    fileprivate static let shared = URLSessionTransport()
  }
#endif
