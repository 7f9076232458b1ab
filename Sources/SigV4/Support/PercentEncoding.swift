/// The percent-encoding of AWS: upper-case hex for every byte except the unreserved ones of RFC 3986, 2.3 (`A-Z a-z 0-9 - . _
/// ~`).
enum PercentEncoding {
  /// A bit for each unreserved byte (RFC 3986, 2.3): digits, `-`, `.` below 64; letters, `_`, `~` above.
  private static let unreservedLow: UInt64 = 0x03FF_6000_0000_0000
  private static let unreservedHigh: UInt64 = 0x47FF_FFFE_87FF_FFFE

  /// Whether encoding leaves `byte` unchanged.
  @inline(__always)
  static func isUnreserved(_ byte: UInt8) -> Bool {
    let bits = byte & 0x40 == 0 ? unreservedLow : unreservedHigh
    return bits &>> UInt64(byte) & 1 & ~(UInt64(byte) &>> 7) == 1
  }

  /// 0 for an unreserved byte, 1 for any other: without a branch or a table, so that the compiler can vectorize a loop.
  @inline(__always)
  static func reservedness(of byte: UInt8) -> UInt8 {
    let isNoLetter: UInt8 = byte.isASCIILetter ? 0 : 1
    let isNoDigit: UInt8 = byte.isASCIIDigit ? 0 : 1
    let isNoMark: UInt8 =
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
      ? 0 : 1
    return isNoLetter & isNoDigit & isNoMark
  }

  /// Appends `byte`, encoded unless unreserved.
  static func append(_ byte: UInt8, to buffer: inout ByteBuffer) {
    // rule: query-unreserved-kept
    if isUnreserved(byte) {
      buffer.append(byte)
    } else {
      buffer.append(UInt8(ascii: "%"))
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

  /// The byte that a percent escape at `index` encodes; `nil` if there is no escape, as with a stray `%`.
  static func decodedByte(at index: Int, in bytes: Span<UInt8>) -> UInt8? {
    guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
      let high = Hexadecimal.value(ofDigit: bytes[index + 1]),
      let low = Hexadecimal.value(ofDigit: bytes[index + 2])
    else { return nil }
    return high << 4 | low
  }

  /// Decodes `bytes` from `start`, appends them encoded again, and returns the index of the end.
  ///
  /// The end is the first byte for which `isEnd` is true, or the count.
  ///
  /// A `%` without two hex digits after it is an ordinary `%` and becomes `%25`. A `+` is an ordinary plus sign.
  @inline(__always)
  static func appendReencoded(
    _ bytes: Span<UInt8>, from start: Int, to buffer: inout ByteBuffer, until isEnd: (UInt8) -> Bool
  ) -> Int {
    var index = start
    while index < bytes.count {
      // No byte that ends a part is unreserved.
      index = buffer.appendUnreserved(bytes, from: index)
      guard index < bytes.count, !isEnd(bytes[index]) else { return index }
      // rule: query-encoded-anew
      if let decoded = decodedByte(at: index, in: bytes) {
        append(decoded, to: &buffer)
        index += 3
      } else {
        // rule: query-plus-is-plus
        append(bytes[index], to: &buffer)
        index += 1
      }
    }
    return index
  }
}

extension [UInt8] {
  /// The bytes with their escapes decoded; a `%` without two hex digits after it is kept.
  package var percentDecoded: [UInt8] { PercentEncoding.decodedBytes(span) }

  /// The percent-encoded text of the bytes.
  package var percentEncoded: String {
    var buffer = ByteBuffer(capacity: count + 1)
    PercentEncoding.append(span, to: &buffer)
    return buffer.string()
  }
}

extension PercentEncoding {
  /// The text with its escapes decoded; invalid UTF-8 is repaired, and then equals no known name.
  static func decoded(_ part: Substring.UTF8View) -> String {
    String(decoding: part.withSpan { decodedBytes($0) }, as: UTF8.self)
  }

  /// The bytes with their escapes decoded; a `%` without two hex digits after it is kept.
  static func decodedBytes(_ bytes: Span<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let byte = decodedByte(at: index, in: bytes)
      decoded.append(byte ?? bytes[index])
      index += byte == nil ? 1 : 3
    }
    return decoded
  }
}
