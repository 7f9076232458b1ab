/// A transport over sockets of its own, which needs nothing but the system.
///
/// It keeps each deadline by itself, and each request has a connection of its own. For `http` it uses no proxy, whatever
/// `http_proxy` says.
///
/// On Linux it speaks `https` too, unless the trait `SwiftCrypto` is on, through the system's libssl: TLS 1.2 or later, and a
/// certificate for the host, from an authority that the system trusts. Connecting includes TLS. These variables change that,
/// as AWS's own tools and libssl read them:
///
/// | variable | meaning |
/// |---|---|
/// | `AWS_CA_BUNDLE` | a file with the trusted certificates, in place of the system's |
/// | `SSL_CERT_FILE`, `SSL_CERT_DIR` | where the system's certificates are |
/// | `https_proxy`, `HTTPS_PROXY` | a proxy that makes the connections, such as `http://user:password@proxy:3128` |
/// | `no_proxy`, `NO_PROXY` | hosts, addresses and blocks of addresses that need no proxy, separated by commas |
///
/// The certificates are read again when their file or directory has changed.
public struct SocketTransport: HTTPTransport {
  // A closure shows nothing of a proxy's password when the transport is printed or dumped.
  private let environment: @Sendable () -> [String: String]

  /// Creates a transport.
  public init() { self.init(environment: nil) }

  /// Creates a transport that reads the process's variables, or others, at each `https` request.
  package init(environment: [String: String]?) { self.environment = ProcessEnvironment.closure(environment) }

  /// Sends a request and returns the answer, whatever its status.
  ///
  /// - Parameter request: What to send, and how long to wait.
  /// - Returns: The answer, with its whole body.
  /// - Throws: ``TransportError`` when there is no whole answer.
  public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    guard let url = HTTPURL(request.url) else {
      throw TransportError(.invalidRequest, "the URL isn't of the form http://host/path")
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
        throw TransportError(.invalidRequest, "the URL is https, and this transport speaks only http")
      #endif
    }
  }

  /// Sends a request and reads the answer.
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
      throw TransportError(.invalidRequest, "the method isn't of capital letters")
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
  /// Rejects a field that would end its line, and those that the transport sets itself.
  func checkForTransport() throws(TransportError) {
    guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter),
      value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") })
    else {
      throw TransportError(.invalidRequest, "a header's name or value has a character that must not be in it")
    }
    guard !["Host", "Connection", "Content-Length", "Transfer-Encoding"].contains(where: isNamed) else {
      throw TransportError(.invalidRequest, "the header \(name) is set by the transport")
    }
  }
}

/// A stream of bytes to a peer and back, with a deadline for each step.
protocol Connection: ~Copyable {
  /// Sends all of `bytes`.
  func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(TransportError)

  /// Returns the next bytes that arrive, or none if the peer has ended the stream.
  func receive(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8]
}
