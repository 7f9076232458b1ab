import Testing

@testable import SigV4

/// Names are ASCII: the Kelvin sign isn't a K, though Unicode calls the two equal.
struct ASCIINamesTests {
  private static let kelvin = "\u{212A}"

  @Test(arguments: ["AccessKeyId", "SecretAccessKey"])
  func `a field of a document whose name has a Kelvin sign is unknown`(name: String) throws {
    let json = #"{"AccessKeyId":"a","SecretAccessKey":"b"}"#.replacing(
      name, with: name.replacing("K", with: Self.kelvin))
    let document = try CredentialsDocument(Array(json.utf8), from: "It")
    let error = #expect(throws: CredentialError.self) { try document.credentials(.any) }
    #expect(error?.message == "It returned a response without \(name).")
  }

  @Test func `a field whose name differs by a Kelvin sign isn't there twice`() throws {
    let json = #"{"AccessKeyId":"a","Access\#(Self.kelvin)eyId":"x","SecretAccessKey":"b"}"#
    let document = try CredentialsDocument(Array(json.utf8), from: "It")
    #expect(try document.credentials(.any).accessKeyID == "a")
  }

  @Test func `an element is named byte for byte`() throws {
    let named = { (start: String, end: String) in XMLElement(Array("<a><\(start)>x</\(end)></a>".utf8)) }
    #expect(named("Key", "Key")?.descendant("Key")?.text == "x")
    #expect(named(Self.kelvin + "ey", Self.kelvin + "ey")?.descendant("Key") == nil)
    #expect(named("Key", Self.kelvin + "ey") == nil)
  }

  @Test(arguments: ["chun\u{212A}ed", "chunked\u{301}"])
  func `a transfer coding is named byte for byte`(coding: String) {
    var parser = TransportResponseParser(method: "GET", bodyLimit: 64)
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: \(coding)\r\n\r\n1\r\na\r\n0\r\n\r\n"
    #expect(throws: TransportError.self) { try parser.read(Array(answer.utf8)) }
  }

  @Test func `a property of a profile is named byte for byte`() throws {
    let text = "[default]\naws_access_\(Self.kelvin)ey_id = x\nAWS_ACCESS_KEY_ID = a\n"
    let file = try ProfileFile(text, .credentials, path: "path")
    #expect(file.sections == [.profile("default"): ["aws_access_key_id": "a"]])
  }

  @Test func `a short secret is found before a mark that combines with it`() {
    let words = ["abcd\u{301} ABCD"].told(without: SecretRuns(["abcd"]))
    #expect(words == ": \"<redacted>\u{301} <redacted>\"")
  }

  @Test func `a character of a million marks is cut in a message`() {
    let text = "a" + String(repeating: "\u{301}", count: 1_000_000)
    #expect(text.quoted.unicodeScalars.count == 203 && text.bounded.unicodeScalars.count == 200)
  }
}
