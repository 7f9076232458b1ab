public import SigV4
import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 server on a free loopback port, which the stand-ins are built on.
///
/// It passes each request to its handler exactly as it was sent: with the raw target, and the headers in order, repeated ones
/// included. It plays the faults of its ``faults`` plan, and records what it received. It runs until ``stop()``.
public final class LocalServer: Sendable {
  /// Answers a request, given its body.
  public typealias Handler = @Sendable (SignableRequest, [UInt8]) async -> Response

  /// A server's reaction to a request.
  public enum Outcome: Sendable, Hashable {
    /// The handler answers, with this status.
    case answered(Int)
    /// The server answers with this status, without the handler: 400 for invalid HTTP, 413 for a body over the limit.
    case rejected(Int)
    /// It plays a fault of its plan, which may have a name.
    case fault(String?)
  }

  /// A closure that is called with each request and the server's reaction; `nil` replaces a request that isn't valid HTTP.
  public typealias Observer = @Sendable (SignableRequest?, Outcome) -> Void

  /// The default maximum size of a request body, in bytes.
  public static let defaultBodyLimit = 1 << 20

  /// The loopback address that the server listens on.
  public let address: LoopbackAddress
  /// The port that the system chose.
  public let port: Int
  /// The clock, which can be set.
  public let clock: LocalClock

  private let channel: any Channel
  private let connections: ConnectionTasks
  private let log: RequestLog
  private let plan: Locked<FaultPlan>
  private let observers: Locked<Observer?>

  private init(
    address: LoopbackAddress, port: Int, clock: LocalClock, channel: any Channel, connections: ConnectionTasks,
    log: RequestLog, plan: Locked<FaultPlan>, observers: Locked<Observer?>
  ) {
    self.address = address
    self.port = port
    self.clock = clock
    self.channel = channel
    self.connections = connections
    self.log = log
    self.plan = plan
    self.observers = observers
  }

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - address: The loopback address to listen on.
  ///   - port: The port to listen on; 0 for a free one.
  ///   - bodyLimit: The maximum size of a request body, in bytes; a longer one is answered 413 without the handler.
  ///   - clock: The server's clock.
  ///   - handler: Answers each request. It is cancelled when the server stops.
  /// - Returns: The running server.
  /// - Throws: The system's error if the address can't be bound, such as `::1` on a machine without IPv6, or a port in use.
  public static func start(
    on address: LoopbackAddress = .ipv4,
    port: Int = 0,
    bodyLimit: Int = defaultBodyLimit,
    clock: LocalClock = LocalClock(),
    handler: @escaping Handler
  ) async throws -> LocalServer {
    let connections = ConnectionTasks()
    let log = RequestLog()
    let plan = Locked(FaultPlan())
    let observers = Locked<Observer?>(nil)
    // The process-wide event loops: they need no shutdown.
    let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    let channel = try await PeerCheck.options
      .reduce(bootstrap) {
        $0.childChannelOption(ChannelOptions.Types.SocketOption(level: $1.level, name: $1.name), value: 1)
      }
      .serverChannelOption(.backlog, value: 1024)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let stream = try Connection.Stream.http(on: channel)
          connections.start { id in
            await Connection(
              id: id, bodyLimit: bodyLimit, log: log, plan: plan, observers: observers, clock: clock, handler: handler
            ).serve(stream)
          }
        }
      }
      .bind(host: address.text, port: port)
      .get()
    return LocalServer(
      address: address, port: channel.localAddress?.port ?? 0, clock: clock, channel: channel,
      connections: connections, log: log, plan: plan, observers: observers)
  }

  /// The URL of the server's root without a trailing slash, such as `http://127.0.0.1:49152`.
  public var baseURL: String { address.baseURL(port: port) }

  /// The faults to play from the next request on; reading it returns the steps with their remaining uses.
  public var faults: FaultPlan {
    get { plan.value }
    set { plan.value = newValue }
  }

  /// A closure that is called with each request from the next one on, just before the answer is sent.
  public var observer: Observer? {
    get { observers.value }
    set { observers.value = newValue }
  }

  /// Stops listening, closes every connection, and returns when the last one is closed.
  ///
  /// A second call does nothing.
  public func stop() async {
    // Closing fails only if the channel is already closed.
    try? await channel.close().get()
    await connections.stop()
  }

  /// The requests received so far, oldest first, including those that a fault left unanswered.
  ///
  /// The latest 10,000 are always kept, and up to 10,000 earlier ones. Of their bodies, about the latest 64 MiB are kept:
  /// earlier requests have none.
  ///
  /// - Parameters:
  ///   - method: Only requests with this method; `nil` for any.
  ///   - pathPrefix: Only requests whose target begins with this text.
  /// - Returns: The requests that match.
  public func requests(_ method: String? = nil, _ pathPrefix: String = "") -> [RecordedRequest] {
    log.requests.filter { $0.matches(method: method, pathPrefix: pathPrefix) }
  }

  /// Waits until at least `count` matching requests have been received.
  ///
  /// - Parameters:
  ///   - count: The number to wait for, of all requests since the start.
  ///   - method: Only requests with this method; `nil` for any.
  ///   - pathPrefix: Only requests whose target begins with this text.
  /// - Throws: `CancellationError` if the waiting task is cancelled.
  public func received(_ count: Int, _ method: String? = nil, _ pathPrefix: String = "") async throws {
    try await log.wait { requests in
      requests.count { $0.matches(method: method, pathPrefix: pathPrefix) } >= count
    }
  }

  /// The number of connections accepted so far, those without a request included.
  public var connectionCount: Int { connections.accepted }

  /// The number of connections that carried a matching request.
  ///
  /// - Parameters:
  ///   - method: Only requests with this method; `nil` for any.
  ///   - pathPrefix: Only requests whose target begins with this text.
  /// - Returns: The number of different connections.
  public func connectionCount(_ method: String?, _ pathPrefix: String) -> Int {
    Set(requests(method, pathPrefix).map(\.connection)).count
  }
}
