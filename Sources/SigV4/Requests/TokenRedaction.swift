extension String {
  /// The text with `<redacted>` in place of each session token, signature and other secret that is told by its name: a
  /// query parameter's, however its name is escaped, up to the next `&`, and a header's up to the end of its line.
  ///
  /// It is for text that people ask for to compare it; descriptions show only what ``Redaction`` lists.
  package var redactingTokens: String {
    withBytes { bytes in
      var shown: [UInt8] = []
      var start = 0
      while start < bytes.count {
        var end = start
        // `=` ends the name of a parameter, `:` that of a header.
        while end < bytes.count, !bytes[end].endsItem, bytes[end] != 0x3D, bytes[end] != 0x3A { end += 1 }
        let isSecret = bytes.extracting(start..<end).namesSecret
        let isParameter = end < bytes.count && bytes[end] == 0x3D
        let valueStart = end
        while end < bytes.count, bytes[end] != 0x0A, isSecret && !isParameter || !bytes[end].endsItem { end += 1 }
        let isRedacted = isSecret && valueStart < end
        for index in start..<(isRedacted ? valueStart + 1 : end) { shown.append(bytes[index]) }
        if isRedacted { shown += "<redacted>".utf8 }
        if end < bytes.count { shown.append(bytes[end]) }
        start = end + 1
      }
      return String(decoding: shown, as: UTF8.self)
    }
  }
}

extension UInt8 {
  /// Whether a parameter, or a line, ends here: `&`, `?`, a space, CR or LF.
  fileprivate var endsItem: Bool { self == 0x26 || self == 0x3F || self == 0x20 || self == 0x0A || self == 0x0D }
}

extension Span<UInt8> {
  /// Whether this is the name of what may be a secret, in any letter case, escaped or not.
  fileprivate var namesSecret: Bool {
    guard 3...200 ~= count else { return false }
    var bytes: [UInt8] = []
    var index = 0
    while index < count {
      let decoded = PercentEncoding.decodedByte(at: index, in: self)
      bytes.append((decoded ?? self[index]).asciiLowercased)
      index += decoded == nil ? 1 : 3
    }
    let name = String(decoding: bytes, as: UTF8.self)
    return ["authorization", "cookie", "key", "password", "secret", "signature", "token"].contains {
      name.hasSuffix($0)
    }
  }
}
