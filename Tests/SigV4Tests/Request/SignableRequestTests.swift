import SigV4
import Testing

@Suite struct SignableRequestTests {
  @Test(arguments: [
    ("https://h", "/", "h"), ("https://h?a=1", "/?a=1", "h"), ("https://h/a%2Fb?q=%2f+x#frag", "/a%2Fb?q=%2f+x", "h"),
    ("https://h:443/", "/", "h"), ("http://h:8080//a/./b/", "//a/./b/", "h:8080"), ("http://[::1]:9/", "/", "[::1]:9"),
    ("https://user@h/a b/ä", "/a%20b/%C3%A4", "h"),
  ])
  func `a request can be created from a URL`(url: String, target: String, host: String) throws {
    let other = HeaderField("X-A", "1")
    let request = try SignableRequest(method: "PUT", url: url, headers: [other])
    let expected = SignableRequest(method: "PUT", target: target, headers: [HeaderField("Host", host), other])
    #expect(request == expected)
  }

  @Test func `a given Host replaces the host of the URL`() throws {
    let request = try SignableRequest(method: "GET", url: "https://127.0.0.1/", headers: [HeaderField("host", "h")])
    #expect(request.headers == [HeaderField("host", "h")])
  }

  @Test(arguments: ["/a", "h/a", "h:", "h:/", "https://", "https:///a", "https://bücher.example/", "https://h:99999/"])
  func `a URL without a host that clients agree about is rejected`(url: String) {
    let error = #expect(throws: SigningError.self) { try SignableRequest(method: "GET", url: url) }
    #expect(error?.code == .missingHost)
  }

  @Test func `headers are found by their names in any letter case`() {
    let headers = [HeaderField("Host", "h"), HeaderField("X-A", "1"), HeaderField("x-a", "2")]
    #expect(headers["hOST"] == "h")
    #expect(headers["x-a"] == "1")
    #expect(headers["x"] == nil)
    #expect(headers[values: "X-a"] == ["1", "2"])
    #expect(headers[values: "x"].isEmpty)
  }
}
