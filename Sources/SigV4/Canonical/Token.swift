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
