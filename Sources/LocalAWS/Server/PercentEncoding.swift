import SigV4

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
    let plusByte = plus == .space ? UInt8(ascii: " ") : UInt8(ascii: "+")
    return encoded.map { $0 == UInt8(ascii: "+") ? plusByte : $0 }.percentDecoded
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
}
