#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension ClockSkew {
  /// The skew to sign with from now on, if a service rejected a request because of the time that was signed.
  ///
  /// The time is the reason if the service says so, or rejects the signature without a reason, and its clock differs from the
  /// time that was signed by 4 minutes or more. The result is the whole difference between the clocks, whatever skew was applied when
  /// the request was signed: it replaces that skew. If the request was merely signed long before it was sent, the result is
  /// the skew that was applied; sign the request again.
  ///
  /// - Parameters:
  ///   - status: The response's status; only 400, 401 and 403 can mean skew.
  ///   - headers: The response's headers, `Date` among them.
  ///   - body: The response's body, in XML or JSON; empty for a response to `HEAD`.
  ///   - signedTime: The time that was signed, which was passed to the signer: `Date()`, or ``serverTime(at:)``.
  ///   - localTime: The local clock when the response arrived.
  /// - Returns: The skew, or `nil` if the time isn't the reason.
  public static func reason(
    forStatus status: Int, headers: [HeaderField], body: String, signedAt signedTime: Date, localTime: Date = Date()
  ) -> ClockSkew? {
    guard status == 400 || status == 401 || status == 403 else { return nil }
    let errorTypes = headers[values: "x-amzn-errortype"]
    let text = AnswerText(unwrapping: errorTypes.joined(separator: " ") + " " + body)
    // A 403 without a body, as to HEAD, can have any reason, skew among them.
    guard text.bytes.isEmpty || wordings.contains(where: text.contains) else { return nil }
    let dates = ["date", "x-amz-date"].lazy.compactMap { headers[$0] }
      .compactMap { SigningDate(fixdate: $0) ?? SigningDate(text: $0) }
    guard let serverDate = dates.first ?? ServiceErrorResponse(body).clock,
      let skew = ClockSkew(serverDate: serverDate, localTime: localTime)
    else { return nil }
    return ClockSkew(serverDate: serverDate, localTime: signedTime)?.isTooMuch == true ? skew : nil
  }

  /// The wordings of services, in lower case, if a signature's time is wrong, or a signature is wrong for an unnamed reason.
  private static let wordings = [
    "requesttimetooskewed", "requestexpired", "requestinthefuture", "signature expired", "signature not yet current",
    "signaturedoesnotmatch", "invalidsignatureexception", "authfailure",
  ]
}
