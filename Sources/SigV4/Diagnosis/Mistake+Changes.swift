// Changes of the request after signing, in the order of the list.
extension Mistake {
  /// One part signed in another form than it was sent.
  @Sendable static func ofChanges(_ context: MistakeContext) -> [Mistake] {
    let right = context.lines
    let changed = context.mistake
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].map { method in
      changed(
        .method,
        "The method is signed as \(method), but sent as \(right.method). Look for a redirect, or for the HTTP client's own method."
      ) { $0.method = method }
    }
    let paths = paths(insteadOf: right.path, for: context.base.service).map { path, how in
      changed(.path, "The path is signed \(how). Sign the path that is sent, byte by byte.") { $0.path = path }
    }
    let types = contentTypes(insteadOf: right.header("content-type")).map { type in
      changed(
        .header,
        "content-type is signed as \(type.debugDescription), but sent as \((right.header("content-type") ?? "").debugDescription): the HTTP client sets its own. Set it in full before signing."
      ) { $0.setHeader("content-type", type) }
    }
    let headers = right.headers.map(\.name).filter { $0 != "host" }.flatMap { name in
      let isToken = name.hasSuffix("-token")
      let cause: SignatureDiagnosis.Cause = isToken ? .sessionToken : .header
      return [
        changed(cause, "The header \(name) is signed as empty, but sent with a value. Set it before signing.") {
          $0.setHeader(name, "")
        },
        changed(cause, "The header \(name) isn't signed, although SignedHeaders lists it. Set it before signing.") {
          $0.headers.removeAll { $0.name == name }
        },
        changed(cause, "The header \(name) isn't signed, although SignedHeaders lists it. Set it before signing.") {
          $0.headers.removeAll { $0.name == name }
          $0.signedHeaders = $0.signedHeaders.split(separator: ";").filter { $0 != name }.joined(separator: ";")
        },
      ]
    }
    return (methods + paths + types + headers).compactMap { $0 }
  }

  /// A list header to which a proxy appended: signed without its last elements.
  @Sendable static func ofLists(_ context: MistakeContext) -> [Mistake] {
    let lists = context.lines.headers.compactMap { name, value -> (name: String, shorter: [String])? in
      guard name != "host", !name.hasSuffix("-token") else { return nil }
      let separators: [Character] = name == "user-agent" ? [" "] : [",", ";"]
      let shorter = separators.flatMap { value.withoutLastElements(after: $0, atMost: limitOfElements) }
      return shorter.isEmpty ? nil : (name, shorter)
    }
    let one = lists.prefix(limitOfLists).flatMap { name, shorter in
      shorter.map { value in
        context.mistake(
          .header,
          "The header \(name) is signed as \(Redaction.header(name, value).debugDescription), but sent with more: a proxy or a load balancer appended to it. Leave it unsigned."
        ) { $0.setHeader(name, value) }
      }
    }
    // A hop that appends to one often appends to others.
    let several = (0..<limitOfElements).map { count in
      context.mistake(
        .header,
        "The headers \(lists.map(\.name).joined(separator: " and ")) are signed with fewer elements than they are sent with: a proxy or a load balancer appended to them. Leave them unsigned."
      ) { lines in
        for (name, shorter) in lists where count < shorter.count { lines.setHeader(name, shorter[count]) }
      }
    }
    return (one + (lists.count > 1 ? several : [])).compactMap { $0 }
  }

  /// Limits above any real number of hops and of list headers.
  private static let (limitOfElements, limitOfLists) = (8, 32)

  /// The body in another form than it is given here.
  @Sendable static func ofBody(_ context: MistakeContext) -> [Mistake] {
    guard context.payloadHash != Payload.unsignedWord else { return [] }
    return BodyForms.all(of: context.payload).compactMap { hash, name in
      context.mistake(
        .payload, "The signature covers the body \(name). Sign the bytes that are sent, and send them unchanged."
      ) { $0.payloadHash = hash }
    }
  }

  /// Other forms of a path, and how each is made.
  private static func paths(insteadOf path: String, for service: String) -> [(String, String)] {
    let once = PercentEncoding.decoded(path.utf8[...])
    let afterFirst = path.dropFirst().firstIndex(of: "/").map { String(path[$0...]) } ?? "/"
    // Only API Gateway has stages, and the only segment of a path is rarely a prefix.
    let firstSegment =
      service == SigningService.executeAPI.name
      ? "without its first segment, such as the stage of an API"
      : afterFirst == "/" ? "as /" : "without its first segment, such as a prefix that a proxy adds"
    return [
      (path.hasSuffix("/") ? String(path.dropLast()) : path + "/", "with the slash at its end added or removed"),
      (afterFirst, firstSegment),
      (once, "decoded, but must be encoded"),
      (PercentEncoding.decoded(once.utf8[...]), "decoded, but must be encoded"),
    ]
  }

  /// A media type without its parameters, or with those that HTTP clients add.
  private static func contentTypes(insteadOf type: String?) -> [String] {
    guard let type else { return [] }
    guard let mark = type.firstIndex(of: ";") else {
      return ["; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8"].map { type + $0 }
    }
    return [String(type[..<mark])]
  }
}

