import Testing

@testable import SigV4

@Suite struct SHA256DigestTests {
  @Test func `a digest is read from its digits`() throws {
    let digest = try SHA256.hash(Array("abc".utf8).span)
    #expect(digest.hex.withBytes { SHA256Digest(lowercaseHex: $0) } == digest)
  }

  @Test(arguments: ["g", "F", "/", ":", "`", " ", "\0", "x", "é"])
  func `only digits in lower case make a digest`(other: String) {
    let digits = String(repeating: "f", count: SHA256Digest.byteCount * 2)
    for place in [0, 1, 32, 63] {
      let text = digits.prefix(place) + other + digits.dropFirst(place + other.utf8.count)
      #expect(String(text).withBytes { SHA256Digest(lowercaseHex: $0) } == nil, "\(place)")
    }
    for count in [0, 62, 63, 65] {
      let text = String(repeating: "f", count: count)
      #expect(text.withBytes { SHA256Digest(lowercaseHex: $0) } == nil, "\(count)")
    }
  }
}
