/// Sends requests over sockets of the operating system, without any dependency.
///
/// Each request has its own connection. The transport uses no proxy for `http`: it ignores `http_proxy`.
///
/// On Linux, it supports `https` through the system's libssl, unless the trait `SwiftCrypto` is enabled. It requires TLS 1.2 or
/// later, and a certificate for the host from an authority that the system trusts. The deadline for connecting includes the TLS
/// handshake. These variables change the defaults, as they do for AWS's own tools and for libssl:
///
/// | variable | meaning |
/// |---|---|
/// | `AWS_CA_BUNDLE` | a file with the trusted certificates, in place of the system's |
/// | `SSL_CERT_FILE`, `SSL_CERT_DIR` | the file and directory with the system's certificates |
/// | `https_proxy`, `HTTPS_PROXY` | the proxy for `https`, such as `http://user:password@proxy:3128` |
/// | `no_proxy`, `NO_PROXY` | a comma-separated list of hosts, addresses and address blocks that need no proxy |
///
/// The transport reads the certificates again after their file or directory has changed.
///
/// ```swift
/// let provider = ContainerCredentialProvider(transport: SocketTransport()).cached()
/// ```
public struct SocketTransport: HTTPTransport {
  // A closure hides a proxy's password when the transport is printed or dumped.
  private let environment: @Sendable () -> [String: String]

  /// Creates a transport.
  public init() { self.init(environment: nil) }

  /// Creates a transport that reads the given or the process's variables at each `https` request.
  package init(environment: [String: String]?) { self.environment = ProcessEnvironment.closure(environment) }

  /// Sends a request and returns the response, whatever its status.
  ///
  /// - Parameter request: The request and its deadlines.
  /// - Returns: The response with its complete body.
  /// - Throws: ``TransportError`` if there is no complete response.
  public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    guard let url = HTTPURL(request.url) else {
      throw TransportError(.invalidRequest, "the URL must have the form http://host/path")
    }
    let bytes = try Self.head(of: request, url) + request.body
    let start = ContinuousClock.now
    let end = start + request.deadlines.whole
    let connected = min(start + request.deadlines.connect, end)
    guard !Task.isCancelled else { throw .cancelled }
    switch url.scheme {
    case .http:
      let socket = try await Socket(connectedTo: url, until: connected)
      return try await Self.exchange(bytes, request, over: socket, until: end)
    case .https:
      #if !SwiftCrypto && !canImport(Darwin)
        let connection = try await TLSConnection.connect(to: url, environment: environment(), until: connected)
        return try await Self.exchange(bytes, request, over: connection, until: end)
      #else
        throw TransportError(.invalidRequest, "the URL is https, and this transport supports only http")
      #endif
    }
  }

  /// Sends a request and reads the response.
  static func exchange(
    _ bytes: [UInt8], _ request: TransportRequest, over connection: borrowing some Connection & ~Copyable,
    until end: ContinuousClock.Instant
  ) async throws(TransportError) -> TransportResponse {
    try await connection.send(bytes, until: end)
    var parser = TransportResponseParser(method: request.method, bodyLimit: request.bodyLimit)
    var deadline = min(.now + request.deadlines.firstByte, end)
    while true {
      let bytes = try await connection.receive(until: deadline)
      guard !bytes.isEmpty else { return try parser.readEnd() }
      if let response = try parser.read(bytes) { return response }
      deadline = end
    }
  }

  private static func head(of request: TransportRequest, _ url: HTTPURL) throws(TransportError) -> [UInt8] {
    guard request.method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }),
      !request.method.isEmpty
    else {
      throw TransportError(.invalidRequest, "the method must consist of capital letters")
    }
    var head = "\(request.method) \(url.target) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n"
    if !request.body.isEmpty || request.method != "GET" { head += "Content-Length: \(request.body.count)\r\n" }
    for header in request.headers {
      try header.checkForTransport()
      head += "\(header.name): \(header.value)\r\n"
    }
    return Array((head + "\r\n").utf8)
  }
}

extension HeaderField {
  /// Throws if the field contains a line break, or if the transport sets the field itself.
  func checkForTransport() throws(TransportError) {
    guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter),
      value.utf8.allSatisfy({ $0 >= UInt8(ascii: " ") && $0 != UInt8(ascii: "\u{7F}") || $0 == UInt8(ascii: "\t") })
    else {
      throw TransportError(.invalidRequest, "the name or value of a header contains an invalid character")
    }
    guard !["Host", "Connection", "Content-Length", "Transfer-Encoding"].contains(where: isNamed) else {
      throw TransportError(.invalidRequest, "the transport sets the header \(name) itself: remove it from the request")
    }
  }
}

/// A stream of bytes between this process and a peer, with a deadline for each step.
protocol Connection: ~Copyable {
  /// Sends all of `bytes`.
  func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(TransportError)

  /// Returns the next bytes that arrive, or none if the peer has ended the stream.
  func receive(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8]
}