extension String {
  /// The text without its last element, its last two, and so on, shortened at `separator`.
  fileprivate func withoutLastElements(after separator: Character, atMost limit: Int) -> [String] {
    guard let mark = separator.asciiValue else { return [] }
    var shorter: [String] = []
    var rest = utf8[...]
    while shorter.count < limit, let end = rest.lastIndex(of: mark) {
      rest = rest[..<end]
      let value = Substring(rest).trimmed
      if !value.isEmpty { shorter.append(value) }
    }
    return shorter
  }
}

extension Mistake {
  /// The path that a proxy names in a header, or the path in another client's encoding.
  @Sendable static func ofTargets(_ context: MistakeContext) -> [Mistake] {
    let request = context.request
    let signed = { (explanation: String, target: String) -> Mistake? in
      let other = SignableRequest(method: request.method, target: target, headers: request.headers)
      guard target != request.target,
        let text = Canonicalizer(context.rules).text(other, context.claim, context.payloadHash)
      else { return nil }
      return Mistake(.path, explanation, from: context.base) { $0.canonicalRequest = text }
    }
    // Fewer names are known, so that further headers are repetitions.
    let rewritten = targets(beforeProxiesOf: request).prefix(8).map { header, target in
      signed(
        "The signed path is the one in \(header): a proxy rewrote it. Configure the proxy to keep the path.", target)
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

  /// The request targets before a proxy rewrote them, each with the header in which the proxy reports it.
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
    // The characters that a segment may contain unencoded, besides the unreserved ones (RFC 3986, 3.3).
    let bare = "!$&'()*+,;=:@".reduce(full) { text, mark in
      text.replacing(Array(String(mark).utf8).percentEncoded, with: String(mark))
    }
    return [
      (full, "with every byte encoded that isn't unreserved, such as ( and +"),
      (bare, "with characters such as ( and + unencoded, which are sent encoded"),
      (path.replacing("+", with: "%20"), "with %20 where + is sent"),
      (path.replacing("%20", with: "+"), "with + where %20 is sent"),
    ]
  }
}

extension Mistake {
  /// Parts on one side only: added after signing, or signed and not listed.
  @Sendable static func ofAdditions(_ context: MistakeContext) -> [Mistake] {
    let parameters = parametersAdded(to: context.lines.query).compactMap { names, query in
      context.mistake(
        .query, "The query is signed without \(names.joined(separator: " and ")). Add no parameter after signing."
      ) { $0.query = query }
    }
    return parameters + ofUnlisted(context)
  }

  /// A header in the signed text, and in its list or not, that `claim` doesn't list.
  private static func ofUnlisted(_ context: MistakeContext) -> [Mistake] {
    let (request, claim, payloadHash) = (context.request, context.claim, context.payloadHash)
    let names = Set(request.headers.map { $0.name.utf8.asciiLowercased })
    let signed = Set(claim.signedHeaders)
    let unlisted = names.subtracting(signed).subtracting(["authorization"])
    let canonicalizer = Canonicalizer(context.rules)
    // The first request has every header in canonical form. The second lists the headers that the service's rules sign.
    guard unlisted.count <= limit,
      let all = try? canonicalizer.canonicalRequest(
        for: request, payloadHash: payloadHash, signedHeaders: names.sorted().joined(separator: ";")),
      let lines = CanonicalLines(all.text),
      let signable = try? canonicalizer.canonicalRequest(for: request, payloadHash: payloadHash).signedHeaders
    else { return [] }
    let signableNames = Set(signable.split(separator: ";").map { String($0) })
    return unlisted.sorted().flatMap { name in
      var bare = context.lines
      bare.headers = lines.headers.filter { $0.name == name || signed.contains($0.name) }
      var listed = bare
      listed.signedHeaders = bare.headers.map(\.name).joined(separator: ";")
      let advice =
        signableNames.contains(name) ? "List exactly the headers that are signed" : "Leave it unsigned"
      return [listed, bare].map { lines in
        Mistake(
          name.hasSuffix("-token") ? .sessionToken : .header,
          "The header \(name) is signed, but SignedHeaders doesn't list it. \(advice).", from: context.base
        ) { $0.canonicalRequest = lines.text }
      }
    }
  }

  /// More than a client adds or forgets by mistake; each is tried alone.
  private static let limit = 32

  /// The names of parameters that may have been added to a canonical query, and the query without them.
  private static func parametersAdded(to query: String) -> [([String], String)] {
    let parameters = query.split(separator: "&")
    guard parameters.count <= limit else { return [] }
    let one = parameters.indices.map { index in
      ([shownName(of: parameters[index])], (parameters[..<index] + parameters[(index + 1)...]).joined(separator: "&"))
    }
    let own = parameters.filter { !$0.hasPrefix("X-Amz-") }
    let all = (own.map { shownName(of: $0) }, parameters.filter { $0.hasPrefix("X-Amz-") }.joined(separator: "&"))
    return one + [all]
  }

  /// The name, without any text that may be a value.
  ///
  /// A long name may be a value without a name, such as a token.
  private static func shownName(of parameter: Substring) -> String {
    let name = parameter.prefix { $0 != "=" && $0 != "%" }
    return 1...64 ~= name.utf8.count ? String(name) : "a parameter"
  }
}
