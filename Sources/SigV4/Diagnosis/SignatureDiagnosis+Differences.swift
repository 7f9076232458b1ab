extension SignatureDiagnosis {
  /// The lines in which the service's text differs from the request's; `nil` if it shows none that can be compared.
  static func differences(
    of lines: CanonicalLines, _ text: String, _ claim: SignatureClaim, _ answer: ServiceErrorResponse?
  ) -> [Difference]? {
    var isTextTheSame = false
    if let shown = answer?.canonicalRequest.flatMap({ CanonicalLines($0) }) {
      let differences = lines.differences(from: shown)
      if !differences.isEmpty { return differences }
      isTextTheSame = true
    }
    let shown = answer?.stringToSign?.split(separator: "\n").map { String($0) } ?? []
    guard shown.count == 4 else { return isTextTheSame ? [] : nil }
    var differences: [Difference] = []
    if shown[1] != claim.date.text {
      differences.append(Difference(line: "date", sent: claim.date.text, expected: shown[1]))
    }
    if shown[2] != claim.scope.text {
      differences.append(Difference(line: "scope", sent: claim.scope.text, expected: shown[2]))
    }
    // The hash shows whether the text is the same, even if the text isn't shown.
    if !isTextTheSame, differences.isEmpty, let hash = try? SHA256.hash(text).hex, hash != shown[3] {
      differences.append(Difference(line: "canonical request hash", sent: hash, expected: shown[3]))
    }
    return differences
  }
}

extension SignatureDiagnosis.Difference {
  /// Why this line differs, and the remedy.
  func cause(of claim: SignatureClaim) -> (SignatureDiagnosis.Cause, String) {
    switch line {
    case "method":
      return (
        .method,
        "The method was sent as \(sent ?? ""), but arrived as \(expected ?? ""). Look for a proxy or a redirect that changes it."
      )
    case "path": return pathCause
    case "query": return queryCause
    case "header host": return hostCause
    case "payload hash": return payloadCause
    case "date": return (.clock, "The service reads another date than X-Amz-Date. Sign and send the same time.")
    case "scope": return scopeCause(claim)
    case "signed headers":
      return (
        .header, "The service reads other signed headers than SignedHeaders lists. Send the list sorted and complete."
      )
    default:
      return (.header, headerText(String(line.dropFirst(7))))
    }
  }

  private func headerText(_ name: String) -> String {
    // X-Amz headers must be signed; others can be left out.
    let remedy = name.hasPrefix("x-amz-") ? "Let it pass unchanged" : "Leave it unsigned, or let it pass unchanged"
    if sent == nil {
      return "A proxy or the HTTP client added the header \(name), which is listed as signed. Set it before signing."
    }
    let verb = expected == nil ? "removed" : "changed"
    return "A proxy or the HTTP client \(verb) the signed header \(name). \(remedy)."
  }

  private var pathCause: (SignatureDiagnosis.Cause, String) {
    let (sent, expected) = (sent ?? "", expected ?? "")
    let encoded = { (path: String) in path.replacing("%", with: "%25") }
    if encoded(sent) == expected {
      return (.pathEncoding, "The service encodes the path once more before it signs. Encode it twice for signing.")
    }
    if encoded(expected) == sent {
      return (
        .pathEncoding, "The service signs the path in the form that is sent. Encode it once for signing, as for S3."
      )
    }
    let squeezed = { (path: String) in path.split(separator: "/").filter { $0 != "." }.joined(separator: "/") }
    if squeezed(sent) == squeezed(expected) {
      return (
        .pathNormalization,
        "Slashes or dot segments of the path were removed on one side only. Send a path without them."
      )
    }
    return (
      .path,
      "The path changed on the way: a proxy rewrites it, or adds or removes a prefix. Sign the path that the service sees."
    )
  }

  private var queryCause: (SignatureDiagnosis.Cause, String) {
    let parts = { (query: String?) in Set((query ?? "").split(separator: "&").map { String($0) }) }
    let decoded = { (query: String?) in (query ?? "").replacing("%20", with: "+").replacing("%2B", with: "+") }
    if parts(sent) == parts(expected) || decoded(sent) == decoded(expected) {
      return (
        .queryEncoding, "The query is sorted or encoded in another way. Send a space as %20, and a plus sign as %2B."
      )
    }
    return (
      .query,
      "The query changed on the way: a proxy or the HTTP client added, removed or encoded a parameter. Sign the query that the service sees."
    )
  }

