#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension ClockSkew {
  /// The skew to sign with from now on, if a service rejected a request because of the time that was signed.
  ///
  /// That is so if the service says it, or rejects the signature without a reason, and its clock differs from the time that
  /// was signed by 4 minutes or more. The result is the whole difference between the clocks, whatever skew was applied when
  /// the request was signed: it replaces that skew. If the request was merely signed long before it was sent, the result is
  /// the skew that was applied; sign the request again.
  ///
  /// - Parameters:
  ///   - status: The response's status; skew is told by 400, 401 and 403.
  ///   - headers: The response's headers, `Date` among them.
  ///   - body: The response's body, in XML or JSON; empty for a response to `HEAD`.
  ///   - signedTime: The time that was signed, which was passed to the signer: `Date()`, or ``serverTime(at:)``.
  ///   - localTime: What our clock showed when the response came.
  /// - Returns: The skew, or `nil` if the time isn't the reason.
  public static func reason(
    forStatus status: Int, headers: [HeaderField], body: String, signedAt signedTime: Date, localTime: Date = Date()
  ) -> ClockSkew? {
    guard status == 400 || status == 401 || status == 403 else { return nil }
    let errorTypes = headers.filter { $0.isNamed("x-amzn-errortype") }.map(\.value)
    let text = (errorTypes.joined() + body).utf8
    // A bare 403 to HEAD may be one for any reason, skew among them.
    guard text.isEmpty || codes.contains(where: { text.contains($0.utf8) }) else { return nil }
    let dates = ["date", "x-amz-date"].compactMap { name in headers.first { $0.isNamed(name) }?.value }
    for serverDate in dates + [serverTime(in: body) ?? ""] {
      guard let skew = ClockSkew(serverDate: serverDate, localTime: localTime) else { continue }
      return ClockSkew(serverDate: serverDate, localTime: signedTime)?.isTooMuch == true ? skew : nil
    }
    return nil
  }

  /// What services call it when a signature's time is wrong, and when a signature is wrong for whatever reason.
  private static let codes = [
    "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "Signature expired", "Signature not yet current",
    "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure",
  ]

  /// The server's time in `… is now earlier than 20210502T173143Z (20210502T174643Z - 15 min.)`: the one in brackets; or
  /// in S3's `<ServerTime>2021-05-02T17:46:43Z</ServerTime>`.
  private static func serverTime(in body: String) -> String? {
    let bytes = body.utf8
    if let start = bytes.firstRange(of: "<ServerTime>".utf8)?.upperBound {
      let time = bytes[start...].prefix { $0 != UInt8(ascii: "<") }
      return String(decoding: time.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }
    if let start = bytes.firstRange(of: "Signature ".utf8)?.upperBound,
      let bracket = bytes[start...].firstIndex(of: UInt8(ascii: "("))
    {
      return String(Substring(bytes[bytes.index(after: bracket)...].prefix { $0 != UInt8(ascii: " ") }))
    }
    return nil
  }
}
