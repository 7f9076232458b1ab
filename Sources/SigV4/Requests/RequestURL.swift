/// An absolute URL, cut into what goes on the wire, with every byte as it was (RFC 3986, 3).
struct RequestURL {
  /// Scheme and authority, up to the path.
  let origin: String
  /// The value of `Host`: the host, and the port where it isn't the scheme's own.
  let host: String
  /// Path and query, up to a fragment; `/` for an empty path.
  let target: String

  /// Cuts `text`; `nil` where it has no scheme or no host.
  init?(_ text: String) {
    let bytes = text.utf8
    guard let colon = bytes.firstIndex(of: 0x3A), bytes[colon...].starts(with: "://".utf8) else { return nil }
    let scheme = text[..<colon].lowercased()
    let start = bytes.index(colon, offsetBy: 3)
    let end = bytes[start...].firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? bytes.endIndex
    let authority = bytes[start..<end]
    // What stands before an @ is user and password, which HTTP doesn't send.
    let hostStart = authority.lastIndex(of: 0x40).map(bytes.index(after:)) ?? start
    var host = Substring(bytes[hostStart..<end])
    for (name, port) in [("http", ":80"), ("https", ":443")] where scheme == name && host.hasSuffix(port) {
      host.removeLast(port.utf8.count)
    }
    if host.hasSuffix(":") { host.removeLast() }
    guard !scheme.isEmpty, !host.isEmpty, !host.hasPrefix(":") else { return nil }
    origin = String(text[..<end])
    self.host = String(host)
    let rest = String(Substring(bytes[end...].prefix { $0 != 0x23 }))
    target = rest.utf8.first == 0x2F ? rest : "/" + rest
  }
}
