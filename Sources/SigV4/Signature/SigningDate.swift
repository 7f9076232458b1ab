#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// A time of signing, in whole seconds of UTC.
struct SigningDate: Sendable, Hashable {
  /// Days since 1970-01-01.
  let day: Int
  /// Seconds since midnight.
  let second: Int

  /// Rounds `date` down to a second.
  ///
  /// - Throws: ``SigningError`` if `date` is outside of the years 1 to 9999.
  init(_ date: Date) throws(SigningError) {
    let seconds = date.timeIntervalSince1970.rounded(.down)
    // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z; a NaN fails the comparison.
    guard seconds >= -62_135_596_800, seconds <= 253_402_300_799 else {
      throw SigningError(.invalidDate, "The time of signing is outside of the years 1 to 9999. Pass the current time.")
    }
    self.init(secondsSince1970: Int(seconds))
  }

  init(secondsSince1970 seconds: Int) {
    day = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    second = seconds - day * 86400
  }

  /// Reads `YYYYMMDD'T'HHMMSS'Z'`; `nil` for any other text, and for a time that doesn't exist.
  init?(text: String) {
    let numbers = text.withBytes { bytes in
      bytes.count == 16 && bytes[8] == UInt8(ascii: "T") && bytes[15] == UInt8(ascii: "Z")
        ? bytes.day(0..<8).flatMap { day in bytes.decimal(9..<15).map { (day, $0) } } : nil
    }
    guard let (day, time) = numbers, time / 10_000 < 24, time / 100 % 100 < 60, time % 100 < 60 else { return nil }
    self.day = day
    second = time / 10_000 * 3600 + time / 100 % 100 * 60 + time % 100
  }

  /// Whether `text` is the day of this time as `YYYYMMDD`.
  func isDay(_ text: Span<UInt8>) -> Bool { text.count == 8 && text.day(0..<8) == day }

  /// Seconds since 1970-01-01T00:00:00Z.
  var secondsSince1970: Int { day * 86400 + second }

  /// Appends the day as `YYYYMMDD`.
  func appendDay(to buffer: inout ByteBuffer) {
    let (year, month, day) = civil
    buffer.appendTwoDigits(year / 100)
    buffer.appendTwoDigits(year % 100)
    buffer.appendTwoDigits(month)
    buffer.appendTwoDigits(day)
  }

  /// Appends the time as `YYYYMMDD'T'HHMMSS'Z'`.
  func append(to buffer: inout ByteBuffer) {
    appendDay(to: &buffer)
    buffer.append(UInt8(ascii: "T"))
    buffer.appendTwoDigits(second / 3600)
    buffer.appendTwoDigits(second / 60 % 60)
    buffer.appendTwoDigits(second % 60)
    buffer.append(UInt8(ascii: "Z"))
  }

  /// The day as `YYYYMMDD`.
  var dayText: String {
    var buffer = ByteBuffer(capacity: 16)
    appendDay(to: &buffer)
    return buffer.string()
  }

  /// The time as `YYYYMMDD'T'HHMMSS'Z'`.
  var text: String {
    var buffer = ByteBuffer(capacity: 16)
    append(to: &buffer)
    return buffer.string()
  }

  /// The time as `YYYY-MM-DD'T'HH:MM:SS'Z'` (RFC 3339).
  var extendedText: String {
    let text = text
    let (date, time) = (text.prefix(8), text.dropFirst(8))
    return "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.suffix(2))"
      + "\(time.prefix(3)):\(time.dropFirst(3).prefix(2)):\(time.suffix(3))"
  }

  /// Returns the days from 1970-01-01 to a day of the proleptic Gregorian calendar, from the year 0 on; `nil` if the day
  /// doesn't exist.
  static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let monthLength =
      switch month {
      case 2: isLeapYear ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    guard 1...12 ~= month, 1...monthLength ~= day else { return nil }
    // The year is counted from 1 March, so that the leap day comes last.
    let marchYear = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    // The months before 1 March of the year 0 belong to the year -1, which division would round up.
    let leapDays = marchYear < 0 ? -1 : marchYear / 4 - marchYear / 100 + marchYear / 400
    return 365 * marchYear + leapDays + dayOfYear - 719_468  // days from 0000-03-01 to 1970-01-01
  }

  /// Year, month and day of the proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
  private var civil: (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468  // days since 0000-03-01
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }
}

extension ByteBuffer {
  fileprivate mutating func appendTwoDigits(_ value: Int) {
    append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / 10))
    append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10))
  }
}

extension Span<UInt8> {
  /// Returns the days from 1970-01-01 to the day at `range`, written `YYYYMMDD`; `nil` if it isn't a day.
  fileprivate func day(_ range: Range<Int>) -> Int? {
    guard let digits = decimal(range) else { return nil }
    let year = digits / 10_000
    return year >= 1 ? SigningDate.daysSince1970(year, digits / 100 % 100, digits % 100) : nil
  }

  /// Returns the value of the digits at `range`, at most 18; `nil` if a byte isn't a digit.
  fileprivate func decimal(_ range: Range<Int>) -> Int? {
    var number = 0
    var isOther: UInt8 = 0
    for index in range {
      let digit = self[index] &- UInt8(ascii: "0")
      isOther |= digit < 10 ? 0 : 1
      number = number &* 10 &+ Int(digit)
    }
    return isOther == 0 ? number : nil
  }
}

/// The names of the months in a `Date` header (RFC 9110, 5.6.7).
package let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

extension SigningDate {
  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), or the same with the zone `-0000` or `+0000` of RFC 5322.
  ///
  /// The name of the day is ignored.
  init?(fixdate: String) {
    let parts = fixdate.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard parts.count == 6, parts[0].utf8.last == UInt8(ascii: ","), parts[1].utf8.count == 2,
      ["GMT", "-0000", "+0000"].contains(parts[5]),
      let month = monthNames.firstIndex(of: String(parts[2])), parts[3].utf8.count == 4
    else { return nil }
    let time = parts[4].utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard time.map(\.utf8.count) == [2, 2, 2] else { return nil }
    self.init(text: "\(parts[3])\(month < 9 ? "0" : "")\(month + 1)\(parts[1])T\(time.joined())Z")
  }
}
