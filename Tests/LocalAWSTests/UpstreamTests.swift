import LocalAWS
import SigV4
import Testing

/// The server that answers allowed requests.
@Suite(.timeLimit(.minutes(10))) struct UpstreamTests {
  private func service(_ upstream: Upstream?) async throws -> LatticeService {
    let service = try await LatticeService.start(policy: .everybody) { _, _, _ in .anonymous }
    service.upstream = upstream
    return service
  }

  @Test func `an allowed request reaches the upstream server as it was sent, and its response comes back`() async throws
  {
    try await LocalServer.start { request, body in
      LocalServer.Response(
        status: 201,
        headers: [
          HeaderField("X-Echo", request.method), HeaderField("Connection", "X-Hop"), HeaderField("X-Hop", "1"),
        ],
        body: Array("\(request.target) \(body.count)".utf8))
    }.whileRunning { server async throws in
      try await service(Upstream(server.baseURL)).whileRunning { service async throws in
        let answer = try await RawConnection.exchange(
          service.server.port,
          .request(
            "PUT", "/a%20b//c?x=1&x=2", "Content-Length: 3", "X-A: 1", "X-A: 2", "TE: gzip", "Proxy-Authorization: p")
            + "abc")
        #expect(answer.status == 201)
        #expect(answer.body == "/a%20b//c?x=1&x=2 3")
        #expect(answer.contains("X-Echo: PUT\r\n") && !answer.contains("X-Hop"))
        let received = try #require(server.requests().first).request
        #expect(received.headers[values: "x-a"] == ["1", "2"])
        #expect(received.headers["te"] == nil && received.headers["host"] == "localhost")
        #expect(received.headers["proxy-authorization"] == nil)
      }
    }
  }

  @Test func `a denied request doesn't reach the upstream server`() async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 200) }.whileRunning { server async throws in
      try await service(Upstream(server.baseURL)).whileRunning { service async throws in
        service.policy = .authenticatedOnly
        #expect(try await RawConnection.exchange(service.server.port, .request("GET", "/")).status == 403)
        #expect(server.connectionCount == 0)
      }
    }
  }

  @Test func `the response to HEAD has the length of the upstream server, and no body`() async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "abc") }.whileRunning {
      server async throws in
      try await service(Upstream(server.baseURL)).whileRunning { service async throws in
        let answer = try await RawConnection.exchange(service.server.port, .request("HEAD", "/"))
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(answer.contains("Content-Length: 3\r\n"))
      }
    }
  }

  @Test func `a response to HEAD without a length is followed by the next response`() async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "abc") }.whileRunning {
      server async throws in
      server.faults = [.always(.chunked)]
      try await service(Upstream(server.baseURL)).whileRunning { service async throws in
        for port in [server.port, service.server.port] {
          let answers = try await RawConnection.exchange(
            port, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + .request("GET", "/", "Connection: close"))
          #expect(answers.contains("\r\n\r\nHTTP/1.1 200 OK\r\n"))
          #expect(!answers.contains("\r\n0\r\n\r\nHTTP/1.1"))
        }
      }
    }
  }

  @Test(arguments: [Fault.closed, .reset, .truncated(afterBodyBytes: 1)])
  func `a failure of the upstream server is a gateway error`(fault: Fault) async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "abc") }.whileRunning {
      server async throws in
      server.faults = [.always(fault)]
      try await service(Upstream(server.baseURL)).whileRunning { service async throws in
        let answer = try await RawConnection.exchange(service.server.port, .request("GET", "/"))
        #expect(answer.status == 502)
        #expect(
          answer.body
            == "The upstream server sent an invalid HTTP response, or closed the connection early. Check its log.")
      }
    }
  }

  @Test(arguments: ["127.0.0.1", "LOCALHOST", "[::ffff:127.0.0.1]", "0.0.0.0"])
  func `an upstream server that is an excluded service gets no request`(host: String) async throws {
    try await service(nil).whileRunning { service async throws in
      let port = service.server.port
      service.upstream = Upstream("http://\(host):\(port)")?.excluding([port])
      let answer = try await RawConnection.exchange(port, .request("GET", "/"))
      #expect(answer.status == 502)
      #expect(
        answer.body == "The upstream server http://\(host):\(port) is a service of this program. Name another server.")
      #expect(service.server.requests().count == 1)
    }
  }

  @Test func `an upstream server that can't be reached is named`() async throws {
    let refusing = try RefusingPort()
    try await service(Upstream(refusing.baseURL)).whileRunning { service async throws in
      let answer = try await RawConnection.exchange(service.server.port, .request("GET", "/"))
      #expect(answer.status == 503)
      #expect(
        answer.body
          == "The upstream server \(refusing.baseURL) can't be reached: Connection refused. Check that it is running.")
    }
  }

  @Test func `an upstream server that switches the protocol is a gateway error`() async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 101) }.whileRunning { server async throws in
      try await service(Upstream(server.baseURL)).whileRunning { service async throws in
        let answer = try await RawConnection.exchange(service.server.port, .request("GET", "/"))
        #expect(answer.status == 502 && answer.body.contains("switches the protocol"))
      }
    }
  }

  @Test func `an endless response is rejected at the limit`() async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "abc") }.whileRunning {
      server async throws in
      server.faults = [.always(.endless)]
      try await service(Upstream(server.baseURL)).whileRunning { service async throws in
        let answer = try await RawConnection.exchange(service.server.port, .request("GET", "/"))
        #expect(answer.status == 502 && answer.body.contains("16 MB"))
      }
    }
  }

  @Test(arguments: [
    ("http://127.0.0.1:8000", true), ("http://127.0.0.1:8000/", true), ("http://localhost", true),
    ("http://[::1]:80", true),
    ("https://127.0.0.1", false), ("127.0.0.1:8000", false), ("http://", false), ("http://h:0", false),
    ("http://h:99999", false),
    ("http://h:x", false), ("http://h/path", false), ("http://u@h", false), ("http://h?x", false),
    ("http://a b", false),
  ])
  func `an upstream server is an http URL without a path`(url: String, isValid: Bool) {
    #expect((Upstream(url) != nil) == isValid)
  }
}
