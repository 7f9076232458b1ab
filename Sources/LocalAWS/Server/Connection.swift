import NIOCore
import NIOHTTP1
import SigV4

/// One connection of a server: reads requests, calls the handler, writes answers, and plays faults.
struct Connection: Sendable {
  typealias Stream = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
  typealias Requests = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator

  private struct Received {
    var request: SignableRequest
    var body: [UInt8]
    var isKeepAlive: Bool
    var isTooLarge: Bool
  }

  let id: Int
  let bodyLimit: Int
  let log: RequestLog
  let plan: Locked<FaultPlan>
  let observers: Locked<LocalServer.Observer?>
  let clock: LocalClock
  let handler: LocalServer.Handler

  func serve(_ stream: Stream) async {
    // An early end of a connection (the client left, the server stops) affects no other connection.
    try? await stream.executeThenClose { inbound, outbound in
      var requests = inbound.makeAsyncIterator()
      do {
        while let received = try await next(&requests, outbound) {
          guard try await answer(received, &requests, outbound, on: stream.channel) == .keepAlive else { return }
        }
      } catch is HTTPParserError {
        observers.value?(nil, .rejected(400))
        try await ResponseWriter(outbound, clock).write(LocalServer.Response(status: 400), .close)
      }
    }
  }

  private func next(
    _ requests: inout Requests, _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
  ) async throws -> Received? {
    var received: Received?
    while let part = try await requests.next() {
      switch part {
      case .head(let head):
        received = Received(
          request: SignableRequest(
            method: head.method.rawValue, target: head.uri,
            headers: head.headers.map { HeaderField($0.name, $0.value) }),
          body: [],
          // A client of HTTP/1.0 would expect `Connection: keep-alive`.
          isKeepAlive: head.isKeepAlive && head.version != .http1_0, isTooLarge: false)
        if received?.request.headers["Expect"]?.isSameIgnoringCase(as: "100-continue") == true {
          try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
        }
      case .body(let bytes):
        // The rest of a body over the limit is read and dropped, so that the client can read its 413 response.
        let room = bodyLimit - (received?.body.count ?? 0)
        received?.body.append(contentsOf: bytes.readableBytesView.prefix(max(0, room)))
        if bytes.readableBytes > room { received?.isTooLarge = true }
      case .end:
        return received
      }
    }
    return nil
  }

  private func answer(
    _ received: Received, _ requests: inout Requests,
    _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>, on channel: any Channel
  ) async throws -> Delivery.Persistence {
    log.append(RecordedRequest(request: received.request, body: received.body, connection: id))
    var response: LocalServer.Response
    let step = plan.withLock { $0.next(for: received.request) }
    let fault = step?.fault ?? .asUsual
    if fault != .asUsual { observers.value?(received.request, .fault(step?.name)) }
    switch fault.kind {
    case .silent:
      try await outlast(&requests)
      return .close
    case .closed:
      return .close
    case .reset:
      try await channel.resetOnClose()
      return .close
    case .answer(let wrong):
      response = wrong
    case .delivered(let delivery):
      response = await usualAnswer(to: received)
      response.delivery = delivery
    case .asUsual:
      response = await usualAnswer(to: received)
      observers.value?(
        received.request, received.isTooLarge ? .rejected(response.status) : .answered(response.status))
    }
    let persistence: Delivery.Persistence = received.isKeepAlive ? response.delivery.persistence : .close
    let isComplete = try await ResponseWriter(outbound, clock).write(
      response, persistence, isBodyless: received.request.method == "HEAD")
    if !isComplete, case .stalled = response.delivery.ending {
      try await outlast(&requests)
    }
    return isComplete && response.delivery.framing != .untilClose ? persistence : .close
  }

  private func usualAnswer(to received: Received) async -> LocalServer.Response {
    received.isTooLarge
      ? LocalServer.Response(status: 413) : await handler(received.request, received.body)
  }

  /// Keeps the connection open, and sends nothing, until the client closes it or the server stops.
  private func outlast(_ requests: inout Requests) async throws {
    while try await requests.next() != nil {}
  }
}
