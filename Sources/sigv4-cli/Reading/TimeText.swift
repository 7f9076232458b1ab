import Foundation
import SigV4

/// A time on the command line.
enum TimeText {
  /// Reads the value of `option`: `2026-02-03T04:05:06Z`, or the `Date` header of an answer.
  static func date(_ text: String, option: String) throws -> Date {
    if let date = try? Date(text, strategy: .iso8601) { return date }
    if let skew = ClockSkew(serverDate: text, localTime: Date()) { return skew.serverTime() }
    // The text isn't quoted: it may be anything that was pasted.
    throw Failure("Invalid time in \(option). Use 2026-02-03T04:05:06Z, or the Date header of an answer.")
  }
}
