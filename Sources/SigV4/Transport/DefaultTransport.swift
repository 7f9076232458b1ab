/// The transport of providers that need `https` too.
///
/// For `http` it is ``SocketTransport``, so that no proxy sees the request. For `https` it is the following.
///
/// | where | `https` through |
/// |---|---|
/// | Apple platforms | `URLSession`, with the trait `URLSession`, which is on by default |
/// | Linux | ``SocketTransport`` and the system's libssl, unless the trait `SwiftCrypto` is on |
/// | anywhere else | AsyncHTTPClient, with the trait of that name |
///
/// Without any of these, an `https` request throws an error that names the remedies.
public struct DefaultTransport: HTTPTransport {
  private let plain = SocketTransport()
  private let secure: (any HTTPTransport)?

  /// Creates a transport.
  public init() {
    #if URLSession && canImport(Darwin)
      secure = URLSessionTransport.shared
    #elseif !SwiftCrypto && !canImport(Darwin)
      secure = plain
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
      #if canImport(Darwin)
        let remedy = "enable this package's trait URLSession or AsyncHTTPClient"
      #else
        let remedy = "with the trait SwiftCrypto, enable this package's trait AsyncHTTPClient"
      #endif
      throw TransportError(.invalidRequest, "the URL is https: \(remedy), or give the provider a transport")
    }
    return try await secure.send(request)
  }
}

#if URLSession && canImport(Darwin)
  extension URLSessionTransport {
    /// One session for all providers that don't have their own.
    fileprivate static let shared = URLSessionTransport()
  }
#endif
