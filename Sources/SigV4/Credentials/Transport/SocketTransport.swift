/// A transport of plain HTTP over a socket of its own, for services on the same machine or link.
///
/// Unlike `URLSession` on Linux it takes no notice of `http_proxy` and the like, and it keeps each deadline by itself.
/// Each request has a connection of its own. It needs nothing but the system.
public struct SocketTransport: HTTPTransport {
  /// Creates a transport.
  public init() {}

  /// Sends a request and returns the answer, whatever its status.
  ///
  /// - Parameter request: What to send, and how long to wait; its URL must be an `http` one.
  /// - Returns: The answer, with its whole body.
  /// - Throws: ``TransportError`` when there is no whole answer.
  public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    guard let url = HTTPURL(request.url) else {
      throw TransportError(.invalidRequest, "the URL isn't of the form http://host/path")
    }
    guard url.scheme == .http else {
      throw TransportError(.invalidRequest, "the URL is https, and this transport speaks only http")
    }
    let head = try Self.head(of: request, url)
    let start = ContinuousClock.now
    let deadlines = request.deadlines
    let end = start + deadlines.whole
    let connected = min(start + deadlines.connect, end)
    guard !Task.isCancelled else { throw .cancelled }
    let addresses = try await SocketAddress.resolve(url, until: connected)
    let socket = try await Self.connect(addresses, until: connected)
    try await socket.send(head + request.body, until: end)

    var parser = TransportResponseParser(method: request.method, bodyLimit: request.bodyLimit)
    var deadline = min(.now + deadlines.firstByte, end)
    while true {
      let bytes = try await socket.receive(until: deadline)
      guard !bytes.isEmpty else { return try parser.readEnd() }
      if let response = try parser.read(bytes) { return response }
      deadline = end
    }
  }

  private static func connect(
    _ addresses: [SocketAddress], until deadline: ContinuousClock.Instant
  ) async throws(TransportError) -> Socket {
    var failure = TransportError(.cannotConnect, "the host has no address")
    for address in addresses {
      do throws(TransportError) {
        return try await Socket(connectedTo: address, until: deadline)
      } catch {
        guard error.code == .cannotConnect else { throw error }
        failure = error
      }
    }
    throw failure
  }

  private static func head(of request: TransportRequest, _ url: HTTPURL) throws(TransportError) -> [UInt8] {
    guard request.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }), !request.method.isEmpty else {
      throw TransportError(.invalidRequest, "the method isn't of capital letters")
    }
    var head = "\(request.method) \(url.target) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n"
    if !request.body.isEmpty || request.method != "GET" { head += "Content-Length: \(request.body.count)\r\n" }
    for header in request.headers {
      try header.checkForTransport()
      head += "\(header.name): \(header.value)\r\n"
    }
    return Array(head.utf8) + [0x0D, 0x0A]
  }
}

extension HeaderField {
  /// Refuses what would end the field's line.
  func checkForTransport() throws(TransportError) {
    let isName = !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A }
    guard isName, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw TransportError(.invalidRequest, "a header's name or value has a character that must not be in it")
    }
  }
}
