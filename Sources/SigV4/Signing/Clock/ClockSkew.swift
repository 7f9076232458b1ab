#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// How far a server's clock is from ours.
///
/// Services refuse a signature whose time is further from their own than 5 minutes, S3's 15. Where our clock can't be set
/// right, sign at ``serverTime(at:)``.
public struct ClockSkew: Sendable, Hashable {
  /// What the server's clock shows less what ours does: positive where ours is slow.
  public let offset: Duration

  /// No difference.
  public static let none = ClockSkew(offset: .zero)

  /// Creates a skew of a known size.
  public init(offset: Duration) {
    self.offset = offset
  }

  /// Reads the server's clock off the header of a response.
  ///
  /// - Parameters:
  ///   - serverDate: The value of `Date` (`Sun, 06 Nov 1994 08:49:37 GMT`; RFC 9110, 5.6.7) or of `x-amz-date`
  ///     (`19941106T084937Z`); for any other text the result is `nil`.
  ///   - localTime: What our clock showed when the response came.
  public init?(serverDate: String, localTime: Date = Date()) {
    guard let date = SigningDate(fixdate: serverDate) ?? SigningDate(text: serverDate) else { return nil }
    self.init(serverDate: date, localTime: localTime)
  }

  /// The difference between a server's clock and ours; `nil` if ours shows a time that can't be signed.
  init?(serverDate: SigningDate, localTime: Date) {
    guard let now = try? SigningDate(localTime) else { return nil }
    offset = .seconds(serverDate.secondsSince1970 - now.secondsSince1970)
  }

  /// What the server's clock shows when ours shows `localTime`: the time to sign at.
  public func serverTime(at localTime: Date = Date()) -> Date {
    let (seconds, attoseconds) = offset.components
    return localTime.addingTimeInterval(Double(seconds) + Double(attoseconds) / 1e18)
  }

  /// Whether the skew alone can make a service refuse a signature: 4 minutes, since a part of the 5 that services
  /// allow goes by on the way.
  var isTooMuch: Bool {
    offset.components.seconds.magnitude >= 240
  }
}

extension SigningDate {
  /// The time that `fixdate` gives as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), or with RFC 5322's zone `-0000`
  /// or `+0000`; the day's name isn't looked at.
  init?(fixdate: String) {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = fixdate.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard parts.count == 6, parts[0].utf8.last == 0x2C, parts[1].utf8.count == 2,
      ["GMT", "-0000", "+0000"].contains(parts[5]),
      let month = months.firstIndex(of: String(parts[2])), parts[3].utf8.count == 4
    else { return nil }
    let time = parts[4].utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard time.map(\.utf8.count) == [2, 2, 2] else { return nil }
    self.init(text: "\(parts[3])\(month < 9 ? "0" : "")\(month + 1)\(parts[1])T\(time.joined())Z")
  }
}
