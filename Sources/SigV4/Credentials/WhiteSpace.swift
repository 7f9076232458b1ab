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
