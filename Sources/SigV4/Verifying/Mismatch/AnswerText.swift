/// A text that is searched byte by byte, without regard to the case of ASCII letters.
///
/// A service's answer comes from a stranger: each search reads the text once, and a character that combines with the one
/// before hides nothing.
struct AnswerText {
  let bytes: [UInt8]
  private let lowercased: [UInt8]

  init(_ text: some StringProtocol) {
    bytes = Array(text.utf8)
    lowercased = bytes.map(\.asciiLowercased)
  }

  /// The text with each run of white space as one space, since a pasted text is wrapped anywhere.
  init(unwrapping text: String) {
    var unwrapped: [UInt8] = []
    unwrapped.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if byte > 0x20 {
        unwrapped.append(byte)
      } else if let last = unwrapped.last, last != UInt8(ascii: " ") {
        unwrapped.append(UInt8(ascii: " "))
      }
    }
    bytes = unwrapped
    lowercased = unwrapped.map(\.asciiLowercased)
  }

  /// The first place of `needle`, which is in lower case, at `start` or after.
  func firstRange(of needle: String, from start: Int = 0) -> Range<Int>? {
    let needle = Array(needle.utf8)
    guard let first = needle.first, lowercased.count >= needle.count else { return nil }
    var index = start
    while index <= lowercased.count - needle.count {
      if lowercased[index] == first, lowercased[index..<index + needle.count].elementsEqual(needle) {
        return index..<index + needle.count
      }
      index += 1
    }
    return nil
  }

  func contains(_ needle: String) -> Bool { firstRange(of: needle) != nil }

  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Everything from `start` on.
  func string(from start: Int) -> String { string(min(start, bytes.count)..<bytes.count) }

  /// The text from `start` up to the first byte that isn't part of an identifier.
  func identifier(at start: Int) -> String? {
    let end = bytes[min(start, bytes.count)...].firstIndex { !$0.isIdentifier } ?? bytes.count
    return end > start ? string(start..<end) : nil
  }
}

extension UInt8 {
  /// Whether the byte can be part of an error code: a letter, a digit, `_` or `.`.
  var isIdentifier: Bool {
    0x61...0x7A ~= asciiLowercased || 0x30...0x39 ~= self || self == UInt8(ascii: "_") || self == UInt8(ascii: ".")
  }
}
