import SigV4
import Testing

/// Host, which is a host and a port if any (RFC 9110, 7.2; RFC 3986, 3.2.2).
@Suite struct VerifierHostTests {
  @Test(arguments: [
    "a?b", "a#b", "a\\b", "a\"b", "a@b", "a/b", "a b", "a,b", "a:b:c", "a:b", "a:80:80", "a:80/", "a:8 0", "a:+80",
    ":80",
    ":", "::1", "[::1", "::1]", "[]", "[]:80", "[::1]a", "[::1]:a", "[::1]:80:80", "[::1]80", "[a b]", "[::1/]",
    "[[::1]]",
    "a[b]", "[a.example]", "[fe80::1%a]", "[fe80::1%25]", "[%25eth0]", "[%25eth0]:80", "a%", "a%4", "a%zz", "a|b",
    "<a>", "a{b}", "a^b", "a`b",
    "ä.example",
    "a\u{AD}b", "x:80\tb", "reservation.example:b", "reservation.example:80:80",
  ])
  func `a Host that isn't a host and a port is rejected with any signature`(host: String) throws {
    let sample = SignedSample(headers: [HeaderField("Host", host)])
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == .invalidRequest)
  }

  @Test func `an empty Host is rejected`() throws {
    #expect(try SignedSample().refusal(afterAdding: HeaderField("Host", "")) == .invalidRequest)
    let sample = SignedSample()
    let request = try sample.request { try $0.change("Host") { _ in " " } }
    #expect(sample.verifier.refusal(of: request, with: sample.credentials) == .invalidRequest)
  }

  @Test(arguments: [
    "a", "A.Example", "a.example:80", "a.example:", "a.example:00080", "192.0.2.1", "192.0.2.1:443", "[::1]",
    "[::1]:80",
    "[::ffff:192.0.2.1]", "[fe80::1%25eth0]:80", "xn--nxasmq6b", "a%C3%A4", "a_b.example", "a~b!$&'()*+;=",
    "a.example.",
    String(repeating: "a.", count: 120) + "example:65535",
  ])
  func `a Host that is a host and a port is accepted`(host: String) throws {
    let sample = SignedSample(headers: [HeaderField("Host", host)])
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
  }
}
