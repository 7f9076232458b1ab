import SigV4

/// A span of time on the command line.
enum DurationText {
  /// Reads a number of seconds, or a number and a unit: `90`, `90s`, `15m`, `1h`, `7d`.
  static func duration(_ text: String) throws -> Duration {
    guard let duration = withUnit(text) ?? withUnit(text + "s"), duration > .zero else {
      throw Failure("Write the time as 90, 90s, 15m, 1h or 7d.")
    }
    return duration
  }

  /// Reads a number and a unit: `0s`, `90s`, `15m`, `1h`, `7d`.
  static func withUnit(_ text: String) -> Duration? {
    let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let digits = text.utf8.dropLast()
    guard let unit = text.utf8.last.flatMap({ units[String(UnicodeScalar($0))] }), digits.allSatisfy(\.isASCIIDigit),
      let count = Int(Substring(digits)), count <= 100_000_000
    else { return nil }
    return .seconds(count * unit)
  }
}
