import SigV4
import Testing

@testable import sigv4_cli

@Suite("Pasted requests")
struct RequestTextTests {
  private static func read(_ text: String) throws -> RequestText {
    try RequestText(Array(text.utf8)) { _ in throw Failure("No file is expected.") }
  }

  @Test(
    "A presigned URL is read as a GET request",
    arguments: [
      "https://b.s3.amazonaws.com:443/a/../b%20c?X-Amz-Signature=a%2Fb&x=+#part",
      "  <https://b.s3.amazonaws.com/a/../b%20c?X-Amz-Signature=a%2Fb&x=+>\n",
      "'https://b.s3.amazonaws.com/a/../b%20c?X-Amz-Signature=a%2Fb&x=+'\r\n",
    ])
  func presignedURL(text: String) throws {
    let request = try Self.read(text).request
    #expect(request.method == "GET")
    #expect(request.target == "/a/../b%20c?X-Amz-Signature=a%2Fb&x=+")
    #expect(request.headers == [HeaderField("Host", "b.s3.amazonaws.com")])
  }

  private static let output = """
    *   Trying 127.0.0.1:80...
    > POST /a?b=c HTTP/2
    > Host: h.example
    * Connection state changed
    > Authorization: AWS4-HMAC-SHA256 x
    > x-amz-content-sha256: abc
    > Content-Length: 2
    >\u{20}
    * upload completely sent off: 2 bytes
    < HTTP/1.1 403 Forbidden
    < Server: s
    <\u{20}
    {"message":"> GET / HTTP/1.1"}
    """

  @Test("The lines that curl -v marks as sent are read")
  func verboseOutput() throws {
    let text = try Self.read(Self.output)
    #expect(text.request.method == "POST")
    #expect(text.request.target == "/a?b=c")
    #expect(text.request.headers.map(\.name) == ["Host", "Authorization", "x-amz-content-sha256", "Content-Length"])
    #expect(text.notes.count == 1)
    #expect(text.notes.first?.contains("doesn't contain the body") == true)
  }

  @Test("A quoted line of a command isn't what curl -v prints")
  func quotedLine() throws {
    #expect(try Self.read("curl http://h/ -d '\n> see /path'").body == Array("\n> see /path".utf8))
  }

