#if AsyncHTTPClient
  import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import Synchronization

  /// The response to one request, framed as the client understands it.
  final class ProxyResponse: Sendable {
    private let head: HTTPRequestHead
    private let outbound: ProxyConnection.Responses
    private let sent = Mutex<HTTPResponseStatus?>(nil)

    init(to head: HTTPRequestHead, _ outbound: ProxyConnection.Responses) {
      self.head = head
      self.outbound = outbound
    }

    /// The status that was sent.
    var status: HTTPResponseStatus? { sent.withLock { $0 } }

    /// Asks the client for the body that it announced.
    func continueReading() async throws {
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    }

    /// Passes on the service's response.
    func write(_ received: HTTPClientResponse) async throws {
      try await begin(received.status, received.headers.endToEnd)
      if hasBody(received.status) {
        for try await buffer in received.body { try await outbound.write(.body(.byteBuffer(buffer))) }
      }
      try await outbound.write(.end(nil))
    }

    /// Passes on the response to a WebSocket handshake.
    func write(_ refusal: ProxyWebSocket.Refusal) async throws {
      var headers = refusal.head.headers.endToEnd
      headers.replaceOrAdd(name: "Content-Length", value: "\(refusal.body.readableBytes)")
      headers.add(name: "Connection", value: "close")
      try await begin(refusal.head.status, headers)
      if hasBody(refusal.head.status) { try await outbound.write(.body(.byteBuffer(refusal.body))) }
      try await outbound.write(.end(nil))
    }

    /// Answers with a line of text; if a response has begun, fails, which closes the connection.
    func write(_ answer: ProxyExchange.Answer) async throws {
      guard status == nil else { throw answer }
      let text = ByteBuffer(string: answer.text + "\n")
      try await begin(
        answer.status,
        ["Content-Type": "text/plain; charset=utf-8", "Content-Length": "\(text.readableBytes)"])
      if hasBody(answer.status) { try await outbound.write(.body(.byteBuffer(text))) }
      try await outbound.write(.end(nil))
    }

    private func hasBody(_ status: HTTPResponseStatus) -> Bool {
      head.method != .HEAD && status.mayHaveResponseBody
    }

    private func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) async throws {
      var headers = headers
      let isOld = (head.version.major, head.version.minor) < (1, 1)
      if hasBody(status), !headers.contains(name: "content-length"), !isOld {
        headers.add(name: "Transfer-Encoding", value: "chunked")
      }
      if !head.isKeepAlive, !headers.contains(name: "connection") { headers.add(name: "Connection", value: "close") }
      sent.withLock { $0 = status }
      try await outbound.write(
        .head(HTTPResponseHead(version: isOld ? .http1_0 : .http1_1, status: status, headers: headers)))
    }
  }
#endif
