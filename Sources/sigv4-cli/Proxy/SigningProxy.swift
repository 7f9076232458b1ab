#if AsyncHTTPClient
  import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import NIOPosix
  import SigV4
  import Synchronization

  /// A server on loopback that signs each request and sends it to one service.
  final class SigningProxy: Sendable {
    struct Settings: Sendable {
      /// The largest body, in bytes, that is kept in memory to be signed.
      let bodyLimit: Int
      /// The longest wait for the service.
      let timeout: TimeAmount
      let healthPath: String
    }

    /// The URL that clients use.
    let url: String
    private let listener: any Channel
    private let serving: Task<Void, any Error>
    private let connections: ProxyConnections
    private let client: HTTPClient

    private init(
      url: String, listener: any Channel, serving: Task<Void, any Error>, connections: ProxyConnections,
      client: HTTPClient
    ) {
      self.url = url
      self.listener = listener
      self.serving = serving
      self.connections = connections
      self.client = client
    }

    /// Starts a proxy.
    ///
    /// - Throws: The system's error if the address can't be used.
    static func start(
      to target: ProxyTarget, on host: String, port: Int, settings: Settings
    ) async throws -> SigningProxy {
      let client = HTTPClient(configuration: .proxy(settings.timeout))
      let connections = ProxyConnections()
      do {
        let exchange = ProxyExchange(target: target, settings: settings, client: client)
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
          .serverChannelOption(.backlog, value: 1024)
          .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          .serverChannelInitializer { channel in channel.pipeline.addHandler(IgnoreFailedAccepts()) }
          .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
          .childChannelOption(.socketOption(.so_keepalive), value: 1)
          .bind(host: host, port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
              try ProxyConnection.configure(channel, exchange: exchange, connections: connections)
            }
          }
        let serving = Task {
          try await listener.executeThenClose { accepted in
            try await withThrowingDiscardingTaskGroup { group in
              for try await negotiated in accepted {
                group.addTask {
                  // What one client does ends its connection only.
                  try? await ProxyConnection(exchange: exchange, connections: connections).serve(negotiated)
                }
              }
            }
          }
        }
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return SigningProxy(
          url: "http://\(name):\(listener.channel.localAddress?.port ?? port)", listener: listener.channel,
          serving: serving, connections: connections, client: client)
      } catch {
        try? await client.shutdown()
        throw error
      }
    }

    /// Stops listening, lets requests in progress end for as long as `grace`, and closes all connections.
    func shutDown(within grace: Duration) async {
      try? await listener.close()
      connections.drain()
      let limit = Task {
        try await Task.sleep(for: grace)
        stop()
      }
      _ = await serving.result
      limit.cancel()
      try? await client.shutdown()
    }

    /// Ends the requests in progress.
    func stop() {
      connections.closeAll()
      serving.cancel()
    }
  }

  extension HTTPClient.Configuration {
    /// Requests are sent once, to one host, as they were signed.
    fileprivate static func proxy(_ timeout: TimeAmount) -> Self {
      var configuration = Self()
      configuration.redirectConfiguration = .disallow
      configuration.timeout = Timeout(connect: timeout, read: timeout, write: timeout)
      configuration.connectionPool.retryConnectionEstablishment = false
      // Less than services wait for the next request, so that it doesn't meet a connection that they close.
      configuration.connectionPool.idleTimeout = .seconds(30)
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
      // A signature covers the path as HTTP/1.1 and HTTP/2 both send it; WebSockets and small services need the first.
      configuration.httpVersion = .http1Only
      return configuration
    }
  }

  /// The open connections of a proxy, of which a shutdown closes the idle ones first.
  final class ProxyConnections: Sendable {
    private struct State {
      var open: [ObjectIdentifier: (channel: any Channel, isBusy: Bool)] = [:]
      var isDraining = false
    }

    private let state = Mutex(State())

    /// Adds a connection until it closes.
    func add(_ channel: any Channel) {
      state.withLock { $0.open[ObjectIdentifier(channel)] = (channel, false) }
      channel.closeFuture.whenComplete { _ in self.state.withLock { $0.open[ObjectIdentifier(channel)] = nil } }
    }

    /// Whether a request may begin.
    func begin(_ channel: any Channel) -> Bool { setBusy(true, channel) }

    /// Whether another request may follow.
    func end(_ channel: any Channel) -> Bool { setBusy(false, channel) }

    private func setBusy(_ isBusy: Bool, _ channel: any Channel) -> Bool {
      let isDraining = state.withLock { state in
        state.open[ObjectIdentifier(channel)]?.isBusy = isBusy
        return state.isDraining
      }
      if isDraining, !isBusy { channel.close(promise: nil) }
      return !isDraining
    }

    /// Closes idle connections, now and when a request ends.
    func drain() {
      let idle = state.withLock { state in
        state.isDraining = true
        return state.open.values.filter { !$0.isBusy }
      }
      for connection in idle { connection.channel.close(promise: nil) }
    }

    func closeAll() {
      for connection in state.withLock({ Array($0.open.values) }) { connection.channel.close(promise: nil) }
    }
  }

  /// Keeps the server open if a connection can't be accepted, as without free descriptors.
  private final class IgnoreFailedAccepts: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      ServingLog.note("A connection can't be accepted: \(error). Raise the limit of open files (ulimit -n).")
    }
  }
#endif
