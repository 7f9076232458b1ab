/// Percent-decoding of the parts of a URL and of forms.
enum PercentEncoding {
  /// What `+` stands for.
  enum Plus { case plus, space }

  /// The text that `encoded` stands for; escapes that aren't two hexadecimal digits are kept as they are.
  static func decode(_ encoded: some StringProtocol, plus: Plus = .plus) -> String {
    var bytes: [UInt8] = []
    var rest = Array(encoded.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      if byte == UInt8(ascii: "%"), digits.count == 2 {
        bytes.append(UInt8(digits[0] << 4 | digits[1]))
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") && plus == .space ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The names and values of a query or form, in order and decoded.
  static func pairs(_ encoded: some StringProtocol, plus: Plus) -> [(name: String, value: String)] {
    encoded.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (decode(parts[0], plus: plus), parts.count > 1 ? decode(parts[1], plus: plus) : "")
    }
  }
}
