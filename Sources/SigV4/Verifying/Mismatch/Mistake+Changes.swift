// Changes that a client, or something on the way, makes after the request is signed.
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
    let paths = paths(insteadOf: right.path).map { path, how in
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
      let cause: Mismatch.Cause = isToken ? .sessionToken : .header
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

  /// A list header to which something on the way appended: signed without its last elements.
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

  /// More hops than a request takes, and more list headers than it has.
  private static let (limitOfElements, limitOfLists) = (8, 32)

  /// The body in another form than it is given here.
  @Sendable static func ofBody(_ context: MistakeContext) -> [Mistake] {
    guard context.payloadHash != Payload.unsignedWord else { return [] }
    return BodyForms.all(of: context.payload).compactMap { hash, name in
      context.mistake(
        .payload, "The signature is over the body \(name). Sign the bytes that are sent, and send them unchanged."
      ) { $0.payloadHash = hash }
    }
  }

  /// Other forms of a path, and how each is made.
  private static func paths(insteadOf path: String) -> [(String, String)] {
    let once = PercentEncoding.decoded(path.utf8[...])
    let afterFirst = path.dropFirst().firstIndex(of: "/").map { String(path[$0...]) } ?? "/"
    return [
      (path.hasSuffix("/") ? String(path.dropLast()) : path + "/", "with the slash at its end added or left out"),
      (afterFirst, "without its first segment, which is the stage of an API or a prefix that a proxy knows"),
      (once, "decoded, where it must be encoded"),
      (PercentEncoding.decoded(once.utf8[...]), "decoded, where it must be encoded"),
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
      let value = String(Substring(rest).trimmingSpaces)
      if !value.isEmpty { shorter.append(value) }
    }
    return shorter
  }
}
