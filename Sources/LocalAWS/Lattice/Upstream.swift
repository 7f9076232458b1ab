import NIOCore
import NIOHTTP1
import NIOPosix
import SigV4

/// A server that answers the requests that a service allows.
///
/// Each request has a connection of its own. The method, the target, the body and the headers arrive as they were sent, except
/// headers that describe the connection (RFC 9110, 7.6.1). Requests and responses are at most 16 MB long, and a response arrives
/// within 60 seconds.
public struct Upstream: Sendable, Hashable {
  /// The maximum size of a body, in bytes.
  static let bodyLimit = 16 << 20

  /// The URL, such as `http://127.0.0.1:8000`.
  public let url: String
  private let host: String
  private let port: Int
  private var excludedPorts: [Int] = []

  /// Reads the URL of a server: `http`, a host, and a port unless it is 80.
  ///
  /// - Returns: `nil` for another scheme, and for a URL with a user, a path or a query.
  public init?(_ url: String) {
    let scheme = "http://"
    guard url.begins(with: scheme) else { return nil }
    var authority = Array(url.utf8.dropFirst(scheme.utf8.count))
    if authority.last == UInt8(ascii: "/") { authority.removeLast() }
    var port = 80
    let bracket = authority.lastIndex(of: UInt8(ascii: "]"))
    if let colon = authority.lastIndex(of: UInt8(ascii: ":")), bracket.map({ $0 < colon }) != false {
      guard let number = Int(String(decoding: authority[(colon + 1)...], as: UTF8.self)), 1...65_535 ~= number else {
        return nil
      }
      port = number
      authority = Array(authority[..<colon])
    }
    if bracket == authority.count - 1, authority.first == UInt8(ascii: "[") {
      authority = Array(authority.dropFirst().dropLast())
    }
    guard !authority.isEmpty,
      authority.allSatisfy({ $0 > ASCII.space && $0 < ASCII.delete && !"/?#@[]%".utf8.contains($0) })
    else { return nil }
    self.url = url
    host = String(decoding: authority, as: UTF8.self)
    self.port = port
  }

  /// Forwards a request, and returns the response.
  func answer(_ request: SignableRequest, _ body: [UInt8]) async throws(UpstreamError) -> LocalServer.Response {
    let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    do {
      let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.seconds(30))
      channel = try await bootstrap.connect(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
          return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
            wrappingChannelSynchronously: channel)
        }
      }
    } catch {
      throw UpstreamError(
        503, "The upstream server \(url) can't be reached: \(Self.reason(of: error)). Check that it is running.")
    }
    // A host has many names: the connection shows which machine it is.
    if let remote = channel.channel.remoteAddress, ["127.0.0.1", "::ffff:127.0.0.1"].contains(remote.ipAddress ?? ""),
      excludedPorts.contains(port)
    {
      try? await channel.executeThenClose { _, _ in }
      throw UpstreamError(502, "The upstream server \(url) is a service of this program. Name another server.")
    }
    let isLate = Locked(false)
    // Closing the channel ends the reading below.
    let deadline = channel.channel.eventLoop.scheduleTask(in: .seconds(60)) {
      isLate.value = true
      channel.channel.close(promise: nil)
    }
    defer { deadline.cancel() }
    do {
      return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(contentsOf: Self.parts(of: request, body))
        return try await Self.response(inbound, isBodyless: request.method == "HEAD")
      }
    } catch  where isLate.value {
      throw UpstreamError(504, "The upstream server sent no complete response within 60 seconds. Check its log.")
    } catch let error as UpstreamError {
      throw error
    } catch {
      throw Self.incomplete
    }
  }

  private static let incomplete = UpstreamError(
    502, "The upstream server sent an invalid HTTP response, or closed the connection early. Check its log.")

  private static func reason(of error: any Error) -> String {
    guard let error = error as? NIOConnectionError else { return "\(error)" }
    guard let failure = error.connectionErrors.first?.error else { return "the host name has no address" }
    // NIO's text of a refused connection is "…: Connection refused (errno: 111)".
    let text = "\(failure)"
    guard failure is IOError else { return "it doesn't answer within 5 seconds" }
    let reason = text.split(separator: ": ", maxSplits: 1).last?.split(separator: " (errno").first ?? ""
    return reason.utf8.last == UInt8(ascii: ")") ? String(reason.dropLast()) : String(reason)
  }

  /// Whether the server is, by a usual name, one that listens on 127.0.0.1 and one of these ports.
  package func isLocalService(onPorts ports: [Int]) -> Bool {
    ports.contains(port) && ["localhost", "0.0.0.0", "127.0.0.1"].contains(host)
  }

  /// The same server, which answers no request if it is one that listens on 127.0.0.1 and one of these ports.
  ///
  /// A service that forwarded requests to itself would do so without an end.
  package func excluding(_ ports: [Int]) -> Upstream {
    var copy = self
    copy.excludedPorts = ports
    return copy
  }

  private static func parts(of request: SignableRequest, _ body: [UInt8]) -> [HTTPClientRequestPart] {
    var headers = HTTPHeaders(endToEnd(request.headers).map { ($0.name, $0.value) })
    headers.add(name: "Connection", value: "close")
    if !body.isEmpty || request.headers["content-length"] != nil || request.headers["transfer-encoding"] != nil {
      headers.replaceOrAdd(name: "Content-Length", value: "\(body.count)")
    }
    let head = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.target, headers: headers)
    return [.head(head)] + (body.isEmpty ? [] : [.body(.byteBuffer(ByteBuffer(bytes: body)))]) + [.end(nil)]
  }

  private static func response(
    _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, isBodyless: Bool
  ) async throws -> LocalServer.Response {
    var response: LocalServer.Response?
    for try await part in inbound {
      switch part {
      case .head(let head) where head.status == .switchingProtocols:
        throw UpstreamError(
          502, "The upstream server switches the protocol, which isn't supported. Use plain HTTP/1.1.")
      case .head(let head) where head.status.code < 200: continue
      case .head(let head):
        let headers = endToEnd(head.headers.map { HeaderField($0.name, $0.value) })
        // The field of a response to HEAD is the length that the response to GET has.
        let isKept = isBodyless && head.status.mayHaveResponseBody && head.headers.contains(name: "content-length")
        response = LocalServer.Response(
          status: Int(head.status.code), headers: headers.filter { isKept || !$0.isNamed("content-length") },
          delivery: Delivery(framing: isBodyless && !isKept ? .chunked : .contentLength))
      case .body(let bytes):
        response?.body.append(contentsOf: bytes.readableBytesView)
        guard (response?.body.count ?? 0) <= bodyLimit else {
          throw UpstreamError(
            502, "The upstream server's response is longer than \(bodyLimit >> 20) MB. Send a shorter one.")
        }
      case .end:
        if let response { return response }
      }
    }
    throw incomplete
  }

  /// The headers, except those of a single connection.
  private static func endToEnd(_ headers: [HeaderField]) -> [HeaderField] {
    let named = headers[values: "connection"].flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
      .map { Substring($0).utf8.filter { $0 > UInt8(ascii: " ") }.asciiLowercased }
    let hopByHop = UnsignedHeader.hopByHop + named
    return headers.filter { header in !hopByHop.contains { header.isNamed($0) } }
  }
}

/// The error of an upstream server that returns no response.
struct UpstreamError: Error {
  let status: Int
  let message: String

  init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }
}
