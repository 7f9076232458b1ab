#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// The difference between a server's clock and the local clock.
///
/// Services reject a signature whose time differs by more than 5 minutes (S3: 15) from their own clock. If the local clock can't
/// be corrected, sign at ``serverTime(at:)``.
///
/// ```swift
/// if let skew = ClockSkew(serverDate: "Sun, 06 Nov 1994 08:49:37 GMT") {  // `Date` of a response
///   try signer.sign(&request, with: credentials, at: skew.serverTime())
/// }
/// ```
public struct ClockSkew: Sendable, Hashable {
  /// The server's time minus the local time: positive if the local clock is slow.
  public let offset: Duration

  /// No difference.
  public static let none = ClockSkew(offset: .zero)

  /// Creates a skew of a known size.
  public init(offset: Duration) {
    self.offset = offset
  }

  /// Reads the server's clock from the header of a response.
  ///
  /// - Parameters:
  ///   - serverDate: The value of `Date` (`Sun, 06 Nov 1994 08:49:37 GMT`; RFC 9110, 5.6.7) or of `x-amz-date`
  ///     (`19941106T084937Z`); for any other text the result is `nil`.
  ///   - localTime: The time of the local clock when the response arrived.
  public init?(serverDate: String, localTime: Date = Date()) {
    guard let date = SigningDate(fixdate: serverDate) ?? SigningDate(text: serverDate) else { return nil }
    self.init(serverDate: date, localTime: localTime)
  }

  /// The difference between a server's clock and the local clock; `nil` if the local time can't be signed.
  init?(serverDate: SigningDate, localTime: Date) {
    guard let now = try? SigningDate(localTime) else { return nil }
    offset = .seconds(serverDate.secondsSince1970 - now.secondsSince1970)
  }

  /// The server's time when the local clock shows `localTime`: the time to sign at.
  public func serverTime(at localTime: Date = Date()) -> Date {
    let (seconds, attoseconds) = offset.components
    return localTime.addingTimeInterval(Double(seconds) + Double(attoseconds) / 1e18)
  }

  /// Whether the skew alone can make a service reject a signature.
  ///
  /// It is 4 minutes or more, because sending uses a part of the 5 that services allow.
  var isTooMuch: Bool {
    offset.components.seconds.magnitude >= 240
  }
}
