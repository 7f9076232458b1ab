extension Mismatch {
  /// The lines in which the service's text differs from the request's; `nil` if it shows none that can be compared.
  static func differences(
    of lines: CanonicalLines, _ text: String, _ claim: SignatureClaim, _ answer: ServiceAnswer?
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

extension Mismatch.Difference {
  /// Why this line differs, and the remedy.
  func cause(of claim: SignatureClaim) -> (Mismatch.Cause, String) {
    switch line {
    case "method": return (.method, "The method was \(sent ?? "") when sent and \(expected ?? "") when it arrived.")
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
    if sent == nil { return "A proxy or the HTTP client added the header \(name), which is listed as signed." }
    let verb = expected == nil ? "removed" : "changed"
    return "A proxy or the HTTP client \(verb) the signed header \(name). \(remedy)."
  }

  private var pathCause: (Mismatch.Cause, String) {
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
    return (.path, "The path changed on the way: a proxy rewrites it, or adds or removes a prefix.")
  }

  private var queryCause: (Mismatch.Cause, String) {
    let parts = { (query: String?) in Set((query ?? "").split(separator: "&").map { String($0) }) }
    let decoded = { (query: String?) in (query ?? "").replacing("%20", with: "+").replacing("%2B", with: "+") }
    if parts(sent) == parts(expected) || decoded(sent) == decoded(expected) {
      return (
        .queryEncoding, "The query is sorted or encoded in another way. Send a space as %20, and a plus sign as %2B."
      )
    }
    return (
      .query, "The query changed on the way: a proxy or the HTTP client added, removed or encoded a parameter."
    )
  }

  private var hostCause: (Mismatch.Cause, String) {
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

  private var payloadCause: (Mismatch.Cause, String) {
    if expected == Payload.unsignedWord {
      return (.payloadSigned, "The payload is hashed, but the service requires UNSIGNED-PAYLOAD instead.")
    }
    if sent == Payload.unsignedWord {
      return (.payloadUnsigned, "UNSIGNED-PAYLOAD is signed, but the service requires the hash of the payload.")
    }
    return (
      .payload, "The body that arrived isn't the one that was hashed: something re-encoded, compressed or dropped it."
    )
  }

  private func scopeCause(_ claim: SignatureClaim) -> (Mismatch.Cause, String) {
    let theirs = (expected ?? "").split(separator: "/").map { String($0) }
    guard theirs.count == 4 else { return (.service, "The service reads another credential scope.") }
    if theirs[0] != claim.scope.day {
      return (
        .day, "The scope's day is \(claim.scope.day), the service's is \(theirs[0]). Take it from X-Amz-Date, in UTC."
      )
    }
    return theirs[1] != claim.scope.region
      ? (.region, "The scope is for the region \(claim.scope.region ?? ""), the service's is \(theirs[1]).")
      : (.service, "The scope is for the service \(claim.scope.service), the service's is \(theirs[2]).")
  }
}
