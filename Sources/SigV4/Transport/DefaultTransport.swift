/// The default transport of providers that need `https`.
///
/// It sends `http` requests with ``SocketTransport``, so that no proxy sees them. It sends `https` requests as follows.
///
/// | platform | `https` transport |
/// |---|---|
/// | Apple platforms | `URLSession`, with the trait `URLSession`, which is on by default |
/// | Linux | ``SocketTransport`` and the system's libssl, unless the trait `SwiftCrypto` is on |
/// | otherwise | AsyncHTTPClient, with the trait of that name |
///
/// If none of these applies, an `https` request throws an error that names the remedies.
///
/// ```swift
/// let response = try await DefaultTransport().send(TransportRequest(url: "https://sts.us-west-2.amazonaws.com/"))
/// print(response.status)
/// ```
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

  /// Sends a request and returns the response, whatever its status.
  ///
  /// - Parameter request: The request and its deadlines.
  /// - Returns: The response with its complete body.
  /// - Throws: ``TransportError`` if there is no complete response.
  public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    guard HTTPURL(request.url)?.scheme == .https else { return try await plain.send(request) }
    guard let secure else {
      #if canImport(Darwin)
        let remedy = "enable this package's trait URLSession or AsyncHTTPClient"
      #else
        let remedy = "with the trait SwiftCrypto, enable this package's trait AsyncHTTPClient"
      #endif
      throw TransportError(
        .invalidRequest,
        "the URL is https, which needs another transport: \(remedy), or pass a transport to the provider")
    }
    return try await secure.send(request)
  }
}

#if URLSession && canImport(Darwin)
  extension URLSessionTransport {
    /// The session that providers share by default.
    fileprivate static let shared = URLSessionTransport()
  }
#endif
