import SigV4
import Testing

/// A request that HTTP clients change, or might change.
struct OddRequest: Sendable, CustomTestStringConvertible {
  /// The outcome of a request.
  enum Outcome: Equatable {
    /// It is sent, and its signature verifies.
    case sent
    /// It is sent with this target, and its signature verifies.
    case sentTo(String)
    /// Signing throws this code.
    case notSigned(SigningError.Code)
    /// The client rejects it without sending all of it.
    case rejected
  }

  enum Client: String {
    case urlSession = "URLSession"
    case asyncHTTPClient = "AsyncHTTPClient"
    case nio = "NIO"
    case http2 = "NIO over HTTP/2"
    case httpTypesFoundation = "HTTPTypesFoundation"
  }

  let name: String
  var method = "GET"
  /// The URL, with `PORT` in place of the server's port.
  var url = "http://127.0.0.1:PORT/"
  var headers: [HeaderField] = []
  var body: String?
  var service = SigningService.executeAPI
  /// The outcome of each client for which it isn't ``anyOutcome``.
  var outcomes: [Client: Outcome] = [:]
  var anyOutcome = Outcome.sent

  var testDescription: String { "\(name) (\(service.name))" }

  func outcome(_ client: Client) -> Outcome { outcomes[client] ?? anyOutcome }

  fileprivate init(
    _ name: String, _ method: String = "GET", path: String = "/", url: String? = nil,
    headers: [(String, String)] = [], body: String? = nil, service: SigningService = .executeAPI,
    all anyOutcome: Outcome = .sent, but outcomes: [Client: Outcome] = [:]
  ) {
    self.name = name
    self.method = method
    self.url = url ?? "http://127.0.0.1:PORT" + path
    self.headers = headers.map { HeaderField($0.0, $0.1) }
    self.body = body
    self.service = service
    self.anyOutcome = anyOutcome
    self.outcomes = outcomes
  }

  static let all =
    targets(.executeAPI, dots: nil) + targets(.s3, dots: .notSigned(.changedByClient)) + hosts + fields + methods

  /// Targets, signed for a service; `dots` is the outcome for dot segments if not all clients can send them.
  private static func targets(_ service: SigningService, dots: Outcome?) -> [OddRequest] {
    func dotted(_ path: String, _ sent: String) -> OddRequest {
      OddRequest(
        "dot segments in \(path)", path: path, service: service, all: dots ?? .sentTo(sent),
        but: [.asyncHTTPClient: .sentTo(path)])
    }
    let rows: [(String, String, Outcome)] = [
      ("an empty path", "", .sentTo("/")),
      ("an empty path with a query", "?a=1", .sentTo("/?a=1")),
      ("an empty query", "/?", .sent),
      ("empty parameters", "/?&&a&&b=&=c&", .sent),
      ("dots in a query", "/a?x=/../y/./z", .sent),
      ("dots in longer names", "/a.../..b/.c/c.", .sent),
      ("escaped dots in longer names", "/a%2e/%2e%2e%2e/.%2eb", .sent),
      ("escaped dots in a query", "/?/%2e%2e/", .sent),
      ("repeated slashes", "//a///b//", .sent),
      ("escapes in lower case", "/a%2fb%2Fc?d=%2f", .sent),
      ("escapes of unreserved characters", "/%7e~%41?%7E=%2D", .sent),
      ("a space", "/a b?c d", .sentTo("/a%20b?c%20d")),
      ("a stray %", "/100%/a", .sentTo("/100%25/a")),
      ("a stray % at the end", "/?a=1%4", .sentTo("/?a=1%254")),
      ("plus signs", "/a+b?c+d=e+f", .sent),
      ("an escaped plus sign", "/a%2Bb?c%2Bd", .sent),
      ("sub-delimiters", "/!$&'()*+,;=:@?!$&'()*+,;=:@/?", .sent),
      ("characters that a URL can't contain", "/[]|\"<>^`{}\\", .sentTo("/%5B%5D%7C%22%3C%3E%5E%60%7B%7D%5C")),
      ("the same in a query", "/?a=[]|\"<>^`{}\\", .sentTo("/?a=%5B%5D%7C%22%3C%3E%5E%60%7B%7D%5C")),
      ("escaped delimiters", "/a%23b%3Fc?d%23e%26f%3D", .sent),
      ("escaped control characters", "/%00%0d%0A%7f", .sent),
      ("an escape that isn't UTF-8 in a query", "/?%FF=%C3", .sent),
      ("a colon in the first segment", "/a:b", .sent),
      ("a long path", "/" + String(repeating: "long/", count: 1500), .sent),
    ]
    // `URL(string:)` encodes the escapes again, which can't be seen in the URL.
    let mixed: [(String, String, String, String)] = [
      ("an escape and a character outside ASCII", "/a%20b/ä", "/a%20b/%C3%A4", "/a%2520b/%C3%A4"),
      (
        "the same in a query", "/?a=%20&ä=%C3%A4ö", "/?a=%20&%C3%A4=%C3%A4%C3%B6",
        "/?a=%2520&%C3%A4=%25C3%25A4%C3%B6"
      ),
      ("a stray % and an escape", "/100%zz/%41", "/100%25zz/%41", "/100%25zz/%2541"),
    ]
    let notUTF8 = OddRequest(
      "an escape that isn't UTF-8", path: "/%FF", service: service,
      but: [.asyncHTTPClient: .notSigned(.changedByClient)])
    // libcurl, and with it URLSession on Linux, removes escaped dot segments from version 8.13 on.
    let escapedDots = ["/a/%2e%2e/b", "/a/.%2E/b", "/a/%2E./b", "/%2e", "/a/../b/%2e/"].map {
      OddRequest(
        "escaped dot segments in \($0)", path: $0, service: service, all: .notSigned(.changedByClient),
        but: [.asyncHTTPClient: .sentTo($0)])
    }
    return [notUTF8] + escapedDots
      + mixed.map {
        OddRequest($0.0, path: $0.1, service: service, all: .sentTo($0.2), but: [.urlSession: .sentTo($0.3)])
      }
      + rows.map { OddRequest($0.0, path: $0.1, service: service, all: $0.2) } + [
        dotted("/a/../b/./c", "/b/c"), dotted("/..", "/"), dotted("/a/b/..", "/a/"), dotted("/a/.", "/a/"),
        dotted("/a//../b", "/a/b"),
      ]
  }

