#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension ClockSkew {
  /// The skew that made a service refuse a request, if that is why.
  ///
  /// It is where the service says so, or refuses the signature without saying why, and its clock differs from ours by 4
  /// minutes or more. A request that was signed long before it was sent is refused in the same words, but isn't helped by
  /// another clock: then the result is `nil`.
  ///
  /// - Parameters:
  ///   - status: The response's status; skew is told by 400, 401 and 403.
  ///   - headers: The response's headers, `Date` among them.
  ///   - body: The response's body, in XML or JSON; empty for a response to `HEAD`.
  ///   - localTime: What our clock showed when the response came, or, where a skew was reckoned with already, what the
  ///     server's was thought to show.
  /// - Returns: The skew to sign with from now on.
  public static func reason(
    forStatus status: Int, headers: [HeaderField], body: String, localTime: Date = Date()
  ) -> ClockSkew? {
    guard status == 400 || status == 401 || status == 403 else { return nil }
    let errorTypes = headers.filter { $0.isNamed("x-amzn-errortype") }.map(\.value)
    let text = errorTypes.joined() + body
    // A bare 403 to HEAD may be one for any reason, skew among them.
    guard text.isEmpty || codes.contains(where: { text.contains($0) }) else { return nil }
    let dates = ["date", "x-amz-date"].compactMap { name in headers.first { $0.isNamed(name) }?.value }
    let skew =
      dates.lazy.compactMap { ClockSkew(serverDate: $0, localTime: localTime) }.first
      ?? serverTime(in: body).flatMap { ClockSkew(serverDate: $0, localTime: localTime) }
    guard let skew, skew.isTooMuch else { return nil }
    return skew
  }

  /// What services call it when a signature's time is wrong, and when a signature is wrong for whatever reason.
  private static let codes = [
    "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "Signature expired", "Signature not yet current",
    "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure",
  ]

  /// The server's time in `… is now earlier than 20210502T173143Z (20210502T174643Z - 15 min.)`: the one in brackets; or
  /// in S3's `<ServerTime>2021-05-02T17:46:43Z</ServerTime>`.
  private static func serverTime(in body: String) -> String? {
    if let start = body.firstRange(of: "<ServerTime>")?.upperBound {
      return body[start...].prefix { $0 != "<" }.filter { $0 != "-" && $0 != ":" }
    }
    if let start = body.firstRange(of: "Signature ")?.upperBound,
      let bracket = body[start...].firstRange(of: "(")?.upperBound
    {
      return String(body[bracket...].prefix { $0 != " " })
    }
    return nil
  }
}
