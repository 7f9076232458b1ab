#if HTTPTypes
  import HTTPTypes
  import NIOCore
  import NIOHPACK
  import NIOHTTP2
  import NIOHTTPTypes
  import NIOHTTPTypesHTTP2
  import NIOPosix
  import SigV4
  import Synchronization

  /// A request as an HTTP/2 server on loopback has received it.
  struct HTTP2Message: Sendable {
    /// The fields as HPACK has decoded them, `:path` and its like included.
    var fields: [HeaderField] = []
    /// The request that the server's codec makes of them.
    var request: HTTPRequest?
    var body: [UInt8] = []

    /// The parts of the request, read from the fields without the library: crumbs of cookies are joined (RFC 9113, 8.2.3).
    var parts: SignableRequest? {
      guard let method = fields[":method"], let target = fields[":path"], let host = fields[":authority"] else {
        return nil
      }
      var headers = [HeaderField("host", host)] + fields.filter { !$0.name.hasPrefix(":") && $0.name != "cookie" }
      let cookies = fields.filter { $0.name == "cookie" }.map(\.value)
      if !cookies.isEmpty { headers.append(HeaderField("cookie", cookies.joined(separator: "; "))) }
      return SignableRequest(method: method, target: target, headers: headers)
    }

    /// The parts as a message of HTTP/1.1, which other signers read.
    var messageInHTTP1: [UInt8] {
      guard let parts else { return [] }
      let lines = ["\(parts.method) \(parts.target) HTTP/1.1"] + parts.headers.map { "\($0.name): \($0.value)" }
      return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }
  }

  /// An HTTP/2 server on loopback, without TLS, that answers with 200.
  enum HTTP2Server {
    /// Sends a request with NIO's codecs, and returns it as it arrived.
    ///
    /// - Throws: The error of the codecs if they reject the request.
    static func receive(_ request: HTTPRequest, body: String?) async throws -> HTTP2Message {
      let received = Received()
      let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .childChannelInitializer { channel in
          channel.configureHTTP2Pipeline(mode: .server) { stream in
            stream.eventLoop.makeCompletedFuture {
              try stream.pipeline.syncOperations.addHandlers(
                FrameRecorder(received), HTTP2FramePayloadToHTTPServerCodec(), Answerer(received))
            }
          }
          .map { _ in }
        }
        .bind(host: "127.0.0.1", port: 0).get()
      do {
        try await send(request, body: body, port: server.localAddress?.port ?? 0)
      } catch {
        try? await server.close()
        throw error
      }
      try? await server.close()
      return received.message.withLock { $0 }
    }

    private static func send(_ request: HTTPRequest, body: String?, port: Int) async throws {
      let (connection, multiplexer) = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(host: "127.0.0.1", port: port) { channel in
          channel.configureAsyncHTTP2Pipeline(mode: .client) { $0.eventLoop.makeSucceededVoidFuture() }.map {
            (channel, $0)
          }
        }
      do {
        let answered = connection.eventLoop.makePromise(of: Void.self)
        let stream = try await multiplexer.openStream { stream in
          stream.eventLoop.makeCompletedFuture {
            try stream.pipeline.syncOperations.addHandlers(HTTP2FramePayloadToHTTPClientCodec(), AnswerReader(answered))
            return stream
          }
        }
        try await stream.writeAndFlush(HTTPRequestPart.head(request))
        if let body { try await stream.writeAndFlush(HTTPRequestPart.body(ByteBuffer(string: body))) }
        try await stream.writeAndFlush(HTTPRequestPart.end(nil))
        try await answered.futureResult.get()
      } catch {
        try? await connection.close()
        throw error
      }
      try? await connection.close()
    }
  }

  private final class Received: Sendable {
    let message = Mutex(HTTP2Message())
  }

  private final class FrameRecorder: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    private let received: Received

    init(_ received: Received) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if case .headers(let frame) = unwrapInboundIn(data) {
        received.message.withLock { message in
          for (name, value, _) in frame.headers { message.fields.append(HeaderField(name, value)) }
        }
      }
      context.fireChannelRead(data)
    }
  }

  private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let received: Received

    init(_ received: Received) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let request): received.message.withLock { $0.request = request }
      case .body(let bytes): received.message.withLock { $0.body += bytes.readableBytesView }
      case .end:
        context.write(wrapOutboundOut(.head(HTTPResponse(status: .ok))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }

  /// Completes a promise when the answer has arrived, and fails it if the stream ends earlier.
  private final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = HTTPResponsePart

    private let answered: EventLoopPromise<Void>

    init(_ answered: EventLoopPromise<Void>) { self.answered = answered }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if case .end = unwrapInboundIn(data) { answered.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answered.fail(error) }

    func handlerRemoved(context: ChannelHandlerContext) { answered.fail(ChannelError.eof) }
  }
#endif