  @Test("The body that curl -v doesn't show comes from the command above its output")
  func commandAboveOutput() throws {
    let command = "$ curl -v --aws-sigv4 aws:amz:us-east-1:s3 -u a:b http://h.example/a -d ab\n"
    #expect(
      try Self.read(command.replacing("--aws-sigv4 aws:amz:us-east-1:s3 ", with: "") + Self.output).body
        == Array("ab".utf8))
    #expect(try Self.read(command + Self.output).request.headers.contains { $0.isNamed("authorization") })
  }

  @Test(
    "A message isn't a command",
    arguments: [
      "POST /curl HTTP/1.1\nHost: h\n\ncurl http://other/", "POST /x\nHost: h\n\n curl http://other/",
      "curl /x HTTP/1.1\nHost: h\n\n",
    ])
  func message(text: String) throws {
    guard text.hasPrefix("POST") else {
      #expect(throws: Failure.self) { try Self.read(text) }
      return
    }
    #expect(try Self.read(text).request.headers == [HeaderField("Host", "h")])
  }

  @Test("A message is split at bytes, and only spaces and tabs are trimmed")
  func messageOfBytes() throws {
    let text = try Self.read("GET /\u{301}a b HTTP/1.1\r\nA:\u{301}b\u{A0}\r\nB: c \t\r\n d\r\n\r\nbody\n")
    #expect(text.request.target == "/\u{301}a b")
    #expect(text.request.headers == [HeaderField("A", "\u{301}b\u{A0}"), HeaderField("B", "c\r\n d")])
    #expect(text.body == Array("body\n".utf8))
  }

  @Test(
    "Text that isn't a request is rejected",
    arguments: ["", "hello", "hello world", "<html>", "> GET", "\u{FEFF}x y z"])
  func noRequest(text: String) {
    #expect(throws: Failure.self) { try Self.read(text) }
  }

  @Test(
    "A malformed header of an option is rejected, and its value isn't shown",
    arguments: [
      "A", "secret", "", ":secret", "A B: secret", "A\r\n: secret", "A: secret\r\nB: c", "A: secret\n",
      "A: secret\u{0}",
      "A: s\u{7F}",
      "ä: secret", "A\u{301}: secret", "A;",
    ])
  func malformedHeader(text: String) {
    let failure = #expect(throws: Failure.self) { try HeaderText.field(text) }
    #expect(failure?.description.hasPrefix("Invalid header") == true)
    #expect(failure?.description.contains("secret") == false)
  }

  @Test(
    "An error about a command shows no secret",
    arguments: [
      "curl http://u:secret@h!/", "curl 'http://secret@h/ '", "curl 'http://h:x/?a=secret'", "curl u:secret@h:x",
      "curl http://h/ --x=secret",
      "curl http://h/ -H $'A: secret\\n'", "curl http://h/ -H $'secret\\n'", "GET / HTTP/1.1\nsecret\n\n",
      "curl http://h/ 'secret",
      "curl http://h/ -d 'secret' -T x", "curl 'http://h/{a,b}?secret'", "curl ftp://u:secret@h/",
      "curl http://h/ -d @<(echo secret)",
    ])
  func noSecret(text: String) {
    let failure = #expect(throws: Failure.self) { try Self.read(text) }
    #expect(failure?.description.contains("secret") == false)
  }

  @Test(
    "A note about a command shows no secret",
    arguments: [
      "curl http://h/ -d $(echo secret)", "curl http://h/ -d ${A:-secret}", "curl http://h/ -d `echo secret`",
      "curl http://h/ -d <(echo secret)", "curl http://h/\n-H 'A: secret'", "curl http://h/\n--x=secret",
      "curl http://h/\n-uu:secret",
    ])
  func noSecretInNotes(text: String) throws {
    let notes = try Self.read(text).notes.joined()
    #expect(!notes.isEmpty && !notes.contains("secret"))
  }

  @Test(
    "A header of an option is read",
    arguments: [
      ("A: b", "A", "b"), ("A:b:c", "A", "b:c"), ("a!b: \tx  y\t", "a!b", "x  y"), ("A:", "A", ""), ("A: ü", "A", "ü"),
    ])
  func header(text: String, name: String, value: String) throws {
    #expect(try HeaderText.field(text) == HeaderField(name, value))
  }

  @Test(
    "A request line with a whole URL, as a proxy gets it, is read as the server gets it",
    arguments: [
      ("GET http://h.example/a?b=c HTTP/1.1\nHost: h.example", "/a?b=c", "h.example", 0),
      ("GET https://h.example:443/a/../b%20c HTTP/1.1\nHost: h.example", "/a/../b%20c", "h.example", 0),
      ("GET HTTP://h.example:8080 HTTP/1.1\nHost: h.example:8080", "/", "h.example:8080", 0),
      ("GET http://u:p@h.example?a HTTP/1.1", "/?a", "h.example", 0), ("GET https://h.example/a", "/a", "h.example", 0),
      ("GET http://h.example/ HTTP/1.1\nhost: other", "/", "h.example", 1),
    ])
  func absoluteTarget(text: String, target: String, host: String, notes: Int) throws {
    for text in [text + "\n\n", "* Connected\n> " + text.replacing("\n", with: "\n> ") + "\n> \n< HTTP/1.1 403\n"] {
      if text.hasPrefix("*"), !text.contains(" HTTP/1.1\n>") { continue }  // curl always prints the version
      let read = try Self.read(text)
      #expect(read.request.target == target)
      #expect(read.request.headers.filter { $0.isNamed("host") }.map(\.value) == [host])
      #expect(read.notes.count == notes)
    }
  }

  @Test("Another target is left unchanged", arguments: ["*", "h.example/a", "http:/h/a", "ftp://h/a"])
  func otherTarget(target: String) throws {
    #expect(try Self.read("OPTIONS \(target) HTTP/1.1\nHost: h\n\n").request.target == target)
  }

  @Test(
    "A body of another length than announced is reported, except for a line break at its end",
    arguments: [("abc", "abc", false), ("abc\n", "abc", false), ("ab", "ab", true), ("abc\n\n", "abc\n\n", true)])
  func cutBody(text: String, body: String, isHidden: Bool) throws {
    let read = try Self.read("PUT /a HTTP/1.1\nHost: h\nContent-Length: 3\n\n" + text)
    #expect(read.body == Array(body.utf8))
    #expect(read.hidesPayload == isHidden)
  }

  @Test("A CONNECT to a proxy isn't the request that curl -v prints")
  func connect() throws {
    let text = "> CONNECT h.example:443 HTTP/1.1\n> Host: h.example:443\n> \n< HTTP/1.1 200 OK\n< \n" + Self.output
    #expect(try Self.read(text).request.target == "/a?b=c")
  }

  @Test(
    "A body that isn't shown isn't treated as empty",
    arguments: [
      (
        "> PUT /a HTTP/1.1\n> Host: h\n> Transfer-Encoding: chunked\n> Expect: 100-continue\n> \n< HTTP/1.1 100\n", true
      ),
      ("> PUT /a HTTP/1.1\n> Host: h\n> content-length: 3\n> \n} [3 bytes data]\n", true),
      ("> PUT /a HTTP/1.1\n> Host: h\n> Content-Length: 0\n> \n", false),
      ("> GET /a HTTP/1.1\n> Host: h\n> \n", false), ("> GET /a HTTP/2\n> Host: h\n> \n", false),
      ("> PUT /a HTTP/2\n> Host: h\n> \n", true), ("> PUT /a HTTP/3\n> Host: h\n> content-length: 0\n> \n", false),
      ("curl -v -T - http://h/a\n> PUT /a HTTP/1.1\n> Host: h\n> Transfer-Encoding: chunked\n> \n", true),
      ("curl -v -d abc http://h/a\n> PUT /a HTTP/1.1\n> Host: h\n> Transfer-Encoding: chunked\n> \n", false),
      ("PUT /a HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n", true),
      ("PUT /a HTTP/1.1\nHost: h\nContent-Length: 3\n\n", true),
      ("PUT /a HTTP/1.1\nHost: h\nContent-Length: 3\n\nabc", false),
      ("PUT /a HTTP/1.1\nHost: h\nContent-Length: 3\n\nabc\n", false),
      ("PUT /a HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n0\n\n", false),
    ])
  func hiddenBody(text: String, isHidden: Bool) throws {
    let read = try Self.read(text)
    #expect(read.hidesPayload == isHidden)
    #expect(read.notes.contains { $0.contains("doesn't contain the body") } == isHidden)
    let signed = try Self.read(
      text.replacing("Host: h\n", with: "Host: h\n\(text.hasPrefix("PUT") ? "" : "> ")x-amz-content-sha256: abc\n"))
    #expect("\(signed.payload)" == (isHidden ? "Payload(abc)" : "Payload(\(read.body.count) bytes)"))
  }

  @Test("The payload hash of a presigned request is read from its query")
  func presignedHash() throws {
    let signature =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260203%2Fr%2Fs3%2Faws4_request"
      + "&X-Amz-Date=20260203T040506Z&X-Amz-SignedHeaders=host&X-Amz-Signature=" + String(repeating: "0", count: 64)
    let read = try Self.read("PUT /a?X-Amz-Content-Sha256=abc&\(signature) HTTP/1.1\nHost: h\nContent-Length: 3\n\n")
    #expect(!read.hidesPayload)
    #expect("\(read.payload)" == "Payload(abc)")
  }

  @Test(
    "An answer is the text itself unless it names a file",
    arguments: [
      "<Error/>", "{\"message\": \"Forbidden\"}", "Forbidden", "An error occurred (x) when calling a/b.", "a/b",
      "answer.xml",
      "./answer", "/nowhere/answer", "", "\u{301}@x",
    ])
  func answerText(text: String) throws {
    #expect(try InputFile.contentOrText(text) == Array(text.utf8))
  }

  @Test("An answer is read from the file that it names, with @ or without")
  func answerFile() throws {
    let file = #filePath
    let content = try InputFile.content(file)
    #expect(try InputFile.contentOrText(file) == content)
    #expect(try InputFile.contentOrText("@" + file) == content)
    #expect(throws: Failure.self) { try InputFile.contentOrText("@/nowhere/answer") }
  }

  @Test("An invalid time isn't shown", arguments: ["secret", "20260203T040506Zsecret", ""])
  func time(text: String) {
    let failure = #expect(throws: Failure.self) { try TimeText.date(text, option: "--time") }
    #expect(failure?.description.contains("secret") == false)
  }
}