  static let overIPv6: [OddRequest] = [
    OddRequest("an IPv6 address", url: "http://[::1]:PORT/", but: withoutIPv6),
    OddRequest("an IPv6 address written in full", url: "http://[0:0:0:0:0:0:0:1]:0PORT/", but: withoutIPv6),
  ]

  /// FoundationNetworking calls a URL with an IPv6 address invalid.
  #if canImport(FoundationNetworking)
    private static let withoutIPv6: [Client: Outcome] = [.urlSession: .rejected]
  #else
    private static let withoutIPv6: [Client: Outcome] = [:]
  #endif

  private static let hosts: [OddRequest] = [
    OddRequest("a fragment", url: "http://127.0.0.1:PORT/a?b#c", all: .sentTo("/a?b")),
    OddRequest("a fragment outside ASCII", url: "http://127.0.0.1:PORT/a%20b#ä", all: .sentTo("/a%20b")),
    OddRequest("a user", url: "http://user:password@127.0.0.1:PORT/"),
    OddRequest("a port with a leading zero", url: "http://127.0.0.1:0PORT/"),
    OddRequest("a host in upper case", url: "http://LOCALHOST:PORT/"),
    OddRequest(
      "a scheme in upper case", url: "HTTP://127.0.0.1:PORT/",
      but: [.urlSession: .rejected, .httpTypesFoundation: .rejected]),
    OddRequest("a host with an escape", url: "http://%6cocalhost:PORT/", all: .notSigned(.missingHost)),
    OddRequest("a port above 65535", url: "http://127.0.0.1:99999/", all: .notSigned(.missingHost)),
    OddRequest("a Host header", headers: [("Host", "other.example")], but: besideAuthority),
    OddRequest("a Host header in odd case", headers: [("hOsT", "other.example:443")], but: besideAuthority),
    OddRequest("a blank Host header", headers: [("Host", " ")], all: .notSigned(.missingHost), but: besideAuthority),
  ]

  private static let besideAuthority: [Client: Outcome] = [
    .nio: .notSigned(.changedByClient), .http2: .notSigned(.changedByClient),
    .httpTypesFoundation: .notSigned(.changedByClient),
  ]

