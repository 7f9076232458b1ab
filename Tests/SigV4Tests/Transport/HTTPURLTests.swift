import Testing

@testable import SigV4

struct HTTPURLTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let text: String
    let host: String
    let port: UInt16
    let target: String

    var testDescription: String { text }
  }

  @Test(
    "a URL contains the address to connect to and the target to request",
    arguments: [
      Row(text: "http://example.test", host: "example.test", port: 80, target: "/"),
      Row(text: "https://example.test", host: "example.test", port: 443, target: "/"),
      Row(text: "HTTPS://example.test/a?b=c", host: "example.test", port: 443, target: "/a?b=c"),
      Row(text: "http://example.test?b=c", host: "example.test", port: 80, target: "/?b=c"),
      Row(text: "http://example.test:65535/", host: "example.test", port: 65535, target: "/"),
      Row(text: "http://[fd00:ec2::254]/latest", host: "fd00:ec2::254", port: 80, target: "/latest"),
      Row(text: "https://[::1]:8443", host: "::1", port: 8443, target: "/"),
    ])
  func parts(_ row: Row) throws {
    let url = try #require(HTTPURL(row.text))
    #expect(url.host == row.host)
    #expect(url.port == row.port)
    #expect(url.target == row.target)
  }

  @Test(
    "any text but a plain http or https URL is invalid",
    arguments: [
      "", "example.test", "ftp://example.test/", "http:/example.test", "http://", "http:///path",
      "http://user@example.test/",
      "http://example.test:65536/", "http://example.test:+80/", "http://example.test:8 0/", "http://example.test/#part",
      "http://[::1/", "http://[::1]8443/", "http://[example]/", "http://[]/", "http://a[b]/",
      "http://ex\u{E4}mple.test/",
    ])
  func rejected(_ text: String) {
    #expect(HTTPURL(text) == nil)
  }
}
