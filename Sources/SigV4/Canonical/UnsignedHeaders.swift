/// The headers that are never signed, because a client, proxy or load balancer can change them after signing.
package enum UnsignedHeader {
  /// The names in lower case, each with the reason why it isn't signed.
  package static let all: [String: String] = hopByHopReasons.merging([  // rule: headers-left-out
    "authorization": "it contains the signature itself",
    "sec-websocket-extensions": "set by the WebSocket client after signing (RFC 6455, 11.3.2)",
    "sec-websocket-key": "set by the WebSocket client after signing (RFC 6455, 11.3.1)",
    "sec-websocket-protocol": "set by the WebSocket client after signing (RFC 6455, 11.3.4)",
    "sec-websocket-version": "set by the WebSocket client after signing (RFC 6455, 11.3.5)",
    "user-agent": "HTTP clients and proxies append to it",
    "x-amzn-trace-id": "load balancers and tracers set and change it",
  ]) { reason, _ in reason }

  private static let hopByHopReasons = [
    "connection": "hop-by-hop: each connection has its own (RFC 9110, 7.6.1)",
    "expect": "the first proxy can answer and remove it (RFC 9110, 10.1.1)",
    "keep-alive": "hop-by-hop: it belongs to one connection (RFC 9112, C.2.2)",
    "proxy-authenticate": "meant for the next proxy only (RFC 9110, 11.7.1)",
    "proxy-authorization": "meant for the next proxy, which removes it (RFC 9110, 11.7.2)",
    "te": "hop-by-hop: the transfer codings that this connection accepts (RFC 9110, 10.1.4)",
    "trailer": "hop-by-hop framing that proxies rewrite (RFC 9110, 6.6.2)",
    "transfer-encoding": "hop-by-hop framing that proxies rewrite (RFC 9112, 6.1)",
    "upgrade": "hop-by-hop: it belongs to one connection (RFC 9110, 7.8)",
  ]

  /// The names of the hop-by-hop fields, which a proxy doesn't pass on (RFC 9110, 7.6.1), and of `Expect`, in lower case.
  ///
  /// Unlike the others, `Proxy-Connection` is signed, as by botocore.
  package static let hopByHop = hopByHopReasons.keys + ["proxy-connection"]

  /// A bit for each shape that one of the names has, so that most headers need no lookup.
  static let shapes: UInt64 = all.keys.reduce(0) { $0 | shape(firstByte: $1.utf8.first ?? 0, count: $1.utf8.count) }

  /// One of 64 bits, selected by the first letter and the length of a name.
  static func shape(firstByte: UInt8, count: Int) -> UInt64 {
    1 &<< (UInt64(firstByte) &+ 7 &* UInt64(truncatingIfNeeded: count))
  }
}