  private static let fields: [OddRequest] = [
    OddRequest("two cookies", headers: [("Cookie", "a=1"), ("Cookie", "b=2")]),
    OddRequest("two Accept headers", headers: [("Accept", "text/html"), ("Accept", "text/plain")]),
    OddRequest("a repeated header in two cases", headers: [("X-List", "a"), ("x-list", "b")]),
    OddRequest(
      "a repeated header with empty and padded values",
      headers: [("X-List", ""), ("X-List", " a  b "), ("X-List", "c")]),
    OddRequest("a list header", headers: [("Accept", "a , b,c")]),
    OddRequest("an empty value", headers: [("X-Empty", "")]),
    OddRequest("an empty amz value", headers: [("X-Amz-Meta-Empty", "")]),
    OddRequest("a value of blanks", headers: [("X-Amz-Meta-Blank", "   ")]),
    OddRequest("a value of a tab", headers: [("X-Amz-Meta-Blank", "\t")]),
    OddRequest("blanks around and inside a value", headers: [("X-Amz-Meta-Padded", "  a  \t b  ")]),
    OddRequest("a quoted value", headers: [("X-Quoted", "\"a  b\"")]),
    OddRequest("a semicolon as value", headers: [("X-Semicolon", ";")]),
    OddRequest("a name in odd case", headers: [("x-AMZ-meta-oDD", "1")]),
    OddRequest("a name of all token characters", headers: [("a!#$%&'*+-.^_`|~z", "1")]),
    OddRequest(
      "a value outside ASCII", headers: [("X-Amz-Meta-Name", "ä→")], all: .notSigned(.changedByClient),
      but: [.asyncHTTPClient: .sent]),
    OddRequest("a long value", headers: [("X-Long", String(repeating: "long ", count: 1500))]),
    OddRequest("Connection", headers: [("Connection", "close")], but: [.http2: .rejected]),
    OddRequest("Expect", "POST", headers: [("Expect", "100-continue")], body: "{}"),
    OddRequest("User-Agent", headers: [("User-Agent", "mine")]),
    OddRequest(
      "Accept-Encoding and Accept-Language", headers: [("Accept-Encoding", "identity"), ("Accept-Language", "de")]),
    OddRequest("Range and Date", headers: [("Range", "bytes=0-1"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]),
    OddRequest(
      "TE, Trailer and Keep-Alive", headers: [("TE", "trailers"), ("Trailer", "x"), ("Keep-Alive", "timeout=5")],
      but: [.http2: .rejected]),
    OddRequest(
      "Authorization of an earlier signing",
      headers: [("authorization", "AWS4-HMAC-SHA256 old"), ("x-amz-date", "old")]),
    OddRequest("Content-Length", "POST", headers: [("Content-Length", "2")], body: "{}"),
    OddRequest(
      "a wrong Content-Length", "POST", headers: [("content-length", "2")], body: "{\"a\":1}", but: [.http2: .rejected]),
    OddRequest("Content-Length of a GET", headers: [("Content-Length", "0")]),
    OddRequest(
      "Transfer-Encoding", "POST", headers: [("Transfer-Encoding", "chunked")], body: "{}", but: [.http2: .rejected]),
    OddRequest("Content-Type in odd case", "POST", headers: [("content-TYPE", "application/json")], body: "{}"),
    OddRequest("an empty Content-Type", "POST", headers: [("Content-Type", "")], body: "{}"),
  ]

  private static let methods: [OddRequest] = [
    OddRequest("a GET with a body", body: "{}", but: withoutBody),
    OddRequest("a GET with a body for Lattice", body: "{}", service: .vpcLattice, but: withoutBody),
    OddRequest(
      "a HEAD with a body", "HEAD", body: "{}", all: .notSigned(.changedByClient), but: [.asyncHTTPClient: .sent]),
    OddRequest("HEAD", "HEAD"),
    OddRequest("a POST without a type", "POST", body: "a=b"),
    OddRequest("a POST without a body", "POST"),
    OddRequest("a PUT to S3", "PUT", path: "/a%20b", body: "{}", service: .s3),
    OddRequest("a DELETE with a body", "DELETE", body: "{}"),
    OddRequest(
      "a method in lower case", "put", body: "{}", all: .notSigned(.changedByClient),
      but: [.urlSession: .sent, .asyncHTTPClient: .sent]),
    OddRequest("patch in lower case", "patch", body: "{}"),
    OddRequest("an unknown method", "M-SEARCH"),
    OddRequest("OPTIONS", "OPTIONS"),
    OddRequest("a Lattice request with a body", "POST", path: "/?b=%2f&a", body: "{}", service: .vpcLattice),
  ]

  private static let withoutBody: [Client: Outcome] = [
    .urlSession: .notSigned(.changedByClient), .httpTypesFoundation: .rejected,
  ]
}
