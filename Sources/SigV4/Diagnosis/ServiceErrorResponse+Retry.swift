#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

// Rejections after which the same request, signed again, can succeed. A ``SigningSession`` sends it again by itself.
extension ServiceErrorResponse {
  /// Whether the service says that the time of the signature is too far from its own.
  ///
  /// A service can also reject such a signature without this reason; ``clockSkew(signedAt:localTime:)`` compares the times.
  public var isClockSkew: Bool { contains(Self.clockWordings) }

  /// Whether the service says that the credentials have expired, or that it doesn't know them.
  ///
  /// Call ``CachedCredentialProvider/invalidate(accessKeyID:)``, and sign with the next credentials: they may be renewed.
  public var isExpiredCredentials: Bool { contains(Self.credentialWordings) }

  /// The skew to sign with from now on, if the service rejected a request because of the time that was signed.
  ///
  /// The time is the reason if the service says so, or rejects the signature without a reason, and its clock differs from the
  /// time that was signed by 4 minutes or more. The result is the whole difference between the clocks, whatever skew was applied when
  /// the request was signed: it replaces that skew. If the request was merely signed long before it was sent, the result is
  /// the skew that was applied; sign the request again.
  ///
  /// - Parameters:
  ///   - signedTime: The time that was signed, which was passed to the signer: `Date()`, or ``ClockSkew/serverTime(at:)``.
  ///   - localTime: The local clock when the response arrived.
  /// - Returns: The skew, or `nil` if the time isn't the reason; only the statuses 400, 401 and 403 can mean skew.
  public func clockSkew(signedAt signedTime: Date, localTime: Date = Date()) -> ClockSkew? {
    guard [400, 401, 403, nil].contains(status) else { return nil }
    // A 403 without a body, as to HEAD, can have any reason, skew among them.
    guard isEmpty || contains(Self.clockWordings) || contains(Self.signatureWordings) else { return nil }
    guard let serverDate = date ?? clock, let skew = ClockSkew(serverDate: serverDate, localTime: localTime) else {
      return nil
    }
    return ClockSkew(serverDate: serverDate, localTime: signedTime)?.isTooMuch == true ? skew : nil
  }

  private var isEmpty: Bool { code == nil && AnswerText(unwrapping: text).bytes.isEmpty }

  private func contains(_ wordings: [String]) -> Bool {
    let words = AnswerText(unwrapping: "\(code ?? "") \(text)")
    return wordings.contains(where: words.contains)
  }

  /// The wordings of services, in lower case, if a signature's time is wrong.
  private static let clockWordings = [
    "requesttimetooskewed", "requestexpired", "requestinthefuture", "signature expired", "signature not yet current",
  ]
  /// The wordings if a signature is wrong for a reason that isn't named.
  private static let signatureWordings = ["signaturedoesnotmatch", "invalidsignatureexception", "authfailure"]
  /// The wordings if credentials have expired or are unknown, as after a rotation.
  private static let credentialWordings = [
    "expiredtoken", "tokenrefreshrequired", "invalidtoken", "invalidaccesskeyid", "invalidclienttokenid",
    "unrecognizedclient", "token has expired", "token included in the request is expired",
    "token included in the request is invalid",
  ]
}
