/// Names of ASCII characters without a visible form.
package enum ASCII {
  package static var tab: UInt8 { UInt8(ascii: "\t") }
  package static var newline: UInt8 { UInt8(ascii: "\n") }
  package static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
  package static var space: UInt8 { UInt8(ascii: " ") }
  package static var delete: UInt8 { UInt8(ascii: "\u{7F}") }
  /// The bit in which the lower-case letters differ from the upper-case ones.
  static var caseBit: UInt8 { UInt8(ascii: "a") ^ UInt8(ascii: "A") }
}

extension Span<UInt8> {
  /// Whether this is a `token` of RFC 9110, such as a method or the name of a header.
  var isToken: Bool {
    for index in indices where !self[index].isTokenCharacter { return false }
    return !isEmpty
  }
}

extension UInt8 {
  /// Whether this is a character of a `token` of RFC 9110, 5.6.2: a letter, a digit or one of ``!#$%&'*+-.^_`|~``.
  package var isTokenCharacter: Bool { isLowercaseTokenCharacter || isASCIIUppercase }

  /// Whether this is a character of a token (RFC 9110, 5.6.2), except upper-case letters.
  var isLowercaseTokenCharacter: Bool {
    let bits: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C000_0000
    return self < 128 && bits &>> UInt64(self) & 1 == 1
  }

  /// A character of RFC 3986's `pchar`, which a path segment contains unescaped: unreserved ones, ``!$&'()*+,;=`` and `:@`.
  var isSegmentCharacter: Bool {
    let bits: UInt64 = self < 64 ? 0x2FFF_7FD2_0000_0000 : 0x47FF_FFFE_87FF_FFFF
    return self < 128 && bits &>> UInt64(self & 63) & 1 == 1
  }
}

extension String {
  /// The text without ASCII white space at its ends; itself, without a copy, if it has none.
  var trimmed: String {
    let isTrimmed = withBytes { bytes in
      bytes.isEmpty || bytes[0] > ASCII.space && bytes[bytes.count - 1] > ASCII.space
    }
    return isTrimmed ? self : self[...].trimmed
  }
}

extension StringProtocol {
  /// The text without ASCII white space at its ends.
  var trimmed: String {
    let isBlank: (UInt8) -> Bool = { $0 == ASCII.space || (ASCII.tab...ASCII.carriageReturn).contains($0) }
    let bytes = utf8.drop(while: isBlank)
    let blankEnd = bytes.reversed().prefix(while: isBlank).count
    return String(decoding: bytes.dropLast(blankEnd), as: UTF8.self)
  }

  /// The trimmed text; `nil` if it is empty.
  var nonBlank: String? {
    let text = trimmed
    return text.isEmpty ? nil : text
  }

  /// Whether the text begins and ends with quotation marks of the same kind.
  var isInQuotationMarks: Bool {
    guard let first = unicodeScalars.first, let last = unicodeScalars.last, unicodeScalars.count > 1 else {
      return false
    }
    switch (first, last) {
    case ("\"", "\""), ("'", "'"), ("`", "`"), ("\u{201C}", "\u{201D}"), ("\u{2018}", "\u{2019}"): return true
    default: return false
    }
  }
}

// Each with one comparison and no branch, so that the compiler can vectorize loops over bytes.
extension UInt8 {
  /// Whether this is a digit, `0` to `9`.
  @inline(__always)
  package var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  /// Whether this is an ASCII lower-case letter.
  @inline(__always)
  package var isASCIILowercase: Bool { self &- UInt8(ascii: "a") < 26 }

  /// Whether this is an ASCII upper-case letter.
  @inline(__always)
  package var isASCIIUppercase: Bool { self &- UInt8(ascii: "A") < 26 }

  /// Whether this is an ASCII letter.
  @inline(__always)
  package var isASCIILetter: Bool { (self | ASCII.caseBit).isASCIILowercase }

  /// The same letter in lower case; any other byte unchanged.
  @inline(__always)
  package var asciiLowercased: UInt8 { isASCIIUppercase ? self | ASCII.caseBit : self }
}
