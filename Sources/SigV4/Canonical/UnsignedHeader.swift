/// The headers that are never signed, because something between the signer and the service may change them.
public enum UnsignedHeader {
  /// The names, in lower case, each with the reason why it is left out.
  public static let all: [String: String] = [
    "authorization": "it carries the signature itself",
    "connection": "hop-by-hop: each connection on the way has its own (RFC 9110, 7.6.1)",
    "expect": "answered and removed by the first server on the way (RFC 9110, 10.1.1)",
    "keep-alive": "hop-by-hop: it belongs to one connection (RFC 9112, C.2.2)",
    "proxy-authenticate": "meant for the next proxy only (RFC 9110, 11.7.1)",
    "proxy-authorization": "meant for the next proxy, which removes it (RFC 9110, 11.7.2)",
    "sec-websocket-extensions": "set by the WebSocket client after signing (RFC 6455, 11.3.2)",
    "sec-websocket-key": "set by the WebSocket client after signing (RFC 6455, 11.3.1)",
    "sec-websocket-protocol": "set by the WebSocket client after signing (RFC 6455, 11.3.4)",
    "sec-websocket-version": "set by the WebSocket client after signing (RFC 6455, 11.3.5)",
    "te": "hop-by-hop: what this connection takes (RFC 9110, 10.1.4)",
    "trailer": "hop-by-hop framing that proxies rewrite (RFC 9110, 6.6.2)",
    "transfer-encoding": "hop-by-hop framing that proxies rewrite (RFC 9112, 6.1)",
    "upgrade": "hop-by-hop: it belongs to one connection (RFC 9110, 7.8)",
    "user-agent": "HTTP clients and proxies append to it",
    "x-amzn-trace-id": "load balancers and tracers set and change it",
  ]

  /// A bit for each first letter that one of the names has: most headers need no look-up.
  private static let firstLetters: UInt32 = all.keys.reduce(0) { $0 | 1 << UInt32(($1.utf8.first ?? 0) & 31) }

  /// Whether the lower-case name at `range` of `names` is one of these.
  static func contains(_ range: Range<Int>, of names: borrowing ByteBuffer) -> Bool {
    let first = names[range.lowerBound]
    guard firstLetters & 1 << UInt32(first & 31) != 0 else { return false }
    // Almost every request has headers with this beginning, and one of the names has it too.
    if first == 0x78, names[range.lowerBound + 5] != 0x6E { return false }  // x-amzn-
    return all[names.string(range)] != nil
  }
}
