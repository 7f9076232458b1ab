import NIOCore
import NIOHTTP1
import SigV4

/// Writes answers on a connection, according to their delivery.
struct ResponseWriter {
  private let outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

  private let clock: LocalClock

  init(_ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>, _ clock: LocalClock) {
    self.outbound = outbound
    self.clock = clock
  }

  /// Writes an answer, and returns whether it was complete; one that stalls or is cut off isn't.
  @discardableResult
  func write(
    _ response: LocalServer.Response, _ persistence: Delivery.Persistence, isBodyless: Bool = false
  ) async throws -> Bool {
    let head = self.head(of: response, persistence, isBodyless: isBodyless)
    if isBodyless || !head.status.mayHaveResponseBody {
      try await outbound.write(contentsOf: [.head(head), .end(nil)])
      return true
    }
    switch response.delivery.ending {
    case .complete:
      try await write(head, response.body, pieceSize: response.delivery.pieceSize, then: [.end(nil)])
      return true
    case .stalled(let count), .truncated(let count):
      let shown = response.body.prefix(max(0, count))
      try await write(head, Array(shown), pieceSize: response.delivery.pieceSize, then: [])
      return false
    case .endless:
      try await write(head, response.body, pieceSize: response.delivery.pieceSize, then: [])
      let filler = ByteBuffer(repeating: UInt8(ascii: " "), count: 16_384)
      // Ends when the client closes or the server stops: writing then throws.
      while !Task.isCancelled { try await outbound.write(.body(.byteBuffer(filler))) }
      return false
    }
  }

  private func write(
    _ head: HTTPResponseHead, _ body: [UInt8], pieceSize: Int?, then end: [HTTPServerResponsePart]
  ) async throws {
    guard let pieceSize = pieceSize.map({ max(1, $0) }) else {
      let whole: [HTTPServerResponsePart] = body.isEmpty ? [] : [.body(.byteBuffer(ByteBuffer(bytes: body)))]
      try await outbound.write(contentsOf: [.head(head)] + whole + end)
      return
    }
    try await outbound.write(.head(head))
    var rest = body[...]
    while !rest.isEmpty {
      try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: rest.prefix(pieceSize)))))
      rest = rest.dropFirst(pieceSize)
    }
    try await outbound.write(contentsOf: end)
  }

  private func head(
    of response: LocalServer.Response, _ persistence: Delivery.Persistence, isBodyless: Bool
  ) -> HTTPResponseHead {
    let status = HTTPResponseStatus(statusCode: response.status)
    var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
    // An origin server with a clock must send Date (RFC 9110, 6.6.1). Clients correct their clocks by it.
    if !headers.contains(name: "Date") { headers.add(name: "Date", value: clock.headerValue) }
    let delivery = response.delivery
    if status.mayHaveResponseBody {
      switch (delivery.framing, delivery.ending) {
      case (.chunked, _), (.contentLength, .endless):
        // The encoder would write a last chunk, which a response to HEAD doesn't have.
        if !isBodyless { headers.add(name: "Transfer-Encoding", value: "chunked") }
      case (.contentLength, .stalled(let count)), (.contentLength, .truncated(let count)):
        // More than is sent, even if the whole body is sent.
        headers.add(name: "Content-Length", value: "\(max(response.body.count, max(0, count) &+ 1))")
      // That of a response to HEAD.
      case (.contentLength, .complete) where headers.contains(name: "Content-Length"): break
      case (.contentLength, .complete):
        headers.add(name: "Content-Length", value: "\(response.body.count)")
      case (.untilClose, _):
        break
      }
    }
    if persistence == .close || delivery.framing == .untilClose {
      headers.add(name: "Connection", value: "close")
    }
    return HTTPResponseHead(version: .http1_1, status: status, headers: headers)
  }
}
