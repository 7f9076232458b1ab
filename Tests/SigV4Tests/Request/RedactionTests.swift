import Testing

@testable import SigV4

@Suite struct RedactionTests {
  /// No run of 8 characters of it may be shown.
  private static let secret = "wJalrXUtnFEMIK7MDENG"

  private static func shows(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let secret = Array(secret.utf8)
    return (0...secret.count - 8).contains { start in
      bytes.indices.contains { bytes[$0...].starts(with: secret[start..<start + 8]) }
    }
  }

  /// Combines with the character before it, so that `?` and this are one `Character`.
  private static let mark = "\u{301}"

  @Test(arguments: [
    "https://h/a?token=S", "https://h/a?Mtoken=S", "https://h/a?x=1&Mtoken=S", "https://h/a?x=1&token=MS",
    "https://h/a?token=MS", "https://h/a?MS", "https://h/a?x&MS", "https://h/a#MS", "https://h/a?x=1#MS",
    "https://h/a#S?x", "https://u:S@h/", "https://u:S@Mh/", "https:M//u:S@h/", "https:/M/u:S@h/", "https://Mu:S@h/",
    "https://u:S@h?MX-Amz-Date=1", "https://u:S@h/?a@b", "https://h/a?action=M&actioN=1&act\u{130}on=S",
    "https://h/?max-\u{212A}eys=S", "https://h/?X-Amz-Date%CC%81=S", "https://h/?S==",
  ])
  func `a URL shows no secret, even if marks combine with its delimiters`(url: String) {
    let url = url.replacing("M", with: Self.mark).replacing("S", with: Self.secret)
    #expect(Self.shows(url))
    #expect(!Self.shows(url.redactedURL), "\(url.redactedURL)")
  }

  @Test(arguments: [
    "AWS4-HMAC-SHA256 Credential=A\nx-amz-security-token:§/20150830/r/s/aws4_request, SignedHeaders=host, Signature=x",
    "AWS4-HMAC-SHA256 Credential=A/§/r/s/aws4_request, SignedHeaders=host, Signature=x",
    "AWS4-HMAC-SHA256 Credential=A/20150830/s/§/aws4_request/aws4_request, SignedHeaders=host, Signature=x",
    "AWS4-ECDSA-P256-SHA256 Credential=A/§/20150830/s/aws4_request, SignedHeaders=host, Signature=x",
    "AWS4-ECDSA-P256-SHA256 Credential=A/§/s/aws4_request, SignedHeaders=host, Signature=x",
    "AWS4-HMAC-SHA256 Credential=/20150830/r/s/aws4_request, SignedHeaders=§, Signature=x",
    "AWS4-HMAC-SHA256 Credential=A/20150830/r/s/aws4_request, SignedHeaders=host, Signature=x, §",
    "AWS4-HMAC-SHA256 Credential=A/20150830/r/s/aws4_request SignedHeaders=host Signature=§", "Bearer §", "§",
  ])
  func `no text that isn't an AWS signature is shown`(value: String) {
    let field = HeaderField("Authorization", value.replacing("§", with: Self.secret))
    #expect(!Self.shows(field.description), "\(field)")
  }

  @Test func `an AWS signature is shown without the signature`() {
    let start = "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-west-2/s3/aws4_request, SignedHeaders=host;x-amz-date"
    #expect(HeaderField("Authorization", "\(start), Signature=abc").shownValue == "\(start), Signature=<redacted>")
    let tabs = start.replacing(", ", with: ",\t") + ",Signature=abc"
    #expect(HeaderField("Authorization", tabs).shownValue == "\(start), Signature=<redacted>")
  }

  @Test(arguments: [
    ("https://user:password@h:1/a?X-Amz-Date=1&x=2#f", "https://<redacted>@h:1/a?X-Amz-Date=1&x=<redacted>#<redacted>"),
    ("https://h/a@b?acl", "https://h/a@b?acl"), ("https://h", "https://h"), ("/a?b=c", "/a?b=<redacted>"),
    ("https://h#", "https://h#<redacted>"), ("a://u@b://c", "a://<redacted>@b://c"),
  ])
  func `a URL is shown without user, fragment and unlisted values`(url: String, shown: String) {
    #expect(url.redactedURL == shown)
  }

