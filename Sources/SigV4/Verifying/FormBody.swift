extension Verifier {
  /// The part of the canonical request that contains the parameters of an HTML form (`application/x-www-form-urlencoded`).
  public enum FormBodies: Sendable, Hashable {
    /// In the payload, as AWS's own servers read it.
    case payload
    /// In the query, and the payload is empty.
    ///
    /// Some clients of old query APIs sign this way. It applies to payloads of bytes if the `Content-Type` is that of a form.
    /// Name that header in `requiredHeaders` if nothing else depends on it.
    ///
    /// Read the parameters from ``VerifiedRequest/target``: the signature doesn't cover their order in the body, or which of
    /// them were sent in the URL. URL and form together are limited to ``Verifier/Limits/targetBytes``. The form is checked like
    /// the query of the target (``Verifier/NonCanonicalTargets``), except that `+` is a space.
    case query
  }

  /// The request and the payload that the signature must cover.
  func movingForm(
    _ payload: Payload, toQueryOf request: SignableRequest
  ) throws(VerificationError) -> (SignableRequest, Payload) {
    guard hasFormInQuery(request), let bytes = payload.loadedBytes, !bytes.isEmpty else { return (request, payload) }
    var moved = request
    moved.target += moved.target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
    guard bytes.count <= limits.targetBytes - moved.target.utf8.count else {
      throw VerificationError(
        .tooLarge,
        "The target and the form are longer than the limit of \(limits.targetBytes) bytes together. Send a shorter form."
      )
    }
    let plus = UInt8(ascii: "+")
    let words = bytes.split(separator: plus, omittingEmptySubsequences: false)
    moved.target += String(decoding: Array(words.joined(separator: "%20".utf8)), as: UTF8.self)
    if let flaw = moved.target.withBytes({ TargetFlaw(in: $0, service.pathNormalization, nonCanonicalTargets) }) {
      throw VerificationError(
        flaw.isInvalid ? .invalidRequest : .nonCanonicalTarget, "With the form in its query: \(flaw.message)")
    }
    // The canonical query omits parameters of signing: the application would read them, although they aren't signed.
    let signed = try SignatureClaim.QueryFields(request.target)
    guard try SignatureClaim.QueryFields(moved.target)?.count ?? 0 == signed?.count ?? 0 else {
      throw VerificationError(
        .ambiguousSignature, "The form contains a parameter of signing. Sign in the header or in the query.",
        cause: .twoSignatures)
    }
    return (moved, .empty)
  }

  /// Whether the body of `request` is a form whose parameters are in the canonical query.
  func hasFormInQuery(_ request: SignableRequest) -> Bool {
    guard formBodies == .query, let type = request.headers["content-type"] else { return false }
    let name = Substring(type.utf8.prefix { $0 != UInt8(ascii: ";") }).trimmed
    return name.utf8.asciiLowercased == "application/x-www-form-urlencoded"
  }
}
