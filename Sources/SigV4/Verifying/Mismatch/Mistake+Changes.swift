// What a client, or something on the way, makes of a request after it is signed.
extension Mistake {
  /// One part signed as something else than it was sent as.
  static func ofChanges(_ base: Draft, _ right: CanonicalLines) -> [Mistake] {
    let changed = { (cause: Mismatch.Cause, explanation: String, change: (inout CanonicalLines) -> Void) -> Mistake? in
      var lines = right
      change(&lines)
      return lines.text == right.text ? nil : Mistake(cause, explanation, base) { $0.canonicalRequest = lines.text }
    }
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].map { method in
      changed(
        .method,
        "The method is signed as \(method), but sent as \(right.method); a redirect or the HTTP client may have changed it."
      ) { $0.method = method }
    }
    let paths = paths(insteadOf: right.path).map { path, how in
      changed(.path, "The path is signed \(how); sign the path that is sent, byte by byte.") { $0.path = path }
    }
    let types = contentTypes(insteadOf: right.header("content-type")).map { type in
      changed(
        .header,
        "content-type is signed as \(type.debugDescription), but sent as \((right.header("content-type") ?? "").debugDescription): the HTTP client sets its own; set it in full before signing."
      ) { $0.setHeader("content-type", type) }
    }
    let headers = right.headers.map(\.name).filter { $0 != "host" }.flatMap { name in
      let isToken = name.hasSuffix("-token")
      let cause: Mismatch.Cause = isToken ? .sessionToken : .header
      return [
        changed(cause, "The header \(name) is signed as empty, but sent with a value; set it before signing.") {
          $0.setHeader(name, "")
        },
        changed(cause, "The header \(name) isn't signed, though SignedHeaders lists it; set it before signing.") {
          $0.headers.removeAll { $0.name == name }
        },
        changed(cause, "The header \(name) isn't signed, though SignedHeaders lists it; set it before signing.") {
          $0.headers.removeAll { $0.name == name }
          $0.signedHeaders = $0.signedHeaders.split(separator: ";").filter { $0 != name }.joined(separator: ";")
        },
      ]
    }
    return (methods + paths + types + headers).compactMap { $0 }
  }

  /// Other forms of a path, and how each comes to be.
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
