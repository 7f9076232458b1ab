/// The loopback address that a stand-in listens on; other machines can't reach it.
public enum LoopbackAddress: Sendable, Hashable {
  /// 127.0.0.1.
  case ipv4
  /// ::1.
  case ipv6

  /// The address as text, without the brackets of an IPv6 address in a URL.
  public var text: String {
    switch self {
    case .ipv4: "127.0.0.1"
    case .ipv6: "::1"
    }
  }

  func baseURL(port: Int) -> String {
    switch self {
    case .ipv4: "http://127.0.0.1:\(port)"
    case .ipv6: "http://[::1]:\(port)"
    }
  }
}
