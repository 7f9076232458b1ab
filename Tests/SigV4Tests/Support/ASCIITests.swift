import Testing

@testable import SigV4

struct TokenTests {
  /// RFC 9110, 5.6.2.
  private static let characters = Set(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

  @Test func `a token has the characters of RFC 9110, and no others`() {
    for byte in UInt8.min...UInt8.max {
      #expect(byte.isTokenCharacter == Self.characters.contains(byte), "\(byte)")
      let isUpperCase = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
      #expect(byte.isLowercaseTokenCharacter == (byte.isTokenCharacter && !isUpperCase), "\(byte)")
    }
  }
}
