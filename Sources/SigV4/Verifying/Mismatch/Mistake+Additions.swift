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
    let unlisted = Set(request.headers.map { $0.name.lowercased() })
      .subtracting(claim.signedHeaders).subtracting(["authorization"])
    let headers = (unlisted.count <= limit ? unlisted.sorted() : []).flatMap { name in
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
          name.hasSuffix("-token") ? .sessionToken : .header,
          isNeverSigned(name, rules)
            ? "The header \(name) is signed, but SignedHeaders doesn't list it; leave it unsigned."
            : "The header \(name) is signed, but SignedHeaders doesn't list it; list all headers that are signed, and those alone.",
          text)
      }
    }
    return (parameters + headers).compactMap { $0 }
  }

  /// More than anybody adds or forgets by mistake; each is tried for itself.
  private static let limit = 32

  private static func isNeverSigned(_ name: String, _ rules: SigningService) -> Bool {
    UnsignedHeader.all[name] != nil || rules.sessionToken == .addedAfterSigning && name == "x-amz-security-token"
  }

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

  /// The name up to what might already be a value; a long one may be a value without a name, such as a token.
  private static func shownName(of parameter: Substring) -> String {
    let name = parameter.prefix { $0 != "=" && $0 != "%" }
    return 1...64 ~= name.utf8.count ? String(name) : "a parameter"
  }
}
