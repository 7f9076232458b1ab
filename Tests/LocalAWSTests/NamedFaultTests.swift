import LocalAWS
import SigV4
import Testing

/// Faults that are named on a command line.
@Suite(.timeLimit(.minutes(10))) struct NamedFaultTests {
  @Test func `each effect of the table can be named at its places`() throws {
    #expect(NamedFault.table.count >= 25)
    for effect in NamedFault.table {
      for place in NamedFault.Place.allCases {
        let name = "\(place.rawValue):\(effect.name)"
        let isKnown = NamedFault.table.contains { $0.name == effect.name && $0.places.contains(place) }
        #expect((try? NamedFault(name)).map(\.description) == (isKnown ? name : nil))
      }
    }
  }

  @Test func `a fault is played as often as its name says, and only at its place`() async throws {
    let callers = Callers()
    try await InstanceMetadataService.start(
      Instance(roleName: "r", credentials: callers.add("arn:aws:sts::1:assumed-role/r/i"), httpTokens: .optional)
    ).whileRunning { service async throws in
      service.faults = FaultPlan([
        try NamedFault("metadata-credentials:503@2").step, try NamedFault("metadata-token:404").step,
      ])
      func status(_ target: String, _ method: String = "GET") async throws -> Int? {
        try await RawConnection.exchange(service.server.port, .request(method, target)).status
      }
      #expect(try await status("/latest/meta-data/placement/region") == 200)
      for expected in [503, 503, 200] {
        #expect(try await status("/latest/meta-data/iam/security-credentials/") == expected)
      }
      for _ in 0..<3 { #expect(try await status("/latest/api/token", "PUT") == 404) }
    }
  }

  @Test(arguments: [
    ("", "PLACE:EFFECT"), ("silent", "PLACE:EFFECT"), ("s3:silent", "metadata-token"), ("sts:", "throttling"),
    ("sts:slow", "throttling"), ("metadata:throttling", "silent"), ("sts:silent@0", "after @"),
    ("sts:silent@x", "after @"),
    ("sts:silent@", "after @"), ("sts:silent:2", "PLACE:EFFECT"), ("sts:\u{212A}", "throttling"),
  ])
  func `an unknown name is an error that lists the existing names`(name: String, hint: String) {
    let error = #expect(throws: NamedFault.Invalid.self) { try NamedFault(name) }
    #expect(error?.description.contains(name.debugDescription) == true)
    #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
  }

  @Test func `a server's observer sees each request, and which met a fault`() async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 204) }.whileRunning { server async throws in
      let (seen, continuation) = AsyncStream<String>.makeStream()
      server.observer = { request, outcome in continuation.yield("\(request?.target ?? "-") \(outcome)") }
      server.faults = [.on("GET", "/a", .answer(500)), try NamedFault("service:503@1").step]
      for target in ["/a", "/b", "/c"] { _ = try await RawConnection.exchange(server.port, .request("GET", target)) }
      _ = try await RawConnection.exchange(server.port, "G@T\r\n\r\n")
      continuation.finish()
      #expect(
        await seen.reduce(into: []) { $0.append($1) } == [
          "/a fault(nil)", #"/b fault(Optional("service:503"))"#, "/c answered(204)", "- rejected(400)",
        ])
    }
  }

  @Test func `a port that is in use can't be listened on`() async throws {
    try await LocalServer.start { _, _ in LocalServer.Response(status: 204) }.whileRunning { server async throws in
      let error = await #expect(throws: (any Error).self) {
        _ = try await LocalServer.start(port: server.port) { _, _ in LocalServer.Response(status: 204) }
      }
      #expect(error != nil)
    }
  }
}
