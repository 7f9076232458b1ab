extension Mismatch {
  /// The lines in which what the service shows differs from what the request stands for; `nil` where it shows nothing
  /// that can be compared.
  static func differences(
    of request: SignableRequest, _ claim: SignatureClaim, _ payloadHash: String, _ answer: ServiceAnswer?,
    _ verifier: Verifier
  ) -> [Difference]? {
    let text = verifier.canonicalizer.text(request, claim, payloadHash)
    var isTextTheSame = false
    if let shown = answer?.canonicalRequest.flatMap({ CanonicalLines($0) }),
      let ours = text.flatMap({ CanonicalLines($0) })
    {
      let differences = ours.differences(from: shown)
      if !differences.isEmpty { return differences }
      isTextTheSame = true
    }
    let lines = answer?.stringToSign?.split(separator: "\n").map { String($0) } ?? []
    guard lines.count == 4 else { return isTextTheSame ? [] : nil }
    var differences: [Difference] = []
    if lines[1] != claim.date.text {
      differences.append(Difference(line: "date", sent: claim.date.text, expected: lines[1]))
    }
    if lines[2] != claim.scope.text {
      differences.append(Difference(line: "scope", sent: claim.scope.text, expected: lines[2]))
    }
    // Where the text isn't shown, its hash still tells whether it is the same.
    if !isTextTheSame, differences.isEmpty, let hash = text.flatMap({ try? SHA256.hash($0).hex }), hash != lines[3] {
      differences.append(Difference(line: "canonical request hash", sent: hash, expected: lines[3]))
    }
    return differences
  }
}

extension Mismatch.Difference {
  /// What makes this line differ, most likely.
  func cause(of request: SignableRequest, _ claim: SignatureClaim) -> (Mismatch.Cause, String) {
    switch line {
    case "method": return (.method, "The method was \(sent ?? "") when sent and \(expected ?? "") when it arrived.")
    case "path": return pathCause
    case "query": return queryCause
    case "header host": return hostCause
    case "payload hash": return payloadCause
    case "date": return (.clock, "The service reads another date than X-Amz-Date; sign and send one and the same time.")
    case "scope": return scopeCause(claim)
    case "canonical request hash":
      return (
        .unknown,
        "The service signs another canonical request than the one that this request stands for: something on the way changed the request; send it past the proxy, or compare what arrives."
      )
    case "signed headers":
      return (
        .header, "The service counts other headers as signed than SignedHeaders lists; send the list sorted and whole."
      )
    default:
      return (.header, headerText(String(line.dropFirst(7))))
    }
  }

  private func headerText(_ name: String) -> String {
    // X-Amz headers must be signed; others may be left out.
    let remedy = name.hasPrefix("x-amz-") ? "let it pass as it is" : "leave it unsigned, or let it pass as it is"
    if sent == nil { return "A proxy or the HTTP client added the header \(name), which is listed as signed." }
    let verb = expected == nil ? "removed" : "changed"
    return "A proxy or the HTTP client \(verb) the signed header \(name); \(remedy)."
  }

  private var pathCause: (Mismatch.Cause, String) {
    let (sent, expected) = (sent ?? "", expected ?? "")
    let encoded = { (path: String) in path.replacing("%", with: "%25") }
    if encoded(sent) == expected {
      return (.pathEncoding, "The service encodes the path once more before it signs; encode it twice for signing.")
    }
    if encoded(expected) == sent {
      return (
        .pathEncoding, "The service signs the path as it goes on the wire; encode it once for signing, as for S3."
      )
    }
    let squeezed = { (path: String) in path.split(separator: "/").filter { $0 != "." }.joined(separator: "/") }
    if squeezed(sent) == squeezed(expected) {
      return (
        .pathNormalization,
        "Slashes or dot segments of the path were removed on one side only; send a path without them."
      )
    }
    return (.path, "The path was changed on the way; a proxy rewrites it, or adds or removes a prefix.")
  }

  private var queryCause: (Mismatch.Cause, String) {
    let parts = { (query: String?) in Set((query ?? "").split(separator: "&").map { String($0) }) }
    let decoded = { (query: String?) in (query ?? "").replacing("%20", with: "+").replacing("%2B", with: "+") }
    if parts(sent) == parts(expected) || decoded(sent) == decoded(expected) {
      return (.queryEncoding, "The query is sorted or encoded in another way: a space is %20, + stands for itself.")
    }
    return (
      .query, "The query was changed on the way: a proxy or the HTTP client added, removed or encoded a parameter."
    )
  }

  private var hostCause: (Mismatch.Cause, String) {
    let name = { (host: String?) in (host ?? "").prefix { $0 != ":" } }
    if name(sent) == name(expected) {
      return (
        .hostPort,
        "Host has a port on one side only: sent \(sent ?? ""), seen \(expected ?? ""); sign the port exactly where it is sent."
      )
    }
    return (
      .host,
      "A proxy changed Host: sent \(sent ?? ""), seen \(expected ?? ""); sign for the host that the service sees."
    )
  }

  private var payloadCause: (Mismatch.Cause, String) {
    if expected == Payload.unsignedWord {
      return (.payloadSigned, "The payload is hashed, but the service wants UNSIGNED-PAYLOAD in its place.")
    }
    if sent == Payload.unsignedWord {
      return (.payloadUnsigned, "UNSIGNED-PAYLOAD is signed, but the service wants the hash of the payload.")
    }
    return (
      .payload, "The body that arrived isn't the one that was hashed; something re-encoded, compressed or dropped it."
    )
  }

  private func scopeCause(_ claim: SignatureClaim) -> (Mismatch.Cause, String) {
    let theirs = (expected ?? "").split(separator: "/").map { String($0) }
    guard theirs.count == 4 else { return (.service, "The service reads another credential scope.") }
    if theirs[0] != claim.scope.day {
      return (
        .day, "The scope's day is \(claim.scope.day), the service's is \(theirs[0]); take it from X-Amz-Date, in UTC."
      )
    }
    return theirs[1] != claim.scope.region
      ? (.region, "The scope is for the region \(claim.scope.region ?? ""), the service's is \(theirs[1]).")
      : (.service, "The scope is for the service \(claim.scope.service), the service's is \(theirs[2]).")
  }
}
