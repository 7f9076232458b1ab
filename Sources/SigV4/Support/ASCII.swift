extension Span<UInt8> {
  /// Whether this is RFC 9110's `token`: a method or the name of a header.
  var isToken: Bool {
    for index in indices where !self[index].isTokenCharacter { return false }
    return !isEmpty
  }
}

extension UInt8 {
  /// A character of RFC 9110's `token`: letters, digits and ``!#$%&'*+-.^_`|~``.
  package var isTokenCharacter: Bool { isLowercaseTokenCharacter || self &- 0x41 < 26 }

  /// A character of a token, but no upper-case letter.
  var isLowercaseTokenCharacter: Bool {
    let bits: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C000_0000
    return self < 128 && bits &>> UInt64(self) & 1 == 1
  }
}

extension StringProtocol {
  /// The text without ASCII white space at its ends.
  var trimmed: String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let bytes = utf8.drop(while: isBlank)
    let blankEnd = bytes.reversed().prefix(while: isBlank).count
    return String(decoding: bytes.dropLast(blankEnd), as: UTF8.self)
  }

  /// The trimmed text; `nil` when nothing is left.
  var nonBlank: String? {
    let text = trimmed
    return text.isEmpty ? nil : text
  }

  /// Whether the text begins and ends with quotation marks of one kind.
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
