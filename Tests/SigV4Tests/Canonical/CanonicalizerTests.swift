import SigV4
import Testing

@Suite struct CanonicalizerTests {
  private func lines(
    _ target: String, _ headers: [HeaderField] = [HeaderField("Host", "h")],
    service: SigningService = SigningService("x")
  ) throws -> [String] {
    let request = SignableRequest(method: "GET", target: target, headers: headers)
    let canonical = try Canonicalizer(service).canonicalRequest(for: request, payloadHash: "-")
    return canonical.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test(arguments: [
    ("/", "/"), ("", "/"), ("?a=1", "/"), ("//", "/"), ("/a/.", "/a"), ("/a/..", "/"), ("/a/./", "/a/"),
    ("/../a", "/a"),
    ("//a//b/", "/a/b/"), ("/a%2e%2e/b", "/a%252e%252e/b"), ("/%2f/%zz/%", "/%252f/%25zz/%25"), ("/ሴ", "/%E1%88%B4"),
    ("/a b", "/a%20b"), ("/...", "/..."), ("/a#b", "/a%23b"), ("/~-_.A0", "/~-_.A0"),
    ("/:@!$&'()*+,;=", "/%3A%40%21%24%26%27%28%29%2A%2B%2C%3B%3D"),
  ])
  func `a path is normalized and encoded once more`(target: String, expected: String) throws {
    #expect(try lines(target)[1] == expected)
  }

  @Test(arguments: ["/", "//a//b/", "/a/./../b", "/%2f/%zz/%", "/ሴ"])
  func `an S3 path is unchanged`(target: String) throws {
    #expect(try lines(target, service: .s3)[1] == target)
  }

  @Test(arguments: [
    ("", ""), ("a", "a="), ("a=", "a="), ("=b", "=b"), ("&&", ""), ("a=b=c", "a=b%3Dc"), ("a=%2f", "a=%2F"),
    ("a=b+c", "a=b%2Bc"), ("a b", "a%20b="), ("ሴ=1", "%E1%88%B4=1"), ("a?b", "a%3Fb="), ("a=%zz", "a=%25zz"),
    ("a=%", "a=%25"), ("a=%4", "a=%254"), ("a=%41", "a=A"), ("b=1&a-b=2&a=3&a=1&a", "a=&a=1&a=3&a-b=2&b=1"),
    ("%41=1&A=0", "A=0&A=1"), ("a;b=1", "a%3Bb=1"), ("a=1&a=1", "a=1&a=1"), ("B=1&a=1&A=1", "A=1&B=1&a=1"),
    ("X-Amz-Signature=0&a=1", "a=1"),
  ])
  func `a query is decoded, encoded and sorted, parameter by parameter`(query: String, expected: String) throws {
    #expect(try lines("/?" + query)[2] == expected)
  }

  @Test(arguments: [
    ("plain", "plain"), ("  x \t y \u{0B} z ", "x y z"), ("\"a   b\"", "\"a b\""), ("x\n y\r\n\tz", "x y z"), ("", ""),
    ("é \u{3000}x", "é \u{3000}x"),
    ("a value that is longer than  sixteen bytes", "a value that is longer than sixteen bytes"),
  ])
  func `each run of white space in a header value becomes one space`(value: String, expected: String) throws {
    #expect(try lines("/", [HeaderField("Host", "h"), HeaderField("A", value)])[3] == "a:" + expected)
  }

  @Test func `a long value is encoded like its characters`() throws {
    let ascii = (0x01...0x7F).compactMap { UnicodeScalar($0).map { String($0) } }
    for character in ascii + ["ሴ"] where !["\n", "\r", "&"].contains(character) {
      let alone = try lines("/?a=" + character)[2].dropFirst(2)
      let long = try lines("/?a=" + String(repeating: character, count: 70))[2].dropFirst(2)
      #expect(long == String(repeating: String(alone), count: 70), "\(character.debugDescription)")
    }
  }

  @Test func `repeated headers are joined in the order in which they are sent`() throws {
    let headers = ["2", "", "1"].map { HeaderField("b", $0) } + [HeaderField("HOST", "h"), HeaderField("B", "0")]
    #expect(try lines("/", headers)[3...] == ["b:2,,1,0", "host:h", "", "b;host", "-"])
  }

  @Test func `headers that proxies change are not signed`() throws {
    let headers = UnsignedHeader.all.keys.map { HeaderField($0.uppercased(), "x") } + [HeaderField("Host", "h")]
    #expect(try lines("/", headers)[3...] == ["host:h", "", "host", "-"])
  }

  @Test func `the headers that a signature lists are canonicalized, and no others`() throws {
    let request = SignableRequest(
      method: "GET", target: "/",
      headers: [HeaderField("Host", "h"), HeaderField("b", "1"), HeaderField("User-Agent", "u")])
    let canonical = try Canonicalizer(.vpcLattice).canonicalRequest(
      for: request, payloadHash: "-", signedHeaders: "host;user-agent")
    #expect(canonical.text == "GET\n/\n\nhost:h\nuser-agent:u\n\nhost;user-agent\n-")
    #expect(canonical.signedHeaders == "host;user-agent")
  }

  static let badRequests: [(SigningError.Code, SignableRequest)] = [
    (.invalidMethod, SignableRequest(method: "", target: "/", headers: [])),
    (.invalidMethod, SignableRequest(method: "GET\n", target: "/", headers: [])),
    (.invalidMethod, SignableRequest(method: "G T", target: "/", headers: [])),
    (.invalidTarget, SignableRequest(method: "GET", target: "*", headers: [])),
    (.invalidTarget, SignableRequest(method: "GET", target: "http://h/", headers: [])),
    (.invalidTarget, SignableRequest(method: "GET", target: "/a\r\nb", headers: [])),
    (.invalidTarget, SignableRequest(method: "GET", target: "/?a\0", headers: [])),
    (.missingHost, SignableRequest(method: "GET", target: "/", headers: [])),
    (.missingHost, SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", " ")])),
    (
      .missingHost,
      SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "a"), HeaderField("host", "b")])
    ),
    (
      .invalidHeader,
      SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("", "x")])
    ),
    (
      .invalidHeader,
      SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("a:b", "x")])
    ),
    (
      .invalidHeader,
      SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("a\n", "x")])
    ),
    (
      .invalidHeader,
      SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("a", "x\ny")])
    ),
    (
      .invalidHeader,
      SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("a", "x\r\ny")])
    ),
    (
      .invalidHeader,
      SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("a", "x\0")])
    ),
    (.invalidHeader, SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h\r\n")])),
    (
      .invalidHeader,  // an unsigned header is sent too
      SignableRequest(
        method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("User-Agent", "a\nb: c")])
    ),
  ]

  @Test(arguments: badRequests)
  func `a malformed request is rejected`(code: SigningError.Code, request: SignableRequest) throws {
    let error = #expect(throws: SigningError.self) {
      try Canonicalizer(.vpcLattice).canonicalRequest(for: request, payloadHash: "-")
    }
    #expect(error?.code == code)
    #expect(error?.message.hasSuffix(".") == true)
  }

  @Test(arguments: ["", "a\nb", "a b", "\0"])
  func `a payload hash with white space or control characters is rejected`(hash: String) throws {
    let request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h")])
    let error = #expect(throws: SigningError.self) {
      try Canonicalizer(.vpcLattice).canonicalRequest(for: request, payloadHash: hash)
    }
    #expect(error?.code == .invalidPayloadHash)
  }
}
