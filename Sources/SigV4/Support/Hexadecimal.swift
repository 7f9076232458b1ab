/// Hexadecimal digits.
enum Hexadecimal {
  /// The lower-case digit for a value below 16, for signatures and hashes.
  static func lowercaseDigit(_ value: UInt8) -> UInt8 {
    (value > 9 ? (UInt8(ascii: "a") &- 10) : UInt8(ascii: "0")) &+ value
  }

  /// The upper-case digit for a value below 16, for percent-encoding.
  static func uppercaseDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : (UInt8(ascii: "A") &- 10) &+ value
  }

  /// The value of a digit in either case; `nil` for any other byte.
  static func value(ofDigit byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- (UInt8(ascii: "A") &- 10)
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- (UInt8(ascii: "a") &- 10)
    default: nil
    }
  }

  /// The value of a lower-case digit; 0xFF for any other byte.
  static func lowercaseValue(ofDigit byte: UInt8) -> UInt8 {
    let digit = byte &- UInt8(ascii: "0")
    let letter = byte &- UInt8(ascii: "a")
    return digit < 10 ? digit : letter < 6 ? letter &+ 10 : 0xFF
  }

  /// 0 for a lower-case digit, 1 for any other byte: without a branch, so that the compiler can vectorize a loop.
  static func isNoLowercaseDigit(_ byte: UInt8) -> UInt8 {
    let isNoDecimal: UInt8 = byte.isASCIIDigit ? 0 : 1
    let isNoLetter: UInt8 = byte &- UInt8(ascii: "a") < 6 ? 0 : 1
    return isNoDecimal & isNoLetter
  }

  /// The lower-case digits of `bytes`.
  static func string(_ bytes: Span<UInt8>) -> String {
    var buffer = ByteBuffer(capacity: bytes.count * 2 + 1)
    buffer.appendHex(bytes)
    return buffer.string()
  }

  /// The bytes that `text` encodes; `nil` if it isn't pairs of digits.
  static func bytes(_ text: String) -> [UInt8]? {
    guard text.utf8.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 2)
    var high: UInt8?
    for digit in text.utf8 {
      guard let value = value(ofDigit: digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }
}
