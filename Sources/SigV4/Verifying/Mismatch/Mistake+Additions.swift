// What is on one side only: added after signing, or signed and not listed.
extension Mistake {
  static func ofAdditions(
    _ base: Draft, _ right: CanonicalLines, _ request: SignableRequest, _ claim: SignatureClaim, _ payloadHash: String,
    _ rules: SigningService
  ) -> [Mistake] {
    let mistake = { (cause: Mismatch.Cause, explanation: String, text: String?) -> Mistake? in
      text.map { text in Mistake(cause, explanation, base) { $0.canonicalRequest = text } }
    }
    let parameters = parametersAdded(to: right.query).map { names, query in
      var lines = right
      lines.query = query
      return mistake(
        .query,
        "The query is signed without \(names.joined(separator: " and ")); add no parameter after signing.", lines.text)
    }
    let unlisted = Set(request.headers.map { $0.name.lowercased() }).subtracting(claim.signedHeaders)
    let headers = unlisted.subtracting(["authorization"]).sorted().flatMap { name in
      let list = (claim.signedHeaders + [name]).sorted().joined(separator: ";")
      let listed = try? Canonicalizer(rules)
        .canonicalRequest(for: request, payloadHash: payloadHash, signedHeaders: list).text
      let bare = listed.flatMap { CanonicalLines($0) }.map { lines in
        var lines = lines
        lines.signedHeaders = right.signedHeaders
        return lines.text
      }
      return [listed, bare].map { text in
        mistake(
          .header,
          "The header \(name) is signed, but SignedHeaders doesn't list it; list all headers that are signed, and those alone.",
          text)
      }
    }
    return (parameters + headers).compactMap { $0 }
  }

  /// The names of parameters that may have been added to a canonical query, and the query without them.
  private static func parametersAdded(to query: String) -> [([Substring], String)] {
    let parameters = query.split(separator: "&")
    // More than anybody adds by mistake; each is tried for itself.
    guard parameters.count <= 64 else { return [] }
    let own = parameters.filter { !$0.hasPrefix("X-Amz-") }
    let added = parameters.map { [$0] } + (own.count > 1 ? [own] : [])
    return added.map { added in
      (added.map { $0.prefix { $0 != "=" } }, parameters.filter { !added.contains($0) }.joined(separator: "&"))
    }
  }
}
