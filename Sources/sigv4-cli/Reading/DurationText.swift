/// A span of time on the command line.
enum DurationText {
  private static let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

  /// Reads a number of seconds, or a number and a unit: `90`, `90s`, `15m`, `1h`, `7d`.
  static func duration(_ text: String) throws -> Duration {
    let unit = text.utf8.last.flatMap { units[String(UnicodeScalar($0))] }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard digits.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let count = Int(digits), 1...100_000_000 ~= count
    else { throw Failure("Write the time as 90, 90s, 15m, 1h or 7d.") }
    return .seconds(count * (unit ?? 1))
  }
}
