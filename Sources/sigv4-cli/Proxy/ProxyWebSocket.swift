#if AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import NIOPosix
  import NIOSSL
  import SigV4
  import Synchronization

  /// The handshake of a WebSocket (RFC 6455, 4), which is signed and sent to the service before the client gets its answer.
  final class ProxyWebSocket: NIOTypedHTTPServerProtocolUpgrader {
    typealias UpgradeResult = ProxyConnection.Negotiated
    typealias Stream = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// The service's answer to a handshake that it doesn't accept.
    struct Refusal: Sendable, Error {
      let head: HTTPResponseHead
      let body: ByteBuffer
    }

    /// A handshake that wasn't accepted, and the answer.
    struct Refused: Sendable {
      let head: HTTPRequestHead
      let answer: Refusal
    }

    private enum Answer: Sendable {
      case accepted(Stream)
      case refused(NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>)
    }

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    private let target: ProxyTarget
    private let timeout: TimeAmount
    private let outcome = Mutex<(accepted: Stream?, refused: Refused?)>((nil, nil))

    /// The service's stream, which must be closed if the client has left.
    private func takeAccepted() -> Stream? {
      outcome.withLock { outcome in
        defer { outcome.accepted = nil }
        return outcome.accepted
      }
    }

    init(target: ProxyTarget, timeout: TimeAmount) {
      self.target = target
      self.timeout = timeout
    }

    /// The handshake, if it wasn't accepted.
    var refused: Refused? { outcome.withLock { $0.refused } }

    func buildUpgradeResponse(
      channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
      let start = ContinuousClock.now
      let headers = channel.eventLoop.makePromise(of: HTTPHeaders.self)
      let handshake = headers.completeWithTask {
        do {
          let headers = try await self.shakeHands(upgradeRequest)
          if Task.isCancelled { await self.leave() }
          try Task.checkCancellation()
          upgradeRequest.log(.switchingProtocols, since: start)
          return initialResponseHeaders.merging(headers)
        } catch {
          let refusal = Self.refusal(for: error)
          upgradeRequest.log(Task.isCancelled ? nil : refusal.head.status, since: start)
          self.outcome.withLock { $0.refused = Refused(head: upgradeRequest, answer: refusal) }
          throw refusal
        }
      }
      channel.closeFuture.whenComplete { _ in
        handshake.cancel()
        Task { await self.leave() }
      }
      return headers.futureResult
    }

    /// Closes the connection to the service if the client has none.
    private func leave() async { try? await takeAccepted()?.executeThenClose { _, _ in } }

    private static func refusal(for error: any Error) -> Refusal {
      switch error {
      case let error as Refusal: error
      case let error as SigningError: Refusal(.badRequest, "\(error)\n")
      case let error as CredentialError: Refusal(.serviceUnavailable, "\(error)\n")
      default:
        Refusal(.badGateway, "The service can't be reached: \(error). Check the proxy's target and the network.\n")
      }
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<UpgradeResult> {
      channel.eventLoop.makeCompletedFuture {
        let client = try Stream(wrappingChannelSynchronously: channel)
        return .webSocket(Relay(client: client, service: takeAccepted()))
      }
    }

    /// Sends the signed handshake, and returns the header fields of the answer.
    private func shakeHands(_ head: HTTPRequestHead) async throws -> HTTPHeaders {
      if let objection = target.objection(to: head) { throw Refusal(.forbidden, objection + "\n") }
      let (signed, unsigned) = target.headers(of: head)
      let request = SignableRequest(
        method: head.method.rawValue, target: head.uri,
        headers: [HeaderField("Host", target.host)] + signed.map { HeaderField($0.name, $0.value) })
      return try await target.session.send(request, payload: .empty) { signed in
        (try await self.connect(signed, unsigned), nil)
      }
    }

    private func connect(_ request: SignableRequest, _ unsigned: HTTPHeaders) async throws -> HTTPHeaders {
      var head = HTTPRequestHead(version: .http1_1, method: .RAW(value: request.method), uri: request.target)
      head.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
      head.headers.add(contentsOf: unsigned)
      let upgrader = ServiceUpgrader()
      let sent = head
      let target = try AbsoluteURL(target.origin)
      let isSecure = target.origin.lowercased().hasPrefix("https:")
      let (name, port) = try ProxyCommand.address(
        self.target.host.hasPort ? self.target.host : self.target.host + (isSecure ? ":443" : ":80"))
      let answer = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connectTimeout(timeout)
        .connect(host: name, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            if isSecure {
              let context = try NIOSSLContext(configuration: .makeClientConfiguration())
              let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
              try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name))
            }
            try channel.pipeline.syncOperations.addHandlers([
              IdleStateHandler(readTimeout: self.timeout), CloseWhenIdle(),
            ])
            var configuration = NIOUpgradableHTTPClientPipelineConfiguration(
              upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration<Answer>(
                upgradeRequestHead: sent, upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                  channel.eventLoop.makeCompletedFuture { .refused(try .init(wrappingChannelSynchronously: channel)) }
                }))
            configuration.leftOverBytesStrategy = .forwardBytes
            return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
              configuration: configuration)
          }
        }
      switch try await answer.get() {
      case .accepted(let stream):
        outcome.withLock { $0.accepted = stream }
        return upgrader.headers
      case .refused(let stream):
        throw try await Refusal(stream)
      }
    }

    /// A WebSocket that both sides have accepted.
    struct Relay: Sendable {
      let client: Stream
      let service: Stream?

      /// Passes bytes in both directions until one side ends; closes both sides if it isn't allowed.
      func run(isAllowed: Bool, timeout: TimeAmount) async throws {
        try await client.executeThenClose { fromClient, toClient in
          try await service?.executeThenClose { fromService, toService in
            guard isAllowed, let service else { return }
            try await withThrowingTaskGroup(of: Void.self) { group in
              group.addTask {
                for try await bytes in fromClient { try await toService.write(bytes) }
                try await Self.flush(service.channel, timeout)
              }
              group.addTask {
                for try await bytes in fromService { try await toClient.write(bytes) }
                try await Self.flush(client.channel, timeout)
              }
              defer { group.cancelAll() }
              try await group.next()
            }
          }
        }
      }

      /// Waits until what was written has left: closing the connection would discard it.
      private static func flush(_ channel: any Channel, _ timeout: TimeAmount) async throws {
        let limit = channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
        defer { limit.cancel() }
        try await channel.writeAndFlush(ByteBuffer()).get()
      }
    }

    /// Accepts the service's 101.
    private final class ServiceUpgrader: NIOTypedHTTPClientProtocolUpgrader {
      let supportedProtocol = "websocket"
      let requiredUpgradeHeaders: [String] = []
      private let received = Mutex(HTTPHeaders())

      /// The header fields of the answer.
      var headers: HTTPHeaders { received.withLock { $0 } }

      func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {}

      func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
        received.withLock { $0 = upgradeResponse.headers.endToEnd }
        return true
      }

      func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Answer> {
        // An open WebSocket may be silent.
        channel.pipeline.handler(type: CloseWhenIdle.self)
          .flatMap { channel.pipeline.removeHandler($0) }
          .flatMapThrowing { .accepted(try Stream(wrappingChannelSynchronously: channel)) }
      }
    }
  }

  extension ProxyWebSocket.Refusal {
    fileprivate init(_ status: HTTPResponseStatus, _ text: String) {
      self.init(
        head: HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Type": "text/plain"]),
        body: ByteBuffer(string: text))
    }

    /// Reads the response, of whose body 64 KiB are kept.
    fileprivate init(_ stream: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>) async throws {
      self = try await stream.executeThenClose { inbound, _ in
        var head: HTTPResponseHead?
        var body = ByteBuffer()
        for try await part in inbound {
          switch part {
          case .head(let received): head = received
          case .body(var bytes): if body.readableBytes < 1 << 16 { body.writeBuffer(&bytes) }
          case .end:
            guard let head else { break }
            return ProxyWebSocket.Refusal(head: head, body: body)
          }
        }
        throw ChannelError.inputClosed
      }
    }
  }

  extension HTTPHeaders {
    fileprivate func merging(_ other: HTTPHeaders) -> HTTPHeaders {
      var merged = self
      for (name, value) in other { merged.add(name: name, value: value) }
      return merged
    }
  }

  extension String {
    /// Whether a port follows the host.
    fileprivate var hasPort: Bool {
      let host = utf8.lastIndex(of: UInt8(ascii: "]")) ?? startIndex
      return utf8[host...].contains(UInt8(ascii: ":"))
    }
  }
#endif
