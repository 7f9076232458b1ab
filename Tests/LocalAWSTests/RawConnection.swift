import LocalAWS
import NIOCore
import NIOPosix

/// A TCP connection whose bytes a test writes and reads itself.
final class RawConnection {
  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

  private init(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) {
    self.inbound = inbound.makeAsyncIterator()
    self.outbound = outbound
  }

  /// Connects to a loopback port, runs `body`, and closes.
  static func open<Result: Sendable>(
    _ port: Int, host: String = "127.0.0.1", _ body: @Sendable (RawConnection) async throws -> Result
  ) async throws -> Result {
    let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connectTimeout(.hours(1))  // The peer exists; a busy machine may connect slowly.
    let channel = try await PeerCheck.options
      .reduce(bootstrap) {
        $0.channelOption(ChannelOptions.Types.SocketOption(level: $1.level, name: $1.name), value: 1)
      }
      .connect(to: try SocketAddress(ipAddress: host, port: port)) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await body(RawConnection(inbound, outbound))
    }
  }

  /// Sends `text` on its own connection, and returns everything that the peer sends until it closes.
  static func exchange(_ port: Int, host: String = "127.0.0.1", _ text: String) async throws -> String {
    try await open(port, host: host) { connection in
      try await connection.send(text)
      return try await connection.readToEnd()
    }
  }

  func send(_ text: String) async throws {
    try await outbound.write(ByteBuffer(string: text))
  }

  /// Reads until `isEnough` returns true for the text so far, or the peer closes.
  func read(until isEnough: (String) -> Bool) async throws -> String {
    var text = ""
    while let bytes = try await inbound.next(isolation: #isolation) {
      text += String(buffer: bytes)
      if isEnough(text) { break }
    }
    return text
  }

  func readToEnd() async throws -> String { try await read { _ in false } }
}

extension String {
  /// A request without a body that closes the connection.
  static func request(_ method: String, _ target: String, _ headers: String...) -> String {
    ([method + " " + target + " HTTP/1.1", "Host: localhost", "Connection: close"] + headers)
      .joined(separator: "\r\n") + "\r\n\r\n"
  }

  /// The status code of an answer's first line.
  var status: Int? { split(separator: " ").dropFirst().first.flatMap { Int($0) } }

  /// The bytes after the head of a response.
  var body: Substring { range(of: "\r\n\r\n").map { self[$0.upperBound...] } ?? "" }

  private func range(of separator: String) -> Range<Index>? { ranges(of: separator).first }
}
