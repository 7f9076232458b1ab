#if AsyncHTTPClient
  import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import SigV4

  /// One client's connection.
  struct ProxyConnection: Sendable {
    typealias HTTP = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    typealias Requests = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    typealias Responses = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    /// The use of a connection, which its first request decides.
    enum Negotiated: Sendable {
      case http(HTTP, refused: ProxyWebSocket.Refused?)
      case webSocket(ProxyWebSocket.Relay)
    }

    let exchange: ProxyExchange
    let connections: ProxyConnections

    /// Prepares an accepted channel; called on its event loop.
    static func configure(
      _ channel: any Channel, exchange: ProxyExchange, connections: ProxyConnections
    ) throws -> EventLoopFuture<Negotiated> {
      connections.add(channel)
      let timeout = exchange.settings.timeout
      let handshake = ProxyWebSocket(target: exchange.target, timeout: timeout)
      // Responses are framed here: the encoder doesn't know that those to HEAD have no body.
      var framing = HTTPResponseEncoder.Configuration()
      framing.automaticallySetFramingHeaders = false
      let encoder = HTTPResponseEncoder(configuration: framing)
      // In the order in which a WebSocket removes them: the decoder passes on the bytes that follow the handshake.
      let handlers: [any RemovableChannelHandler] = [
        CloseWhenIdle(), HandshakesOnly(), RejectMalformed(), NIOHTTPResponseHeadersValidator(),
        HTTPServerPipelineHandler(), CloseWithoutHead(after: timeout),
        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
      ]
      let upgrade = NIOTypedHTTPServerUpgradeHandler<Negotiated>(
        httpEncoder: encoder, extraHTTPHandlers: handlers,
        upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
          upgraders: [handshake],
          notUpgradingCompletionHandler: { channel in
            channel.eventLoop.makeCompletedFuture {
              .http(try HTTP(wrappingChannelSynchronously: channel), refused: handshake.refused)
            }
          }))
      // Longer than the waits to connect and for the response: only unused connections are idle for so long.
      let idle = IdleStateHandler(allTimeout: timeout * 2 + .seconds(30))
      try channel.pipeline.syncOperations.addHandlers([idle, encoder])
      for handler in handlers.reversed() { try channel.pipeline.syncOperations.addHandler(handler) }
      try channel.pipeline.syncOperations.addHandler(upgrade)
      return upgrade.upgradeResultFuture
    }

    func serve(_ negotiated: EventLoopFuture<Negotiated>) async throws {
      switch try await negotiated.get() {
      case .http(let stream, let refused):
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await serve(stream, refused) }
          // Cancels what is done for a client that leaves.
          group.addTask { try await stream.channel.closeFuture.get() }
          defer { group.cancelAll() }
          try await group.next()
        }
      case .webSocket(let relay):
        try await relay.run(isAllowed: connections.begin(relay.client.channel), timeout: exchange.settings.timeout)
      }
    }

    private func serve(_ stream: HTTP, _ refused: ProxyWebSocket.Refused?) async throws {
      try await stream.executeThenClose { inbound, outbound in
        var requests = inbound.makeAsyncIterator()
        if let refused {
          guard connections.begin(stream.channel) else { return }
          return try await ProxyResponse(to: refused.head, outbound, stream.channel).write(refused.answer)
        }
        while case .head(let head)? = try await requests.next() {
          guard connections.begin(stream.channel) else { return }
          let response = ProxyResponse(to: head, outbound, stream.channel)
          let isReusable = try await exchange.answer(head, &requests, response)
          guard connections.end(stream.channel), isReusable else { return }
        }
      }
    }
  }

  /// Removes `Upgrade` from requests that aren't a WebSocket handshake: NIO's upgrade handler drops them.
  private final class HandshakesOnly: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard case .head(var head) = unwrapInboundIn(data), head.headers.contains(name: "upgrade"),
        !head.isWebSocketHandshake
      else {
        context.fireChannelRead(data)
        return
      }
      head.headers.remove(name: "upgrade")
      context.fireChannelRead(wrapInboundOut(.head(head)))
    }
  }

  extension HTTPRequestHead {
    /// Whether this begins a WebSocket (RFC 6455, 4.1).
    var isWebSocketHandshake: Bool {
      method == .GET && headers[canonicalForm: "upgrade"].map { $0.lowercased() } == ["websocket"]
        && !headers.contains(name: "content-length") && !headers.contains(name: "transfer-encoding")
    }
  }

  /// Answers a request that isn't HTTP, and closes the connection.
  private final class RejectMalformed: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Whether a request has begun that has no response yet.
    private var isBusy = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if case .head = unwrapInboundIn(data) { isBusy = true }
      context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if case .end = unwrapOutboundIn(data) { isBusy = false }
      context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      guard error is HTTPParserError, !isBusy else {
        context.fireErrorCaught(error)
        return
      }
      let channel = context.channel
      ServingLog.note("invalid HTTP request 400: \(error)")
      let head = HTTPResponseHead(
        version: .http1_1, status: .badRequest, headers: ["Connection": "close", "Content-Length": "0"])
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
  }

  /// Closes a connection whose client sends the head of a request too slowly.
  private final class CloseWithoutHead: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let timeout: TimeAmount
    /// Whether the bytes that arrived completed a part, or belong to a body.
    private var isBeyondHead = false
    private var isInBody = false
    private var deadline: Scheduled<Void>?

    init(after timeout: TimeAmount) { self.timeout = timeout }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      isBeyondHead = true
      switch unwrapInboundIn(data) {
      case .head:
        isInBody = true
        deadline?.cancel()
        deadline = nil
      case .body: break
      case .end: isInBody = false
      }
      context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
      if !isBeyondHead, !isInBody, deadline == nil {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
      }
      isBeyondHead = false
      context.fireChannelReadComplete()
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }
  }

  /// Closes a connection on which nothing has been read or written for long.
  final class CloseWhenIdle: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
      context.fireUserInboundEventTriggered(event)
    }
  }
#endif
