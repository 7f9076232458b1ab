extension Span<UInt8> {
  /// The least of the bytes; 0xFF if there are none.
  var lowest: UInt8 {
    // Here and below, no early exit, so that the compiler can vectorize the loop.
    var lowest: UInt8 = 0xFF
    for index in indices { lowest = min(lowest, self[index]) }
    return lowest
  }

  /// Whether no byte is outside ASCII.
  var isASCII: Bool {
    var bits: UInt8 = 0
    for index in indices { bits |= self[index] }
    return bits < 0x80
  }

  /// Whether these are letters, digits, `-` and `.`, as in most hosts.
  var isPlainHost: Bool {
    var others: UInt8 = isEmpty ? 1 : 0
    for index in indices { others |= self[index].otherThanInHosts }
    return others == 0
  }

  /// Whether the bytes contain no white space and no control character.
  var isVisible: Bool {
    var lowest: UInt8 = 0xFF
    var nearestToDelete: UInt8 = 0xFF
    for index in indices {
      lowest = min(lowest, self[index])
      nearestToDelete = min(nearestToDelete, self[index] ^ 0x7F)
    }
    return lowest > ASCII.space && nearestToDelete > 0
  }

  /// Whether these are the bytes of `text`, which is in lower case, ignoring the case of ASCII letters.
  func isEqualIgnoringCase(to text: StaticString) -> Bool {
    isEqual(to: text) || text.withUTF8Buffer { unsafe isEqualIgnoringCase(to: $0.span) }
  }

  /// Whether both are equal, ignoring the case of ASCII letters.
  func isEqualIgnoringCase(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index].asciiLowercased != other[index].asciiLowercased { return false }
    return true
  }
}

extension Sequence<UInt8> {
  /// The text with ASCII letters in lower case.
  ///
  /// For names of HTTP and AWS, in which the Kelvin sign isn't a k.
  package var asciiLowercased: String { String(decoding: map(\.asciiLowercased), as: UTF8.self) }
}

extension UInt8 {
  /// Whether this isn't a letter, a digit, `-` or `.`, as 0 or 1.
  ///
  /// Without branches, the compiler checks many bytes at a time.
  @inline(__always)
  var otherThanInHosts: UInt8 {
    let isNoLetter: UInt8 = isASCIILetter ? 0 : 1
    let isNoMark: UInt8 = self &- UInt8(ascii: "-") < 13 ? 0 : 1
    let isSlash: UInt8 = self == UInt8(ascii: "/") ? 1 : 0
    return isNoLetter & isNoMark | isSlash
  }
}

extension String {
  /// Calls `body` with the UTF-8 of this string, in place if the string is stored as UTF-8 (always, except on Apple platforms).
  @inline(__always)
  func withBytes<Value, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Value) throws(Failure) -> Value {
    #if canImport(Darwin)
      try utf8.withSpan(body)
    #else
      try body(utf8.span)
    #endif
  }
}

/// Comparisons whose time doesn't depend on the content that they compare.
enum ConstantTime {
  /// Whether two texts are equal, in a time that depends only on their lengths.
  static func isEqual(_ left: String, _ right: String) -> Bool {
    left.withBytes { left in right.withBytes { isEqual(left, $0) } }
  }

  /// Whether two texts are equal, or both absent, in a time that depends only on their lengths.
  static func isEqual(_ left: String?, _ right: String?) -> Bool {
    guard let left else { return right == nil }
    guard let right else { return false }
    return isEqual(left, right)
  }

  /// Whether both have equal bytes, in a time that depends only on their lengths.
  static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
  }
}
