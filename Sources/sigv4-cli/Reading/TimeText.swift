import Foundation
import SigV4

/// A time on the command line.
enum TimeText {
  /// Reads `2026-02-03T04:05:06Z`, or the `Date` header of an answer.
  static func date(_ text: String) throws -> Date {
    if let date = try? Date(text, strategy: .iso8601) { return date }
    if let skew = ClockSkew(serverDate: text, localTime: Date()) { return skew.serverTime() }
    throw Failure("\(text.debugDescription) is no time; it should look like 2026-02-03T04:05:06Z.")
  }
}
