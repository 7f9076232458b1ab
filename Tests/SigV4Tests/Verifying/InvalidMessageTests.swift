import SigV4
import Testing

@Suite struct InvalidMessageTests {
  /// Requests that HTTP doesn't allow, with any signature (RFC 9110 and 9112).
  static let messages: [Trick] = [
    Trick("an empty target", .invalidRequest, SignedSample(target: "/")) { $0.target = "" },
    Trick("a target without a path", .invalidRequest, SignedSample(target: "/?a=b")) { $0.target = "?a=b" },
    Trick("a fragment", .invalidRequest, SignedSample(target: "/a%23b")) { try $0.replaceInTarget("%23", "#") },
    Trick("a fragment that was signed", .invalidRequest, SignedSample(target: "/a#b")) { _ in },
    Trick("a fragment after the query", .invalidRequest, SignedSample(target: "/?a=b%23")) {
      try $0.replaceInTarget("%23", "#")
    },
    Trick("a control character in the target", .invalidRequest, SignedSample(target: "/a\u{1}b")) { _ in },
    Trick("a tab in the query", .invalidRequest, SignedSample(target: "/?a=\t")) { _ in },
    Trick("DEL in the target", .invalidRequest, SignedSample(target: "/a\u{7F}")) { _ in },
    Trick("a method with a space", .invalidRequest) { $0.method = "GET /" },
    Trick("a method with a control character", .invalidRequest) { $0.method = "GET\r" },
    Trick("an empty method", .invalidRequest) { $0.method = "" },
    Trick("an empty name", .invalidRequest) { $0.add("", "x") },
    Trick("a name with a space", .invalidRequest) { $0.add("Content-Length ", "0") },
    Trick("a name with a colon", .invalidRequest) { $0.add("a:b", "c") },
    Trick("a name outside of ASCII", .invalidRequest) { $0.add("\u{212A}", "c") },
    Trick("a second Host, empty", .invalidRequest) { $0.add("host", "") },
    Trick("a second Host, empty and signed", .invalidRequest) { $0.headers.insert(HeaderField("HOST", " "), at: 0) },
    Trick("two hosts in one Host", .invalidRequest, SignedSample(headers: [HeaderField("Host", "a, b")])) { _ in },
    Trick(
      "two hosts in one Host, without a space", .invalidRequest, SignedSample(headers: [HeaderField("Host", "a,b")])
    ) { _ in },
    Trick("a Host with a user", .invalidRequest, SignedSample(headers: [HeaderField("Host", "a@b")])) { _ in },
    Trick("a Host with a path", .invalidRequest, SignedSample(headers: [HeaderField("Host", "a/b")])) { _ in },
    Trick("a Host with a space", .invalidRequest, SignedSample(headers: [HeaderField("Host", "a b")])) { _ in },
    Trick("a Host with white space around it", nil, SignedSample(headers: [HeaderField("Host", "a")])) {
      try $0.change("Host") { " \($0)\t" }
    },
    Trick("an IPv6 Host with a port", nil, SignedSample(headers: [HeaderField("Host", "[fe80::1%25a]:80")])) { _ in },
    Trick("Transfer-Encoding next to Content-Length", .invalidRequest) {
      $0.add("Transfer-Encoding", "chunked")
      $0.add("Content-Length", "0")
    },
    Trick("Transfer-Encoding next to a signed Content-Length", .invalidRequest, withLength) {
      $0.add("transfer-encoding", "gzip, chunked")
    },
    Trick("Transfer-Encoding alone", nil) { $0.add("Transfer-Encoding", "chunked") },
    Trick("another Content-Length", .invalidRequest, withLength) { $0.add("content-length", "1") },
    Trick("the same Content-Length again", .invalidRequest) {
      $0.headers += [HeaderField("Content-Length", "0"), HeaderField("Content-Length", "0")]
    },
    Trick("two lengths in one Content-Length", .invalidRequest) { $0.add("Content-Length", "0, 1") },
    Trick("a Content-Length with a sign", .invalidRequest) { $0.add("Content-Length", "+0") },
    Trick("an empty Content-Length", .invalidRequest) { $0.add("Content-Length", "") },
    Trick("a Content-Length in digits outside of ASCII", .invalidRequest) { $0.add("Content-Length", "\u{0661}") },
  ]

  private static let withLength = SignedSample(headers: [HeaderField("Host", "h"), HeaderField("Content-Length", "0")])

  @Test(arguments: messages)
  func `a request that HTTP doesn't allow is rejected, in whatever form targets are accepted`(trick: Trick) throws {
    #expect(try trick.outcome() == trick.code)
    #expect(try trick.outcome(.accepted) == trick.code)
  }

  @Test(
    arguments: ["\r", "\n", "\u{0}", "\u{1}", "\u{8}", "\u{B}", "\t\u{1}", "\t\n", "\u{C}", "\u{1B}", "\u{7F}"],
    ["", " ", "x"])
  func `a value with a control character is rejected, signed or not`(character: String, next: String) throws {
    let value = "a\(character)\(next)b"
    let unsigned = SignedSample()
    #expect(try unsigned.refusal(afterAdding: HeaderField("User-Agent", value)) == .invalidRequest)
    let signed = SignedSample(headers: [HeaderField("Host", "h"), HeaderField("X-Color", value)])
    // A signer doesn't accept all of them either.
    guard let request = try? signed.request() else { return }
    #expect(signed.verifier.refusal(of: request, with: signed.credentials) == .invalidRequest)
  }

  @Test func `a tab, a fold by CR LF and bytes outside of ASCII are a part of values`() throws {
    for value in ["a\tb", "a\r\n b", "a\r\n\tb", "\r\n a", "ä"] {
      #expect(try SignedSample().refusal(afterAdding: HeaderField("User-Agent", value)) == nil)
    }
    #expect(try SignedSample().refusal(afterAdding: HeaderField("User-Agent", "a\r\n")) == .invalidRequest)
    #expect(try SignedSample().refusal(afterAdding: HeaderField("User-Agent", "a\r\nb")) == .invalidRequest)
  }
}
