import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct FaultTests {
  private func start(_ faults: FaultPlan) async throws -> LocalServer {
    let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "0123456789") }
    server.faults = faults
    return server
  }

  private func get(_ server: LocalServer, _ target: String = "/", method: String = "GET") async throws -> String {
    try await RawConnection.exchange(server.port, .request(method, target))
  }

  /// Returns the bytes that a client has read when the server stops.
  private func readUntilStopped(_ server: LocalServer, expecting fragment: String = "") async throws -> String {
    let port = server.port
    let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
    async let answer = RawConnection.open(port) { connection in
      try await connection.send(.request("GET", "/"))
      let first = fragment.isEmpty ? "" : try await connection.read { $0.contains(fragment) }
      arrival.finish()
      return first + (try await connection.readToEnd())
    }
    for await _ in arrived {}
    try await server.received(1)
    await server.stop()
    return try await answer
  }

  @Test func `a refusing port refuses connections for as long as it exists`() async throws {
    let refusing = try RefusingPort()
    for _ in 0..<3 {
      let port = refusing.port
      await #expect(throws: (any Error).self) { try await RawConnection.exchange(port, .request("GET", "/")) }
    }
    #expect(refusing.baseURL == "http://127.0.0.1:\(refusing.port)")
  }

  @Test func `a silent service accepts the request and sends nothing`() async throws {
    #expect(try await readUntilStopped(try await start([.always(.silent)])).isEmpty)
  }

  @Test func `a closing service closes in place of an answer`() async throws {
    try await start([.always(.closed)]).whileRunning { server async throws in
      #expect(try await get(server).isEmpty)
    }
  }

  @Test func `a resetting service resets in place of an answer`() async throws {
    try await start([.always(.reset)]).whileRunning { server async throws in
      await #expect(throws: (any Error).self) { try await get(server) }
      #expect(server.requests().count == 1)
    }
  }

  @Test(arguments: [0, 4, 10, 11])
  func `a stalled body announces more than it sends, and then sends nothing`(count: Int) async throws {
    let server = try await start([.always(.stalled(afterBodyBytes: count))])
    let answer = try await readUntilStopped(server, expecting: "\r\n\r\n" + "0123456789".prefix(count))
    #expect(answer.status == 200)
    #expect(answer.contains("Content-Length: \(max(10, count + 1))\r\n"))
    #expect(answer.body == "0123456789".prefix(count))
  }

  @Test func `a truncated body ends early`() async throws {
    try await start([.always(.truncated(afterBodyBytes: 3))]).whileRunning { server async throws in
      let answer = try await get(server)
      #expect(answer.contains("Content-Length: 10\r\n"))
      #expect(answer.body == "012")
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `an endless body lasts until the client closes`() async throws {
    try await start([.always(.endless)]).whileRunning { server async throws in
      let answer = try await RawConnection.open(server.port) { connection in
        try await connection.send(.request("GET", "/"))
        return try await connection.read { $0.utf8.count > 1_000_000 }
      }
      #expect(answer.status == 200)
      #expect(answer.contains("0123456789"))
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a service stops even if a client reads an endless body too slowly`() async throws {
    let server = try await start([.always(.endless)])
    try await RawConnection.open(server.port) { connection in
      try await connection.send(.request("GET", "/"))
      try await server.received(1)
      await server.stop()
    }
  }

  @Test func `a redirection contains its target`() async throws {
    try await start([.always(.redirect(to: "http://127.0.0.1:1/x", status: 307))]).whileRunning { server async throws in
      let answer = try await get(server)
      #expect(answer.status == 307)
      #expect(answer.contains("\r\nLocation: http://127.0.0.1:1/x\r\n"))
    }
  }

  @Test(arguments: [400, 401, 403, 404, 405, 429, 500, 503])
  func `any status and body can be answered`(status: Int) async throws {
    try await start([.always(.answer(status, "<html>"))]).whileRunning { server async throws in
      let answer = try await get(server)
      #expect(answer.status == status)
      #expect(answer.body == "<html>")
    }
  }

  @Test func `a body can come in pieces, in chunks, and up to the end of the connection`() async throws {
    try await start([
      .always(times: 1, .pieces(ofBytes: 1)), .always(times: 1, .chunked),
      .always(times: 1, .delivered(Delivery(framing: .chunked, pieceSize: 4))),
      .always(times: 1, .delivered(Delivery(framing: .untilClose))),
    ]).whileRunning { server async throws in
      #expect(try await get(server).body == "0123456789")
      #expect(try await get(server).body == "a\r\n0123456789\r\n0\r\n\r\n")
      #expect(try await get(server).body == "4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n")
      let answer = try await get(server)
      #expect(answer.body == "0123456789")
      #expect(!answer.contains("Content-Length"))
      #expect(answer.contains("\r\nConnection: close\r\n"))
    }
  }

  @Test func `a closing answer ends a connection that the client would keep`() async throws {
    try await start([.always(.closing)]).whileRunning { server async throws in
      let answer = try await RawConnection.exchange(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.contains("\r\nConnection: close\r\n"))
      #expect(answer.body == "0123456789")
    }
  }

  @Test func `steps are played for their requests, in order, and as often as they say`() async throws {
    try await start([
      .on("PUT", "/token", times: 2, .answer(503)), .on("PUT", "/token", times: 1, .answer(401)),
      .on(nil, "/list", times: 1, .asUsual), .on(nil, "/list", .answer(404)), .always(times: 0, .closed),
    ]).whileRunning { server async throws in
      var statuses: [Int?] = []
      for _ in 0..<4 { statuses.append(try await get(server, "/token", method: "PUT").status) }
      #expect(statuses == [503, 503, 401, 200])
      #expect(try await get(server, "/token").status == 200)
      statuses = []
      for _ in 0..<3 { statuses.append(try await get(server, "/list/x?y").status) }
      #expect(statuses == [200, 404, 404])
      #expect(server.faults.steps.map(\.times) == [0, 0, 0, nil, 0])
      #expect(server.requests("PUT", "/token").count == 4)
      #expect(server.connectionCount("GET", "/list") == 3)
    }
  }

  @Test func `a plan can be replaced while the service runs`() async throws {
    try await start([.always(.answer(500))]).whileRunning { server async throws in
      #expect(try await get(server).status == 500)
      server.faults = []
      #expect(try await get(server).status == 200)
    }
  }

  @Test func `every service plays faults`() async throws {
    let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    let services: [any LocalService] = [
      try await InstanceMetadataService.start(Instance(roleName: nil, credentials: credentials)),
      try await ContainerCredentialsService.start(.init(credentials: credentials)),
      try await SecurityTokenService.start(.init(arn: "arn:aws:iam::123456789012:role/r", credentials: credentials)),
      try await LatticeService.start { _, _, _ in .anonymous },
    ]
    for service in services {
      service.faults = [.always(times: 1, .answer(502))]
      #expect(try await get(service.server).status == 502)
      #expect(try await get(service.server).status != 502)
      await service.stop()
    }
  }
}
