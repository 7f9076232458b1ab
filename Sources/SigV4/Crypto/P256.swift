/// The curve of SigV4a's signatures (FIPS 186-5, P-256).
enum P256 {
  /// The order of the group minus two, big-endian: the largest candidate that key derivation accepts.
  static let orderMinusTwo: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x4F,
  ]

  /// The order of the group, big-endian.
  private static let order: [UInt8] = orderMinusTwo.dropLast() + [0x51]

  /// Returns r and the lesser of s and n − s, 32 bytes each, which a signature in DER and its twin `(r, n − s)` share.
  ///
  /// - Returns: `nil` if the bytes aren't a signature on this curve.
  static func normalForm(ofSignature der: [UInt8]) -> [UInt8]? {
    guard der.count >= 2, der[0] == 0x30, Int(der[1]) == der.count - 2 else { return nil }
    var rest = der[2...]
    guard let r = integer(&rest), let s = integer(&rest), rest.isEmpty else { return nil }
    let twin = orderMinus(s)
    return r + (twin.lexicographicallyPrecedes(s) ? twin : s)
  }

  /// Returns the next INTEGER of DER, padded to 32 bytes; `nil` if there is none, or if it is longer.
  private static func integer(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    guard rest.popFirst() == 0x02, let count = rest.popFirst(), rest.count >= Int(count) else { return nil }
    let digits = rest.prefix(Int(count)).drop { $0 == 0 }
    guard digits.count <= 32 else { return nil }
    rest = rest.dropFirst(Int(count))
    return [UInt8](repeating: 0, count: 32 - digits.count) + digits
  }

  /// n − `number`, modulo 2^256.
  private static func orderMinus(_ number: [UInt8]) -> [UInt8] {
    var difference = order
    var borrow = 0
    for index in difference.indices.reversed() {
      let digit = Int(order[index]) - Int(number[index]) - borrow
      difference[index] = UInt8(truncatingIfNeeded: digit)
      borrow = digit < 0 ? 1 : 0
    }
    return difference
  }

  /// The 32-byte coordinates of a point.
  struct Point: Sendable, Hashable {
    var x: [UInt8]
    var y: [UInt8]

    /// The uncompressed form of SEC 1: 0x04, x, y.
    var uncompressed: [UInt8] { [0x04] + x + y }

    init(x: [UInt8], y: [UInt8]) {
      self.x = x
      self.y = y
    }

    init?(uncompressed bytes: [UInt8]) {
      guard bytes.count == 65, bytes[0] == 0x04 else { return nil }
      x = Array(bytes[1...32])
      y = Array(bytes[33...64])
    }
  }
}
