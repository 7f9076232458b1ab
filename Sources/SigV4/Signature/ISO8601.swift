#if canImport(FoundationEssentials)
  package import struct FoundationEssentials.Date
#else
  package import struct Foundation.Date
#endif

// Not Foundation's parser: `Date.ISO8601FormatStyle` accepts `2030-03-17T17:46:40Zjunk`, reads `2030-02-30` as March 2 and hour
// 25 as the next day, and shifts the year 0 by two days. It rejects `t`, a space and `,5`. A check in front of it would need the
// same grammar as this file.

/// Parses the dates of expirations: ISO 8601, such as `2030-03-17T17:46:40Z`.
package enum ISO8601 {
  /// Parses a date whose seconds may have a fraction and whose zone is `Z`, `+hh:mm`, `+hhmm` or `+hh`.
  ///
  /// - Returns: The date; `nil` for any other text, or for a day or time that doesn't exist.
  package static func date(_ text: some StringProtocol) -> Date? {
    var reader = Reader(bytes: Array(text.utf8))
    guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"),
      let day = reader.digits(2), reader.skip("T", "t", " "), let hour = reader.digits(2), reader.skip(":"),
      let minute = reader.digits(2), reader.skip(":"), let second = reader.digits(2),
      let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd,
      let days = SigningDate.daysSince1970(year, month, day), hour < 24, minute < 60, second <= 60
    else { return nil }
    let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    return Date(timeIntervalSince1970: Double(seconds) + fraction)
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func digits(_ count: Int) -> Int? {
      let digits = bytes.dropFirst(index).prefix(count)
      guard digits.count == count, digits.allSatisfy(\.isASCIIDigit) else { return nil }
      index += count
      return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// Skips one of `characters`; returns whether it came next.
    mutating func skip(_ characters: Unicode.Scalar...) -> Bool {
      guard index < bytes.count, characters.contains(Unicode.Scalar(bytes[index])) else { return false }
      index += 1
      return true
    }

    /// Reads the fraction of a second, which defaults to 0; `nil` for a separator without a digit.
    mutating func fraction() -> Double? {
      guard skip(".", ",") else { return 0 }
      var fraction = 0.0
      var place = 0.1
      guard let first = digits(1) else { return nil }
      fraction += Double(first) * place
      while let digit = digits(1) {
        place /= 10
        fraction += Double(digit) * place
      }
      return fraction
    }

    /// Reads the zone's seconds ahead of UTC; `nil` if there is no zone.
    mutating func offset() -> Int? {
      if skip("Z", "z") { return 0 }
      let sign = skip("+") ? 1 : skip("-") ? -1 : 0
      guard sign != 0, let hours = digits(2), hours < 24 else { return nil }
      let needsMinutes = skip(":")
      guard !isAtEnd || needsMinutes else { return sign * hours * 3600 }
      guard let minutes = digits(2), minutes < 60 else { return nil }
      return sign * (hours * 3600 + minutes * 60)
    }
  }
}
