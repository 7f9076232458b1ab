import NIOCore
import NIOHTTP1

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart> {
  /// Adds HTTP/1.1 to an accepted channel; called on its event loop.
  static func http(on channel: any Channel) throws -> Self {
    var unframed = HTTPResponseEncoder.Configuration()
    // `ResponseWriter` frames bodies itself, incorrectly if a fault requires that.
    unframed.automaticallySetFramingHeaders = false
    try channel.pipeline.syncOperations.addHandlers(
      HTTPResponseEncoder(configuration: unframed),
      ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: channel,
      configuration: .init(isOutboundHalfClosureEnabled: false))
  }
}

extension Channel {
  /// Makes the next close a TCP reset.
  func resetOnClose() async throws {
    guard let socket = self as? any SocketOptionProvider else { return }
    try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
  }
}
