/// Percent-decoding of the parts of a URL and of forms.
enum PercentEncoding {
  /// The meaning of `+`.
  enum Plus { case plus, space }

  /// Decodes `encoded` to text; invalid escapes are kept unchanged.
  static func decode(_ encoded: some StringProtocol, plus: Plus = .plus) -> String {
    String(decoding: bytes(encoded.utf8, plus: plus), as: UTF8.self)
  }

  /// Decodes `encoded` to bytes; invalid escapes are kept unchanged.
  static func bytes(_ encoded: some Sequence<UInt8>, plus: Plus = .plus) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(encoded)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2).compactMap(hexadecimalValue)
      if byte == UInt8(ascii: "%"), digits.count == 2 {
        bytes.append(digits[0] << 4 | digits[1])
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") && plus == .space ? UInt8(ascii: " ") : byte)
      }
    }
    return bytes
  }

  /// The names and values of a form, in order and decoded.
  static func pairs(_ encoded: String) -> [(name: String, value: String)] {
    encoded.utf8.split(separator: UInt8(ascii: "&")).map { pair in
      let name = pair.prefix { $0 != UInt8(ascii: "=") }
      return (
        decode(Substring(name), plus: .space), decode(Substring(pair.dropFirst(name.count + 1)), plus: .space)
      )
    }
  }

  private static func hexadecimalValue(ofDigit byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
