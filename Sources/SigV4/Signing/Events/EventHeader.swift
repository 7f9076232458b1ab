/// The binary form of an event message's headers: the name's length in a byte, the name, the value's type in a byte, the value.
///
/// Smithy, "Amazon Event Stream Specification"; numbers are big-endian.
enum EventHeader {
  /// `:date`, a timestamp (type 8): milliseconds since 1970 in 8 bytes, of which signing uses whole seconds only.
  static func date(_ date: SigningDate) -> [UInt8] {
    let milliseconds = Int64(date.secondsSince1970) * 1000
    return named(":date", type: 8)
      + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: milliseconds >> $0) }
  }

  /// `:chunk-signature`, bytes (type 6): their count in 2 bytes, and the bytes.
  static func chunkSignature(_ signature: [UInt8]) -> [UInt8] {
    named(":chunk-signature", type: 6)
      + [UInt8(truncatingIfNeeded: signature.count >> 8), UInt8(truncatingIfNeeded: signature.count)] + signature
  }

  private static func named(_ name: String, type: UInt8) -> [UInt8] {
    [UInt8(truncatingIfNeeded: name.utf8.count)] + Array(name.utf8) + [type]
  }
}
