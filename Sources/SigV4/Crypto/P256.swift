/// The curve that SigV4a signs on (FIPS 186-5, P-256).
enum P256 {
  /// The order of the group minus two, big-endian: the largest candidate that key derivation takes.
  static let orderMinusTwo: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x4F,
  ]

  /// The 32-byte coordinates of a point.
  struct Point: Sendable, Hashable {
    var x: [UInt8]
    var y: [UInt8]

    /// The point as SEC 1 writes it without compression: 0x04, x, y.
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
