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

    /// What a connection is for, which its first request decides.
    enum Negotiated: Sendable {
      case http(HTTP, refused: ProxyWebSocket.Refused?)
      case webSocket(client: ProxyWebSocket.Stream, service: ProxyWebSocket.Stream)
    }

    let exchange: ProxyExchange
    let connections: ProxyConnections

    /// Prepares an accepted channel; called on its event loop.
    static func configure(
      _ channel: any Channel, target: ProxyTarget, timeout: TimeAmount
    ) throws -> EventLoopFuture<Negotiated> {
      let handshake = ProxyWebSocket(target: target, timeout: timeout)
      // Responses are framed here: the encoder doesn't know that those to HEAD have no body.
      var framing = HTTPResponseEncoder.Configuration()
      framing.automaticallySetFramingHeaders = false
      let encoder = HTTPResponseEncoder(configuration: framing)
      // In the order in which a WebSocket removes them: the decoder passes on the bytes that follow the handshake.
      let handlers: [any RemovableChannelHandler] = [
        CloseWhenIdle(), HandshakesOnly(), HTTPServerProtocolErrorHandler(), NIOHTTPResponseHeadersValidator(),
        HTTPServerPipelineHandler(), ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
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
      // Longer than any wait for the service, so that it ends only the connections that nobody uses.
      let idle = IdleStateHandler(allTimeout: timeout + .seconds(30))
      try channel.pipeline.syncOperations.addHandlers([idle, encoder])
      for handler in handlers.reversed() { try channel.pipeline.syncOperations.addHandler(handler) }
      try channel.pipeline.syncOperations.addHandler(upgrade)
      return upgrade.upgradeResultFuture
    }

    func serve(_ negotiated: EventLoopFuture<Negotiated>) async throws {
      switch try await negotiated.get() {
      case .http(let stream, let refused):
        connections.add(stream.channel)
        defer { connections.remove(stream.channel) }
        try await serve(stream, refused)
      case .webSocket(let client, let service):
        connections.add(client.channel)
        defer { connections.remove(client.channel) }
        guard connections.begin(client.channel) else { return }
        try await ProxyWebSocket.relay(client, service)
      }
    }

    private func serve(_ stream: HTTP, _ refused: ProxyWebSocket.Refused?) async throws {
      try await stream.executeThenClose { inbound, outbound in
        var requests = inbound.makeAsyncIterator()
        if let refused {
          guard connections.begin(stream.channel) else { return }
          return try await exchange.answer(refused, outbound)
        }
        while case .head(let head)? = try await requests.next() {
          guard connections.begin(stream.channel) else { return }
          let isReusable = try await exchange.answer(head, &requests, outbound)
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

  /// Closes a connection on which nothing has been read or written for long.
  private final class CloseWhenIdle: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
      context.fireUserInboundEventTriggered(event)
    }
  }
#endif
