/// Percent-encoding as AWS wants it: every byte but RFC 3986's unreserved ones (`A-Z a-z 0-9 - . _ ~`), hex digits in upper case.
enum PercentEncoding {
  /// A bit for each ASCII byte that stays as it is: digits, `-`, `.` below 64; letters, `_`, `~` above.
  private static let unreservedLow: UInt64 = 0x03FF_6000_0000_0000
  private static let unreservedHigh: UInt64 = 0x47FF_FFFE_87FF_FFFE

  /// Whether `byte` stays as it is.
  @inline(__always)
  static func isUnreserved(_ byte: UInt8) -> Bool {
    let bits = byte & 0x40 == 0 ? unreservedLow : unreservedHigh
    return bits &>> UInt64(byte) & 1 & ~(UInt64(byte) &>> 7) == 1
  }

  /// 0 for a byte that stays as it is, 1 for any other: without a branch or a table, so that the compiler can look at many
  /// at a time.
  @inline(__always)
  static func reservedness(of byte: UInt8) -> UInt8 {
    let isNoLetter: UInt8 = (byte | 0x20) &- 0x61 < 26 ? 0 : 1
    let isNoDigit: UInt8 = byte &- 0x30 < 10 ? 0 : 1
    let isNoMark: UInt8 = byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E ? 0 : 1
    return isNoLetter & isNoDigit & isNoMark
  }

  /// Appends `byte`, encoded unless unreserved.
  static func append(_ byte: UInt8, to buffer: inout ByteBuffer) {
    if isUnreserved(byte) {
      buffer.append(byte)
    } else {
      buffer.append(0x25)
      buffer.append(Hexadecimal.uppercaseDigit(byte >> 4))
      buffer.append(Hexadecimal.uppercaseDigit(byte & 15))
    }
  }

  /// Appends `text`, encoded.
  static func append(_ text: String, to buffer: inout ByteBuffer) {
    text.withBytes { append($0, to: &buffer) }
  }

  /// Appends `bytes`, encoded.
  static func append(_ bytes: Span<UInt8>, to buffer: inout ByteBuffer) {
    var index = 0
    while index < bytes.count {
      index = buffer.appendUnreserved(bytes, from: index)
      if index < bytes.count {
        append(bytes[index], to: &buffer)
        index += 1
      }
    }
  }

  /// The byte that a percent escape at `index` stands for; `nil` where there is none, as with a stray `%`.
  static func decodedByte(at index: Int, in bytes: Span<UInt8>) -> UInt8? {
    guard bytes[index] == 0x25, index + 2 < bytes.count,
      let high = Hexadecimal.value(ofDigit: bytes[index + 1]),
      let low = Hexadecimal.value(ofDigit: bytes[index + 2])
    else { return nil }
    return high << 4 | low
  }

  /// Appends `bytes` from `start` on with escapes decoded and everything encoded anew, so that one text has one form, and
  /// says where it stopped: at the first byte that `isEnd`, or at the end.
  ///
  /// A `%` without two hex digits after it stands for itself and becomes `%25`; a `+` stands for itself too.
  @inline(__always)
  static func appendReencoded(
    _ bytes: Span<UInt8>, from start: Int, to buffer: inout ByteBuffer, until isEnd: (UInt8) -> Bool
  ) -> Int {
    var index = start
    while index < bytes.count {
      // None of what ends a part is unreserved.
      index = buffer.appendUnreserved(bytes, from: index)
      guard index < bytes.count, !isEnd(bytes[index]) else { return index }
      if let decoded = decodedByte(at: index, in: bytes) {
        append(decoded, to: &buffer)
        index += 3
      } else {
        append(bytes[index], to: &buffer)
        index += 1
      }
    }
    return index
  }
}

extension [UInt8] {
  /// The bytes as text, each percent-encoded that isn't one of RFC 3986's unreserved ones.
  package var percentEncoded: String {
    var buffer = ByteBuffer(capacity: count + 1)
    PercentEncoding.append(span, to: &buffer)
    return buffer.string()
  }
}
