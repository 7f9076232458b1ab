import Foundation
import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct LocalServerTests {
  private func echo(_ address: LoopbackAddress = .ipv4, bodyLimit: Int = LocalServer.defaultBodyLimit)
    async throws -> LocalServer
  {
    try await LocalServer.start(on: address, bodyLimit: bodyLimit) { request, body in
      let headers = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
      return LocalServer.Response(
        status: 200, text: "\(request.method) \(request.target) \(headers) \(String(decoding: body, as: UTF8.self))")
    }
  }

  @Test(arguments: ["/", "/a//b/../c", "/%7e%2F?b=2&a=1&&a=+", "/?", "//", "/*;x"])
  func `a target arrives exactly as sent`(target: String) async throws {
    try await echo().whileRunning { server in
      _ = try await RawConnection.exchange(server.port, .request("GET", target))
      #expect(server.requests().map(\.request.target) == [target])
    }
  }

  @Test func `repeated headers arrive separately and in order`() async throws {
    try await echo().whileRunning { server in
      _ = try await RawConnection.exchange(server.port, .request("GET", "/", "X-A: 1", "x-b: two  words", "x-a: 2"))
      let headers = try #require(server.requests().first).request.headers
      #expect(
        headers == [
          HeaderField("Host", "localhost"), HeaderField("Connection", "close"), HeaderField("X-A", "1"),
          HeaderField("x-b", "two  words"), HeaderField("x-a", "2"),
        ])
    }
  }

  @Test(arguments: [
    "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
  ])
  func `a body arrives whole, in every framing`(framed: String) async throws {
    try await echo().whileRunning { server in
      let answer = try await RawConnection.exchange(
        server.port, "POST /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + framed)
      #expect(answer.status == 200)
      #expect(answer.hasSuffix(" hello"))
      #expect(server.requests("POST", "/p").map(\.body) == [Array("hello".utf8)])
    }
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (-86_400, "Wed, 31 Dec 1969 00:00:00 GMT"),
  ])
  func `every answer has a Date, by a clock that can be set`(seconds: Int, expected: String) async throws {
    let server = try await LocalServer.start { request, _ in
      request.target == "/own"
        ? LocalServer.Response(status: 200, headers: [HeaderField("date", "yesterday")])
        : LocalServer.Response(status: request.target == "/204" ? 204 : 200)
    }
    try await server.whileRunning { server in
      for request in [String.request("GET", "/"), .request("HEAD", "/"), .request("GET", "/204"), "nonsense\r\n\r\n"] {
        server.clock.offset = .seconds(Double(seconds) + 0.5 - Date.now.timeIntervalSince1970)
        let answer = try await RawConnection.exchange(server.port, request)
        let date = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("Date: ") })
        let shown = try #require(
          ClockSkew(serverDate: String(date.dropFirst(6)), localTime: .init(timeIntervalSince1970: 0)))
        // A busy machine may be late by some seconds, but not early.
        #expect(shown.offset >= .seconds(seconds) && shown.offset < .seconds(seconds + 3600))
        #expect(date.dropFirst(6).prefix(16) == expected.prefix(16))
      }
      let own = try await RawConnection.exchange(server.port, .request("GET", "/own"))
      #expect(own.ranges(of: "date: yesterday").count == 1 && !own.contains("Date: "))
    }
  }

  @Test func `two requests share a connection that is kept`() async throws {
    try await echo().whileRunning { server in
      let answers = try await RawConnection.exchange(
        server.port, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + .request("GET", "/2"))
      #expect(answers.ranges(of: "HTTP/1.1 200 OK").count == 2)
      #expect(server.connectionCount == 1)
      #expect(server.connectionCount(nil, "/2") == 1)
      #expect(server.requests(nil, "/1").count == 1)
    }
  }

  @Test(arguments: [(4, 200), (5, 200), (6, 413), (100_000, 413)])
  func `a body over the limit is answered 413`(length: Int, status: Int) async throws {
    try await echo(bodyLimit: 5).whileRunning { server in
      let answer = try await RawConnection.exchange(
        server.port,
        .request("POST", "/", "Content-Length: \(length)") + String(repeating: "x", count: length))
      #expect(answer.status == status)
      let request = try #require(server.requests().first)
      #expect(request.body.count == min(length, 5))
    }
  }

  @Test(arguments: [
    ("nonsense\r\n\r\n", LocalServer.Outcome.rejected(400)),
    (.request("POST", "/", "Content-Length: 9") + "123456789", .rejected(413)), (.request("GET", "/"), .answered(200)),
  ])
  func `an observer learns who answered`(request: String, outcome: LocalServer.Outcome) async throws {
    try await echo(bodyLimit: 5).whileRunning { server in
      let (outcomes, continuation) = AsyncStream<LocalServer.Outcome>.makeStream()
      server.observer = { continuation.yield($1) }
      _ = try await RawConnection.exchange(server.port, request)
      for await seen in outcomes {
        #expect(seen == outcome)
        break
      }
    }
  }

  @Test func `a connection of HTTP 1.0 is closed, as the answer says`() async throws {
    try await echo().whileRunning { server in
      let answer = try await RawConnection.exchange(server.port, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(answer.status == 200 && answer.contains("Connection: close\r\n"))
    }
  }

  @Test func `a client that waits for 100 Continue receives it`() async throws {
    try await echo().whileRunning { server in
      try await RawConnection.open(server.port) { connection in
        try await connection.send(.request("PUT", "/", "Content-Length: 2", "Expect: 100-continue"))
        #expect(try await connection.read { $0.hasSuffix("\r\n\r\n") }.status == 100)
        try await connection.send("ok")
        #expect(try await connection.readToEnd().hasSuffix(" ok"))
      }
    }
  }

  @Test func `something that isn't HTTP is answered 400`() async throws {
    try await echo().whileRunning { server in
      let answer = try await RawConnection.exchange(server.port, "\u{1}\u{2}\r\n\r\n")
      #expect(answer.status == 400)
      #expect(server.requests().isEmpty)
    }
  }

  @Test func `the answer to HEAD has the length and no body`() async throws {
    try await echo().whileRunning { server in
      let answer = try await RawConnection.exchange(server.port, .request("HEAD", "/"))
      #expect(answer.status == 200)
      #expect(answer.contains("Content-Length: "))
      #expect(answer.body.isEmpty)
    }
  }

  @Test func `it listens on the IPv6 loopback address on request`() async throws {
    let server: LocalServer
    do {
      server = try await echo(.ipv6)
    } catch {
      // On a machine without IPv6, binding the address fails.
      return
    }
    try await server.whileRunning { server in
      #expect(server.baseURL == "http://[::1]:\(server.port)")
      let answer = try await RawConnection.exchange(server.port, host: "::1", .request("GET", "/"))
      #expect(answer.status == 200)
    }
  }

  @Test func `a stopped server refuses connections, and may be stopped again`() async throws {
    var isRefused = false
    // Another test may have the port by then, but not each time; its server may never answer.
    for _ in 0..<5 where !isRefused {
      let server = try await echo()
      await server.stop()
      await server.stop()
      do { try await RawConnection.open(server.port) { _ in } } catch { isRefused = true }
      #expect(server.requests().isEmpty)
    }
    #expect(isRefused)
  }

  @Test func `stopping closes an idle connection`() async throws {
    let server = try await echo()
    let (answered, isAnswered) = AsyncStream<Void>.makeStream()
    async let idle: Void = RawConnection.open(server.port) { connection in
      try await connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      _ = try await connection.read { $0.contains("\r\n\r\n") }
      isAnswered.finish()
      // Only the server ends this read.
      _ = try? await connection.readToEnd()
    }
    for await _ in answered {}
    await server.stop()
    try await idle
    #expect(server.requests().count == 1)
  }

  @Test func `stopping ends connections that are being made`() async throws {
    let server = try await echo()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          // Rejected, truncated or closed without a response, depending on its progress.
          _ = try? await RawConnection.open(server.port) { try await $0.readToEnd() }
        }
      }
      await server.stop()
      // A late client may reach another test's server, which has got the port by now and waits for the client to speak.
      group.cancelAll()
      try await group.waitForAll()
    }
    #expect(server.requests().isEmpty)
  }

  @Test func `hundreds of clients at once are all answered`() async throws {
    try await echo().whileRunning { server in
      let statuses = try await withThrowingTaskGroup(of: Int?.self) { group in
        for number in 0..<400 {
          group.addTask { try await RawConnection.exchange(server.port, .request("GET", "/\(number)")).status }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses == Array(repeating: 200, count: 400))
      #expect(server.connectionCount == 400)
      #expect(Set(server.requests().map(\.request.target)).count == 400)
    }
  }

  @Test func `waiting for requests ends with the request, or with the task`() async throws {
    try await echo().whileRunning { server in
      async let second: Void = server.received(2, "GET", "/a")
      for target in ["/a", "/b", "/a"] { _ = try await RawConnection.exchange(server.port, .request("GET", target)) }
      try await second
      let hopeless = Task { try await server.received(9) }
      hopeless.cancel()
      await #expect(throws: CancellationError.self) { try await hopeless.value }
    }
  }
}
