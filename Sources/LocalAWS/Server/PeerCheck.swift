package import NIOCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The options with which TCP checks after each second without traffic that the peer is still there.
///
/// A full queue of the loopback device drops packets. TCP repeats all of them except resets: without the check, one side
/// would wait forever for a connection that the other has reset.
package enum PeerCheck {
  /// An option of a socket, whose value is 1.
  package typealias Option = (level: NIOBSDSocket.OptionLevel, name: NIOBSDSocket.Option)

  #if canImport(Darwin)
    private static let idleSeconds = TCP_KEEPALIVE
  #else
    private static let idleSeconds = TCP_KEEPIDLE
  #endif

  /// The options: to check at all, and the seconds without traffic.
  package static let options: [Option] = [(.socket, .so_keepalive), (.tcp, NIOBSDSocket.Option(rawValue: idleSeconds))]
}
