// Mistakes within the canonical request.
extension Mistake {
  /// One line signed in another form than it was sent.
  @Sendable static func ofLines(_ context: MistakeContext) -> [Mistake] {
    let (right, rules) = (context.lines, context.rules)
    let bodyHash = (try? context.payload.hash(under: .signed)) ?? context.payloadHash
    var found: [Mistake] = []
    let add = { (cause: Mismatch.Cause, explanation: String, change: (inout CanonicalLines) -> Void) in
      if let mistake = context.mistake(cause, explanation, change) { found.append(mistake) }
    }
    let host = right.header("host") ?? ""
    let name = host.prefix { $0 != ":" }
    for form in [String(name), "\(name):443", "\(name):80", "\(name):8443", "\(name):8080"] where form != host {
      add(.hostPort, "Host is signed as \(form), but sent as \(host). Sign the port if and only if it is sent.") {
        $0.setHeader("host", form)
      }
    }
    add(.host, "Host is signed as \(host.utf8.asciiLowercased), but sent as \(host). Letter case counts.") {
      $0.setHeader("host", host.utf8.asciiLowercased)
    }
    for header in context.request.headers where header.isNamed("x-forwarded-host") || header.isNamed("x-original-host")
    {
      add(
        .host,
        "Host is signed as \(header.value), but sent as \(host): a proxy set its own. Configure the proxy to keep Host."
      ) {
        $0.setHeader("host", header.value)
      }
    }
    for hash in [bodyHash, SHA256Digest.hexOfNothing] {
      let (cause, text): (Mismatch.Cause, String) =
        right.payloadHash == Payload.unsignedWord
        ? (.payloadSigned, "The payload is hashed for signing. \(rules.name) requires UNSIGNED-PAYLOAD instead.")
        : (.payload, "The signature is over another payload hash than the body's. Hash the body that is sent.")
      add(cause, text) { $0.payloadHash = hash }
      add(cause, text) {
        $0.payloadHash = hash
        $0.setHeader("x-amz-content-sha256", hash)
      }
    }
    add(.payloadUnsigned, "UNSIGNED-PAYLOAD is signed. \(rules.name) requires the hash of the payload.") {
      $0.payloadHash = Payload.unsignedWord
    }
    let lowercased = right.method.utf8.asciiLowercased
    add(.method, "The method is signed as \(lowercased), but sent as \(right.method). Letter case counts.") {
      $0.method = lowercased
    }
    for header in right.headers where header.name == "accept-encoding" || header.name == "connection" {
      for value in ["gzip", "identity", "gzip, deflate", "gzip, deflate, br", "close", "keep-alive", "Keep-Alive"] {
        add(
          .header,
          "\(header.name) is signed as \(value.debugDescription), but sent as \(header.value.debugDescription): a proxy or the HTTP client changed it. Leave it unsigned."
        ) { $0.setHeader(header.name, value) }
      }
    }
    return found
  }

  /// The text built in another way.
  @Sendable static func ofForm(_ context: MistakeContext) -> [Mistake] {
    let (base, right, request) = (context.base, context.lines, context.request)
    var found: [Mistake] = []
    let add = { (cause: Mismatch.Cause, explanation: String, text: String) in
      guard text != base.canonicalRequest else { return }
      found.append(Mistake(cause, explanation, base) { $0.canonicalRequest = text })
    }
    let query = request.target.firstIndex(of: "?").map { request.target[request.target.index(after: $0)...] } ?? ""
    let kept = query.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature=") }
    let queries: [(String, String)] = [
      (kept.joined(separator: "&"), "as it was sent. Sort the parameters, and encode each name and value"),
      (
        kept.sorted().joined(separator: "&"),
        "without encoding each name and value, or without = after a bare name"
      ),
      (right.query.replacing("%2B", with: "%20"), "with + as a space. Send a space as %20, and a plus sign as %2B"),
      (right.query.replacing("%20", with: "+"), "with + for a space. Send a space as %20"),
      (right.query.replacing("%2F", with: "/"), "with bare slashes. In a query, encode / as %2F"),
      (
        right.query.replacing("%", with: "%25"),
        "encoded twice, with %25 for each %. Encode each name and value once, whether or not it is already encoded"
      ),
      ("", "as empty. Sign the query that is sent"),
    ]
    for (query, how) in queries {
      var lines = right
      lines.query = query
      add(.queryEncoding, "The query is signed \(how).", lines.text)
    }
    var raw = right
    for header in request.headers { raw.setHeader(header.name.utf8.asciiLowercased, header.value) }
    add(
      .headerWhiteSpace,
      "A header's value is signed as it was sent. Remove white space at its ends, and replace each run inside with one space.",
      raw.text)
    let lines = right.text.split(separator: "\n", omittingEmptySubsequences: false)
    add(
      .canonicalForm, "The canonical request is signed without the empty line between the headers and their list.",
      (lines.dropLast(3) + lines.suffix(2)).joined(separator: "\n"))
    add(
      .canonicalForm, "The canonical request is signed with a line break at its end. It must have none.",
      right.text + "\n")
    add(
      .canonicalForm, "The canonical request is signed with CR LF between its lines. Use LF alone.",
      right.text.replacing("\n", with: "\r\n"))
    return found
  }
}
