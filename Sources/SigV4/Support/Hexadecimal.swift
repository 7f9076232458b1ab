/// Digits to the base 16.
enum Hexadecimal {
  /// The digit for a value below 16, in lower case: signatures and hashes.
  static func lowercaseDigit(_ value: UInt8) -> UInt8 {
    (value > 9 ? 0x57 : 0x30) &+ value
  }

  /// The digit for a value below 16, in upper case: percent-encoding.
  static func uppercaseDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 &+ value : 0x37 &+ value
  }

  /// The value of a digit in either case, `nil` for any other byte.
  static func value(ofDigit byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte &- 0x30
    case 0x41...0x46: byte &- 0x37
    case 0x61...0x66: byte &- 0x57
    default: nil
    }
  }

  /// The value of a digit in lower case, or 0xFF for any other byte.
  static func lowercaseValue(ofDigit byte: UInt8) -> UInt8 {
    let digit = byte &- 0x30
    let letter = byte &- 0x61
    return digit < 10 ? digit : letter < 6 ? letter &+ 10 : 0xFF
  }

  /// 0 for a digit in lower case, 1 for any other byte: without a branch, so that the compiler can look at many at a time.
  static func isNoLowercaseDigit(_ byte: UInt8) -> UInt8 {
    let isNoDecimal: UInt8 = byte &- 0x30 < 10 ? 0 : 1
    let isNoLetter: UInt8 = byte &- 0x61 < 6 ? 0 : 1
    return isNoDecimal & isNoLetter
  }

  /// The text of `bytes`, in lower case.
  static func string(_ bytes: Span<UInt8>) -> String {
    var buffer = ByteBuffer(capacity: bytes.count * 2 + 1)
    buffer.appendHex(bytes)
    return buffer.string()
  }

  /// The bytes that `text` stands for; `nil` when it isn't pairs of digits.
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