  private var hostCause: (SignatureDiagnosis.Cause, String) {
    let name = { (host: String?) in (host ?? "").prefix { $0 != ":" } }
    if name(sent) == name(expected) {
      return (
        .hostPort,
        "Host has a port on one side only: sent \(sent ?? ""), seen \(expected ?? ""). Sign the port if and only if it is sent."
      )
    }
    return (
      .host,
      "A proxy changed Host: sent \(sent ?? ""), seen \(expected ?? ""). Sign for the host that the service sees."
    )
  }

  private var payloadCause: (SignatureDiagnosis.Cause, String) {
    if expected == Payload.unsignedWord {
      return (.payloadSigned, "The payload is hashed, but the service requires UNSIGNED-PAYLOAD instead.")
    }
    if sent == Payload.unsignedWord {
      return (.payloadUnsigned, "UNSIGNED-PAYLOAD is signed, but the service requires the payload's hash instead.")
    }
    return (
      .payload,
      "The body that arrived isn't the one that was hashed: something re-encoded, compressed or dropped it. Hash the bytes that are sent."
    )
  }

  private func scopeCause(_ claim: SignatureClaim) -> (SignatureDiagnosis.Cause, String) {
    let theirs = (expected ?? "").split(separator: "/").map { String($0) }
    guard theirs.count == 4 else {
      return (.service, "The service reads another credential scope. Compare the scopes in both strings to sign.")
    }
    if theirs[0] != claim.scope.day {
      return (
        .day,
        "The scope's day is \(claim.scope.day), but the service's is \(theirs[0]). Take it from X-Amz-Date, in UTC."
      )
    }
    return theirs[1] != claim.scope.region
      ? (
        .region,
        "The scope is for the region \(claim.scope.region ?? ""), but the service is in \(theirs[1]). Sign for \(theirs[1])."
      )
      : (
        .service,
        "The scope is for the service \(claim.scope.service), but the service is \(theirs[2]). Sign for \(theirs[2])."
      )
  }
}

/// The lines of a canonical request, by name.
struct CanonicalLines {
  var method: String
  var path: String
  var query: String
  var headers: [(name: String, value: String)]
  var signedHeaders: String
  var payloadHash: String

  /// Reads a canonical request, with or without line breaks around it; `nil` for any other text, such as one whose inner
  /// line breaks are lost.
  init?(_ text: String) {
    // Byte by byte: a combining mark after a colon would hide the colon.
    let start = text.utf8.firstIndex { $0 != UInt8(ascii: "\n") } ?? text.endIndex
    let end = text.utf8.lastIndex { $0 != UInt8(ascii: "\n") }.map { text.utf8.index(after: $0) } ?? start
    let lines = text.utf8[start..<max(start, end)].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    )
    .map { String(Substring($0)) }
    guard lines.count >= 6, lines[lines.count - 3].isEmpty, lines[0].utf8.allSatisfy(\.isTokenCharacter),
      lines[1].utf8.first == UInt8(ascii: "/")
    else { return nil }
    method = lines[0]
    path = lines[1]
    query = lines[2]
    headers = lines[3..<(lines.count - 3)].map { line in
      let name = line.utf8.prefix { $0 != UInt8(ascii: ":") }
      return (String(Substring(name)), String(Substring(line.utf8.dropFirst(name.count + 1))))
    }
    signedHeaders = lines[lines.count - 2]
    payloadHash = lines[lines.count - 1]
  }

  var text: String {
    ([method, path, query] + headers.map { "\($0.name):\($0.value)" } + ["", signedHeaders, payloadHash])
      .joined(separator: "\n")
  }

  /// The value of a header; `nil` if there is no such line.
  func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }

  private var valuesByName: [String: String] {
    Dictionary(headers.map { ($0.name, $0.value) }) { first, _ in first }
  }

  mutating func setHeader(_ name: String, _ value: String) {
    for index in headers.indices where headers[index].name == name { headers[index].value = value }
  }

  /// The lines in which two requests differ, in their order.
  func differences(from expected: CanonicalLines) -> [SignatureDiagnosis.Difference] {
    var found: [SignatureDiagnosis.Difference] = []
    let compare = { (line: String, sent: String?, expected: String?) in
      if sent != expected { found.append(SignatureDiagnosis.Difference(line: line, sent: sent, expected: expected)) }
    }
    compare("method", method, expected.method)
    compare("path", path, expected.path)
    compare("query", query, expected.query)
    // Looked up by name: a hostile service may send many lines.
    let (values, expectedValues) = (valuesByName, expected.valuesByName)
    for name in Set(values.keys).union(expectedValues.keys).sorted() {
      compare("header \(name)", values[name], expectedValues[name])
    }
    compare("signed headers", signedHeaders, expected.signedHeaders)
    compare("payload hash", payloadHash, expected.payloadHash)
    return found
  }
}
