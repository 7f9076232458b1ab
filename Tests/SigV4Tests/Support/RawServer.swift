import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that keeps the bytes that clients send, and answers each request with 200.
struct RawServer {
  private let channel: any Channel
  private let recorder: Recorder

  /// The port, chosen by the system unless it was given.
  var port: Int { channel.localAddress?.port ?? 0 }

  /// Whether this machine has an IPv6 loopback address.
  static var canUseIPv6: Bool {
    get async { (try? await bytes(host: "::1") { _ in }) != nil }
  }

  /// Runs `send` while a server runs, and returns the bytes of the requests that arrive.
  ///
  /// - Throws: The error of `send`, or `IOError` if the address can't be bound.
  static func bytes(
    host: String = "127.0.0.1", port: Int = 0, sentBy send: (RawServer) async throws -> Void
  ) async throws -> [UInt8] {
    let recorder = Recorder()
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(RecordingHandler(recorder))
        }
      }
      .bind(host: host, port: port).get()
    do {
      try await send(RawServer(channel: channel, recorder: recorder))
    } catch {
      try? await channel.close()
      throw error
    }
    try? await channel.close()
    return recorder.bytes.withLock { $0 }
  }
}

private final class Recorder: Sendable {
  let bytes = Mutex<[UInt8]>([])
}

private final class RecordingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let recorder: Recorder
  private var received: [UInt8] = []

  init(_ recorder: Recorder) { self.recorder = recorder }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received += unwrapInboundIn(data).readableBytesView
    guard RawRequest(received)?.isComplete == true else { return }
    recorder.bytes.withLock { $0 += received }
    received = []
    let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    context.close(promise: nil)
  }
}
