// A path that is signed in another form than it is sent.
extension Mistake {
  /// The path that a proxy names in a header, or the path in another client's encoding.
  @Sendable static func ofTargets(_ context: MistakeContext) -> [Mistake] {
    let request = context.request
    let signed = { (explanation: String, target: String) -> Mistake? in
      let other = SignableRequest(method: request.method, target: target, headers: request.headers)
      guard target != request.target,
        let text = Canonicalizer(context.rules).text(other, context.claim, context.payloadHash)
      else { return nil }
      return Mistake(.path, explanation, context.base) { $0.canonicalRequest = text }
    }
    // There are no more such headers.
    let rewritten = targets(beforeProxiesOf: request).prefix(8).map { header, target in
      signed(
        "The path is signed as \(header) has it: a proxy rewrote it. Configure the proxy to keep the path.", target)
    }
    let path = request.target.prefix { $0 != "?" }
    let query = request.target.dropFirst(path.count)
    let encoded = otherEncodings(of: String(path)).map { path, how in
      signed(
        "The path is signed \(how): the HTTP client encodes it in another way. Sign the bytes that it sends.",
        path + query)
    }
    return (rewritten + encoded).compactMap { $0 }
  }

  /// The request targets that proxies had, by the headers in which they hand them on.
  private static func targets(beforeProxiesOf request: SignableRequest) -> [(String, String)] {
    request.headers.compactMap { header in
      let name = header.name.utf8.asciiLowercased
      guard header.value.hasPrefix("/") else { return nil }
      switch name {
      case "x-original-uri", "x-original-url", "x-envoy-original-path", "x-forwarded-uri", "x-rewrite-url":
        return (name, header.value)
      case "x-forwarded-prefix":
        return (name, header.value + request.target)
      default:
        return nil
      }
    }
  }

  /// The same path as other clients encode it, and how.
  private static func otherEncodings(of path: String) -> [(String, String)] {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    let full = segments.map { Array(PercentEncoding.decoded($0.utf8).utf8).percentEncoded }.joined(separator: "/")
    // RFC 3986, 3.3: what may stand bare in a segment, besides what is unreserved.
    let bare = "!$&'()*+,;=:@".reduce(full) { text, mark in
      text.replacing(Array(String(mark).utf8).percentEncoded, with: String(mark))
    }
    return [
      (full, "with every byte encoded that isn't unreserved, such as ( and +"),
      (bare, "with marks such as ( and + bare, which are sent encoded"),
      (path.replacing("+", with: "%20"), "with %20 where + is sent"),
      (path.replacing("%20", with: "+"), "with + where %20 is sent"),
    ]
  }
}
