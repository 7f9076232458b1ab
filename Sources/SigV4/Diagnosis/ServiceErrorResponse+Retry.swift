#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

// Rejections after which the same request, signed again, can succeed. A ``SigningSession`` sends it again automatically.
extension ServiceErrorResponse {
  /// Whether the service reports that the time of the signature is too far from its own.
  ///
  /// A service can also reject such a signature without this reason; ``clockSkew(signedAt:localTime:)`` compares the times.
  /// EC2's `RequestExpired` can also mean that the session token has expired.
  public var isClockSkew: Bool { isRejection && says(Self.clockCodes, Self.clockWordings) }

  /// Whether the service reports that the credentials have expired or are unknown.
  ///
  /// Call ``CachedCredentialProvider/invalidate(accessKeyID:)``, and sign with the next credentials: they may be renewed.
  public var isExpiredCredentials: Bool { isRejection && says(Self.credentialCodes, Self.credentialWordings) }

  /// The skew to sign with from now on, if the service rejected a request because of the time that was signed.
  ///
  /// The time is the reason if the service says so. It is also the reason if the service names none, and its clock differs from
  /// the signed time by 4 minutes or more. The result is the whole difference between the clocks. It replaces a skew that was
  /// applied when the request was signed. If the request was signed long before it was sent, the result is the skew that was
  /// applied; sign the request again.
  ///
  /// - Parameters:
  ///   - signedTime: The time that was signed, which was passed to the signer: `Date()`, or ``ClockSkew/serverTime(at:)``.
  ///   - localTime: The local clock when the response arrived.
  /// - Returns: The skew, or `nil` if the time isn't the reason; only the statuses 400, 401 and 403 can mean skew.
  public func clockSkew(signedAt signedTime: Date, localTime: Date = Date()) -> ClockSkew? {
    // A 403 without a body, as to HEAD, can have any reason, skew among them.
    guard isRejection, isEmpty || isClockSkew || says(Self.signatureCodes, []) else { return nil }
    guard let serverDate = date ?? clock, let skew = ClockSkew(serverDate: serverDate, localTime: localTime),
      // A date that is a century away comes from a broken proxy: such a skew can lead to a time that can't be signed.
      skew.offset.components.seconds.magnitude < 100 * 366 * 86_400
    else { return nil }
    return ClockSkew(serverDate: serverDate, localTime: signedTime)?.isTooMuch == true ? skew : nil
  }

  private var isRejection: Bool { [400, 401, 403, nil].contains(status) }

  private var isEmpty: Bool { code == nil && AnswerText(unwrapping: text).bytes.isEmpty }

  /// Whether the code is one of `codes`, or a text of the service contains one of `wordings`, all in lower case.
  private func says(_ codes: Set<String>, _ wordings: [String]) -> Bool {
    // The canonical request contains the request's words, not the service's.
    let words = AnswerText(unwrapping: withoutCanonicalRequest(text))
    if wordings.contains(where: words.contains) { return true }
    return code.map { codes.contains($0.utf8.asciiLowercased) } ?? codes.contains(where: words.contains)
  }

  private static let clockCodes: Set = ["requesttimetooskewed", "requestexpired", "requestinthefuture"]
  // The last is that of S3 and, with the code AccessDenied, of servers like it.
  private static let clockWordings = [
    "signature expired", "signature not yet current", "difference between the request time and the",
  ]
  /// The codes for a wrong signature whose reason isn't named.
  private static let signatureCodes: Set = ["signaturedoesnotmatch", "invalidsignatureexception", "authfailure"]
  /// The codes for credentials that have expired or are unknown, as after a rotation.
  private static let credentialCodes: Set = [
    "expiredtoken", "expiredtokenexception", "tokenrefreshrequired", "invalidtoken", "invalidaccesskeyid",
    "invalidclienttokenid", "unrecognizedclientexception",
  ]
  private static let credentialWordings = [
    "security token included in the request is expired", "security token included in the request is invalid",
  ]
}
