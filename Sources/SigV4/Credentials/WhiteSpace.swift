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
}
