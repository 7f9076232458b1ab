// Mistakes within the canonical request.
extension Mistake {
  /// One line signed otherwise than it was sent.
  static func ofLines(
    _ base: Draft, _ right: CanonicalLines, _ request: SignableRequest, _ bodyHash: String, _ rules: SigningService
  ) -> [Mistake] {
    var found: [Mistake] = []
    let add = { (cause: Mismatch.Cause, explanation: String, change: (inout CanonicalLines) -> Void) in
      var lines = right
      change(&lines)
      guard lines.text != right.text else { return }
      found.append(Mistake(cause, explanation, base) { $0.canonicalRequest = lines.text })
    }
    let host = right.header("host") ?? ""
    let name = host.prefix { $0 != ":" }
    for form in [String(name), "\(name):443", "\(name):80", "\(name):8443", "\(name):8080"] where form != host {
      add(.hostPort, "Host is signed as \(form), but sent as \(host); sign the port exactly where it is sent.") {
        $0.setHeader("host", form)
      }
    }
    add(.host, "Host is signed as \(host.lowercased()), but sent as \(host); letter case counts.") {
      $0.setHeader("host", host.lowercased())
    }
    for header in request.headers where header.isNamed("x-forwarded-host") || header.isNamed("x-original-host") {
      add(.host, "Host is signed as \(header.value), but sent as \(host): a proxy set its own; let it pass Host on.") {
        $0.setHeader("host", header.value)
      }
    }
    for hash in [bodyHash, SHA256Digest.hexOfNothing] {
      let (cause, text): (Mismatch.Cause, String) =
        right.payloadHash == Payload.unsignedWord
        ? (.payloadSigned, "The payload is hashed for signing; \(rules.name) wants UNSIGNED-PAYLOAD in its place.")
        : (.payload, "The signature is over another payload hash than the body's; hash the body that is sent.")
      add(cause, text) { $0.payloadHash = hash }
      add(cause, text) {
        $0.payloadHash = hash
        $0.setHeader("x-amz-content-sha256", hash)
      }
    }
    add(.payloadUnsigned, "UNSIGNED-PAYLOAD is signed; \(rules.name) wants the hash of the payload.") {
      $0.payloadHash = Payload.unsignedWord
    }
    let lowercased = right.method.lowercased()
    add(.method, "The method is signed as \(lowercased), but sent as \(right.method); letter case counts.") {
      $0.method = lowercased
    }
    for header in right.headers where header.name == "accept-encoding" || header.name == "connection" {
      for value in ["gzip", "identity", "gzip, deflate", "gzip, deflate, br", "close", "keep-alive", "Keep-Alive"] {
        add(
          .header,
          "\(header.name) is signed as \(value.debugDescription), but sent as \(header.value.debugDescription): a proxy or the HTTP client changed it; leave it unsigned."
        ) { $0.setHeader(header.name, value) }
      }
    }
    return found
  }

  /// The text put together in another way.
  static func ofForm(_ base: Draft, _ right: CanonicalLines, _ request: SignableRequest) -> [Mistake] {
    var found: [Mistake] = []
    let add = { (cause: Mismatch.Cause, explanation: String, text: String) in
      guard text != right.text else { return }
      found.append(Mistake(cause, explanation, base) { $0.canonicalRequest = text })
    }
    let query = request.target.firstIndex(of: "?").map { request.target[request.target.index(after: $0)...] } ?? ""
    let kept = query.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature=") }
    let queries: [(String, String)] = [
      (kept.joined(separator: "&"), "as it was sent; sort the parameters, and encode each name and value"),
      (
        kept.sorted().joined(separator: "&"),
        "without encoding each name and value anew, or without = after a bare name"
      ),
      (right.query.replacing("%2B", with: "%20"), "with + read as a space; + stands for itself, a space is %20"),
      (right.query.replacing("%20", with: "+"), "with + for a space; a space is %20"),
      (right.query.replacing("%2F", with: "/"), "with bare slashes; in a query, / is encoded as %2F"),
      (
        right.query.replacing("%", with: "%25"),
        "encoded twice, with %25 for each %; encode each name and value once, whether or not they come encoded"
      ),
      ("", "as empty; it is part of what is signed"),
    ]
    for (query, how) in queries {
      var lines = right
      lines.query = query
      add(.queryEncoding, "The query is signed \(how).", lines.text)
    }
    var raw = right
    for header in request.headers { raw.setHeader(header.name.lowercased(), header.value) }
    add(
      .headerWhiteSpace,
      "A header's value is signed as it was sent; remove white space at its ends and make one space of each run inside.",
      raw.text)
    let lines = right.text.split(separator: "\n", omittingEmptySubsequences: false)
    add(
      .canonicalForm, "The canonical request is signed without the empty line between the headers and their list.",
      (lines.dropLast(3) + lines.suffix(2)).joined(separator: "\n"))
    add(.canonicalForm, "The canonical request is signed with a line break at its end; it has none.", right.text + "\n")
    add(
      .canonicalForm, "The canonical request is signed with CR LF between its lines; it must be LF alone.",
      right.text.replacing("\n", with: "\r\n"))
    return found
  }
}
