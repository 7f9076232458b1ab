#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
import SigV4

/// The clock of a stand-in: the `Date` of its responses, and the time at which it verifies signatures.
public final class LocalClock: Sendable {
  private let state = Locked(Duration.zero)

  /// Creates a clock that shows the system's time.
  public init() {}

  /// The difference from the system's clock, positive for a clock that is fast.
  ///
  /// A change applies from the next request on.
  public var offset: Duration {
    get { state.value }
    set { state.value = newValue }
  }

  /// The time that the clock shows.
  public var now: Date {
    let (seconds, attoseconds) = offset.components
    return Date.now.addingTimeInterval(Double(seconds) + Double(attoseconds) / 1e18)
  }

  /// ``now`` as the value of a `Date` header (RFC 9110, 5.6.7).
  var headerValue: String {
    let now = now
    let text = now.formatted(.iso8601)  // 1994-11-06T08:49:37Z
    let parts = text.utf8.split { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "Z") }
      .map { String(Substring($0)) }
    guard parts.count == 4, let month = Int(parts[1]), 1...12 ~= month else { return text }
    // 1970-01-01 was a Thursday.
    let day = Int((now.timeIntervalSince1970 / 86_400).rounded(.down)) + 4
    return
      "\(Self.days[(day % 7 + 7) % 7]), \(parts[2]) \(monthNames[month - 1]) \(parts[0]) \(parts[3]) GMT"
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
}
