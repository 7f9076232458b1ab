import Testing

@testable import SigV4

struct TokenTests {
  /// RFC 9110, 5.6.2.
  private static let characters = Set(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

  @Test func `a token has only the characters of RFC 9110`() {
    for byte in UInt8.min...UInt8.max {
      #expect(byte.isTokenCharacter == Self.characters.contains(byte), "\(byte)")
      let isUpperCase = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
      #expect(byte.isLowercaseTokenCharacter == (byte.isTokenCharacter && !isUpperCase), "\(byte)")
    }
  }
  @Test func `the table of token characters equals the predicate`() {
    for byte in UInt8.min...UInt8.max {
      var buffer = ByteBuffer(capacity: 1)
      let isToken = buffer.appendLowercasedToken([byte].span)
      #expect(isToken == byte.isTokenCharacter, "\(byte)")
      #expect(buffer[0] == (isToken ? byte.asciiLowercased : ASCII.space), "\(byte)")
    }
  }

  @Test func `encoding leaves only the unreserved characters of RFC 3986 unchanged`() {
    let unreserved = Set("-._~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    for byte in UInt8.min...UInt8.max {
      #expect(PercentEncoding.isUnreserved(byte) == unreserved.contains(byte), "\(byte)")
      #expect(PercentEncoding.reservedness(of: byte) == (unreserved.contains(byte) ? 0 : 1), "\(byte)")
    }
  }
}
