package import NIOCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Makes TCP check that the peer of an idle connection still exists.
///
/// The loopback device drops packets when its queue is full, and TCP never repeats a lost reset. Without this check, one side
/// waits forever on a connection that the other has reset.
package enum PeerCheck {
  /// A socket option to set to 1.
  package typealias Option = (level: NIOBSDSocket.OptionLevel, name: NIOBSDSocket.Option)

  #if canImport(Darwin)
    private static let idleSeconds = TCP_KEEPALIVE
  #else
    private static let idleSeconds = TCP_KEEPIDLE
  #endif

  /// Keep-alive, and its first probe after one second without traffic.
  package static let options: [Option] = [(.socket, .so_keepalive), (.tcp, NIOBSDSocket.Option(rawValue: idleSeconds))]
}