  @Test(arguments: [
    ("X-Amz-Signature=VALUE&a=1", "X-Amz-Signature=<redacted>&a=1"), ("a=1&x-token=VALUE", "a=1&x-token=<redacted>"),
    ("/a?X-Amz-Security%2DToken=VALUE b", "/a?X-Amz-Security%2DToken=<redacted> b"),
    ("token=VALUE?a", "token=<redacted>?a"), ("token=VALUE\nhost:h", "token=<redacted>\nhost:h"),
    ("token=VALUE\r\nhost:h", "token=<redacted>\r\nhost:h"),
    ("x-token:VALUE VALUE&VALUE\nhost:h", "x-token:<redacted>\nhost:h"), ("a=VALUE&token", "a=VALUE&token"),
  ])
  func `only the value of a token is redacted`(text: String, shown: String) {
    #expect(text.replacing("VALUE", with: Self.secret).redactingTokens == shown.replacing("VALUE", with: Self.secret))
  }

  @Test(arguments: [
    "\u{212A}eep-alive", "eXpIres\u{301}", "\u{301}Host", "X-Amz-Date\u{301}", "\u{130}f-match", "Host ",
    "x-amz-checksum\u{301}-crc32", "Authorization", "Authorization\u{301}",
  ])
  func `a header whose name is only like a listed one isn't shown`(name: String) {
    #expect(!Self.shows(HeaderField(name, Self.secret).description))
    #expect(!Self.shows(HeaderField(name, "AWS4-HMAC-SHA256 \(Self.secret)").description))
  }

  @Test(arguments: [
    ("GET", "/", "AWSS"),
    ("GET", "/", "AWS4-HMAC-SHA256Credential=AKID/20260203/us-west-2/s3/aws4_request,Signature=S"),
    ("GET", "/", "AWS4-HMAC-SHA256 Credential=AKID/20260203/us-west-2/s3/S, SignedHeaders=host, Signature=F"),
    ("GET", "/", "AWS4-HMAC-SHA256 Credential=S/20260203/us-west-2/s3/, SignedHeaders=host, Signature=S"),
    ("GET", "/", "AWS4-HMAC-SHA256 S=S, SignedHeaders=S, Signature=S"), ("GET", "/", "AWS AKID:S"),
    (
      "GET S", "/",
      "AWS4-HMAC-SHA256 Credential=AKID/20260203/us-west-2/s3/aws4_request, SignedHeaders=host, Signature=F"
    ),
    ("GET", "/?X-Amz-Algorithm=S&X-Amz-Signature=S&X-Amz-Credential=S&X-Amz-Date=20260203T040506Z", nil),
  ])
  func `an error about a signature shows nothing of it`(method: String, target: String, authorization: String?) throws {
    let planted = { (text: String) in
      text.replacing("S=S", with: "x=\(Self.secret)").replacing("Signature=S", with: "Signature=\(Self.secret)")
        .replacing("Signature=F", with: "Signature=\(String(repeating: "f", count: 64))")
        .replacing(/(\/|AWS|:|=|GET )S(?=\/|,|&|$)/) { "\($0.1)\(Self.secret)" }
    }
    var request = SignableRequest(
      method: planted(method), target: planted(target),
      headers: [HeaderField("Host", "h"), HeaderField("X-Amz-Date", "20260203T040506Z")])
    if let authorization { request.headers.append(HeaderField("Authorization", planted(authorization))) }
    #expect(Self.shows("\(request.method)\(request.target)\(request.headers.map(\.value))"))
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")
    let error = #expect(throws: VerificationError.self) {
      try Verifier(service: .s3).verify(request, payload: .empty, with: credentials)
    }
    #expect(error.map { Self.shows($0.description) } == false, "\(error?.message ?? "")")
    #expect(!Self.shows(SignatureDiagnosis(of: request, payload: .empty, credentials: credentials).description))
  }
}
