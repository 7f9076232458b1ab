// Parts on one side only: added after signing, or signed and not listed.
extension Mistake {
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
    // One over all headers has each in its canonical form; one over those that the service's rules sign tells which they are.
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
          "The header \(name) is signed, but SignedHeaders doesn't list it. \(advice).", context.base
        ) { $0.canonicalRequest = lines.text }
      }
    }
  }

  /// More than anybody adds or forgets by mistake; each is tried for itself.
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

  /// The name up to what might already be a value; a long one may be a value without a name, such as a token.
  private static func shownName(of parameter: Substring) -> String {
    let name = parameter.prefix { $0 != "=" && $0 != "%" }
    return 1...64 ~= name.utf8.count ? String(name) : "a parameter"
  }
}
