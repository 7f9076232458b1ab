extension Verifier {
  /// The place in the canonical request of the parameters of an HTML form, `application/x-www-form-urlencoded`.
  public enum FormBodies: Sendable, Hashable {
    /// The body is the payload, as AWS's own servers read it.
    case payload
    /// The body's parameters are a part of the query, and the payload is empty.
    ///
    /// For clients that sign so, as some do that serve old query APIs. It applies to payloads of bytes, and
    /// ``VerifiedRequest/target`` then contains the parameters.
    case query
  }

  /// The request and the payload that the signature must cover.
  func folded(
    _ request: SignableRequest, _ payload: Payload
  ) throws(VerificationError) -> (SignableRequest, Payload) {
    guard foldsBody(of: request), let bytes = payload.loadedBytes, !bytes.isEmpty else { return (request, payload) }
    guard let form = String(validating: bytes, as: UTF8.self) else {
      throw VerificationError(.wrongPayload, "The body of a form must be UTF-8. Percent-encode other bytes.")
    }
    // A parameter of signing isn't a part of the canonical query, so it would be read, but not signed.
    guard try SignatureClaim.QueryFields("?" + form)?.isEmpty ?? true else {
      throw VerificationError(
        .ambiguousSignature, "The form contains a parameter of signing. Sign in the header or in the query.",
        cause: .twoSignatures)
    }
    var folded = request
    folded.target += folded.target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
    folded.target += form.replacing("+", with: "%20")
    return (folded, .empty)
  }

  /// Whether the body of `request` is a form that the query contains.
  func foldsBody(of request: SignableRequest) -> Bool {
    guard formBodies == .query, let type = request.headers["content-type"] else { return false }
    let name = Substring(type.utf8.prefix { $0 != UInt8(ascii: ";") }).trimmed
    return name.utf8.asciiLowercased == "application/x-www-form-urlencoded"
  }
}
