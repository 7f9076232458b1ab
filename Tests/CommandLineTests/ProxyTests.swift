import ArgumentParser
import Testing

@testable import sigv4_cli

#if AsyncHTTPClient
  import NIOHTTP1
#endif

@Suite("The proxy")
struct ProxyTests {
  @Test(
    "An address is a host and a port",
    arguments: [
      ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
      ("0.0.0.0:80", "0.0.0.0", 80),
    ])
  func address(text: String, host: String, port: Int) throws {
    let address = try ProxyCommand.address(text)
    #expect(address.host == host && address.port == port)
  }

  @Test(
    "An address without a host or a port is rejected",
    arguments: [
      "", ":", ":8080", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "::1:8080",
      "[::1]", "[]:8080", "[::1:8080", "a:b:1",
    ])
  func invalidAddress(text: String) {
    #expect(throws: ValidationError.self) { try ProxyCommand.address(text) }
  }

  @Test(
    "Options that can't work are rejected",
    arguments: [
      (["--region", "us-west-2", "--region-set", "*"], "--region-set"), (["--body-limit", "0"], "--body-limit"),
      (["--timeout", "0"], "--timeout"), (["--shutdown-timeout=-1"], "--shutdown-timeout"),
      (["--health-path", "healthz"], "--health-path"), (["--unsigned-header", "Authorization"], "--unsigned-header"),
      (["--unsigned-header", "x-amz-meta-a"], "--unsigned-header"), (["--listen", "127.0.0.1"], "127.0.0.1:8080"),
    ])
  func invalidOptions(options: [String], named: String) {
    let error = #expect(throws: (any Error).self) { try ProxyCommand.parse(["https://h.example"] + options) }
    #expect(error.map { ProxyCommand.message(for: $0) }?.contains(named) == true)
  }

  #if AsyncHTTPClient
    private static func target(_ url: String = "https://bucket.s3.us-west-2.amazonaws.com") throws -> ProxyTarget {
      try ProxyTarget(url, service: nil, region: nil, unsignedHeaders: ["X-Trace"], allowedHosts: ["sidecar:8080"])
    }

    private static func head(_ headers: HTTPHeaders, uri: String = "/") -> HTTPRequestHead {
      HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: headers)
    }

    @Test(
      "A target is a URL whose host names the service",
      arguments: [
        "", "bucket", "https://", "https://u@s3.amazonaws.com", "https://s3.amazonaws.com/a", "https://h.example",
      ])
    func invalidTarget(url: String) {
      #expect(throws: Failure.self) { try Self.target(url) }
    }

    @Test(
      "Hosts of this machine, of the target and of --allow-host are served",
      arguments: ["127.0.0.1:1", "LOCALHOST", "[::1]:8080", "sidecar", "bucket.s3.us-west-2.amazonaws.com:443"])
    func hosts(host: String) throws {
      #expect(try Self.target().objection(to: Self.head(["Host": host])) == nil)
    }

    @Test(
      "Requests of web pages and requests to other hosts are rejected",
      arguments: [
        ["Host": "rebound.example"], [:], ["Host": "localhost.evil.example"],
        ["Host": "localhost", "Sec-Fetch-Site": "same-site"], ["Host": "localhost", "Origin": "null"],
        ["Host": "localhost", "Origin": "https://evil.example"],
        ["Host": "localhost", "Origin": "http://localhost.evil.example:1"],
      ] as [HTTPHeaders])
    func foreign(headers: HTTPHeaders) throws {
      #expect(try Self.target().objection(to: Self.head(headers)) != nil)
    }

    @Test("Fields of the connection aren't passed on, and those of --unsigned-header aren't signed")
    func fields() throws {
      let (signed, unsigned) = try Self.target().headers(
        of: Self.head([
          "Host": "localhost", "Connection": "X-Hop, Authorization", "X-Hop": "1", "Authorization": "a",
          "TE": "trailers", "Proxy-Connection": "close", "Expect": "100-continue",
          "Transfer-Encoding": "chunked", "x-trace": "t", "X-Kept": "k",
        ]))
      #expect(signed.map(\.name) == ["X-Kept"])
      #expect(unsigned.map(\.name) == ["x-trace"])
    }
  #else
    @Test("Without the trait, the command says how to build it")
    func withoutTrait() throws {
      let command = try ProxyCommand.parse(["https://h.example"])
      let error = #expect(throws: Failure.self) { try command.run() }
      #expect(error?.description.contains("swift build --traits URLSession,AsyncHTTPClient") == true)
    }
  #endif
}
