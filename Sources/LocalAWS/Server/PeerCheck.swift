package import NIOCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The socket options that make TCP check whether the peer of an idle connection still exists.
///
/// The loopback device drops packets when its queue is full, and TCP never repeats a lost reset. Without the check, one side
/// waits forever on a connection that the other has reset.
package enum PeerCheck {
  /// A socket option to set to 1.
  package typealias Option = (level: NIOBSDSocket.OptionLevel, name: NIOBSDSocket.Option)

  #if canImport(Darwin)
    private static let idleSeconds = TCP_KEEPALIVE
  #else
    private static let idleSeconds = TCP_KEEPIDLE
  #endif

  /// Enables keep-alive, and sets the idle time before its first probe to 1 s.
  package static let options: [Option] = [(.socket, .so_keepalive), (.tcp, NIOBSDSocket.Option(rawValue: idleSeconds))]
}
