#if AsyncHTTPClient
  import AsyncHTTPClient
  import Foundation
  import NIOCore
  import NIOHTTP1
  import Synchronization

  /// The response to one request, framed as the client understands it.
  final class ProxyResponse: Sendable {
    private let head: HTTPRequestHead
    private let outbound: ProxyConnection.Responses
    private let channel: any Channel
    private let state: Mutex<(status: HTTPResponseStatus?, isBodyWithheld: Bool)>

    init(to head: HTTPRequestHead, _ outbound: ProxyConnection.Responses, _ channel: any Channel) {
      self.head = head
      self.outbound = outbound
      self.channel = channel
      let expectations = head.headers[canonicalForm: "expect"]
      state = Mutex((nil, !head.isOld && expectations.contains { $0.lowercased() == "100-continue" }))
    }

    /// The status that was sent.
    var status: HTTPResponseStatus? { state.withLock { $0.status } }

    /// Whether another request can follow on the connection, if this one was read to its end.
    var isReusable: Bool { head.isKeepAlive && !head.isOld && head.method != .CONNECT && !isBodyWithheld }

    /// Whether the client sends the body only after a status of 100.
    var isBodyWithheld: Bool { state.withLock { $0.isBodyWithheld } }

    /// Asks the client for the body if it waits with it.
    func askForBody() async throws {
      guard isBodyWithheld else { return }
      state.withLock { $0.isBodyWithheld = false }
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    }

    /// Passes on the service's response.
    func write(_ received: HTTPClientResponse) async throws {
      try await begin(received.status, received.headers.endToEnd)
      if hasBody(received.status) {
        for try await buffer in received.body { try await outbound.write(.body(.byteBuffer(buffer))) }
      }
      try await end()
    }

    /// Passes on the response to a WebSocket handshake.
    func write(_ refusal: ProxyWebSocket.Refusal) async throws {
      var headers = refusal.head.headers.endToEnd
      headers.replaceOrAdd(name: "Content-Length", value: "\(refusal.body.readableBytes)")
      headers.add(name: "Connection", value: "close")
      try await begin(refusal.head.status, headers)
      if hasBody(refusal.head.status) { try await outbound.write(.body(.byteBuffer(refusal.body))) }
      try await end()
    }

    /// Answers with a line of text; if a response has begun, fails, which closes the connection.
    func write(_ answer: ProxyExchange.Answer) async throws {
      guard status == nil else { throw answer }
      let text = ByteBuffer(string: answer.text + "\n")
      try await begin(
        answer.status,
        ["Content-Type": "text/plain; charset=utf-8", "Content-Length": "\(text.readableBytes)"])
      if hasBody(answer.status) { try await outbound.write(.body(.byteBuffer(text))) }
      try await end()
    }

    /// Resets the connection if a response has begun: a response of HTTP/1.0 would look complete if it were closed.
    func abort() {
      guard status != nil else { return }
      let reset = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
      reset?.whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    /// Ends the response, and waits until it has left: closing the connection would discard what is still buffered.
    private func end() async throws {
      try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
    }

    private func hasBody(_ status: HTTPResponseStatus) -> Bool {
      head.method != .HEAD && status.mayHaveResponseBody
    }

    private func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) async throws {
      var headers = headers
      // A client could wait for a body that doesn't come (RFC 9110, 8.6).
      if status == .noContent { headers.remove(name: "content-length") }
      if hasBody(status), !headers.contains(name: "content-length"), !head.isOld {
        headers.add(name: "Transfer-Encoding", value: "chunked")
      }
      if !isReusable, !headers.contains(name: "connection") { headers.add(name: "Connection", value: "close") }
      state.withLock { $0.status = status }
      try await outbound.write(
        .head(HTTPResponseHead(version: head.isOld ? .http1_0 : .http1_1, status: status, headers: headers)))
    }
  }

  extension HTTPRequestHead {
    /// Whether the client doesn't know HTTP/1.1, with chunks and interim responses.
    fileprivate var isOld: Bool { (version.major, version.minor) < (1, 1) }
  }
#endif
