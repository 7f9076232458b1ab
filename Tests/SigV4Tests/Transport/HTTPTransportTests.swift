import LocalAWS
import SigV4
import Testing

/// The behaviour of every transport, on real sockets.
@Suite(.timeLimit(.minutes(10))) struct HTTPTransportTests {
  /// The transports to test.
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case socket
    #if !SwiftCrypto && os(Linux)
      case tls
    #endif
    #if URLSession && canImport(Darwin)
      case urlSession
    #endif
    #if AsyncHTTPClient
      case asyncHTTPClient
      case callersAsyncHTTPClient
    #endif

    var transport: any HTTPTransport {
      switch self {
      case .socket: SocketTransport()
      #if !SwiftCrypto && os(Linux)
        case .tls: SocketTransport(environment: TLSFixture.environment)
      #endif
      #if URLSession && canImport(Darwin)
        case .urlSession: URLSessionTransport()
      #endif
      #if AsyncHTTPClient
        case .asyncHTTPClient: AsyncHTTPClientTransport()
        case .callersAsyncHTTPClient: AsyncHTTPClientTransport(AsyncHTTPClientTransportTests.client)
      #endif
      }
    }

    var testDescription: String { rawValue }
  }

  private static let short = TransportDeadlines(
    connect: .seconds(2), firstByte: .milliseconds(200), whole: .seconds(2))

  /// Runs a server, and `body` with the URL at which a kind of transport reaches it.
  private func serving(
    _ kind: Kind, _ faults: FaultPlan = [], _ body: (LocalServer, String) async throws -> Void
  ) async throws {
    let server = try await LocalServer.start { request, body in
      LocalServer.Response(
        status: request.target == "/missing" ? 404 : 200, text: String(decoding: body, as: UTF8.self) + "0123456789",
        headers: [HeaderField("X-Answer", "yes")])
    }
    server.faults = faults
    try await server.whileRunning { server async throws in
      #if !SwiftCrypto && os(Linux)
        if kind == .tls {
          let front = try TLSPeer(to: server.port)
          defer { front.stop() }
          return try await body(server, front.baseURL)
        }
      #endif
      try await body(server, server.baseURL)
    }
  }

  private func error(_ kind: Kind, _ request: TransportRequest) async -> TransportError? {
    do throws(TransportError) {
      _ = try await kind.transport.send(request)
      return nil
    } catch {
      return error
    }
  }

  private func code(_ kind: Kind, _ request: TransportRequest) async -> TransportError.Code? {
    await error(kind, request)?.code
  }

  @Test(arguments: Kind.allCases)
  func `method, target, headers and body arrive as given, and the answer comes whole`(kind: Kind) async throws {
    try await serving(kind) { server, url in
      let answer = try await kind.transport.send(
        patientRequest(
          method: "PUT", url: url + "/a%2Fb//c%20?q=%2f", headers: [HeaderField("X-Token", "t=")],
          body: Array("hello".utf8)))
      #expect(answer.status == 200)
      #expect(String(decoding: answer.body, as: UTF8.self) == "hello0123456789")
      #expect(answer.headers.contains { $0.isNamed("x-answer") && $0.value == "yes" })
      let received = try #require(server.requests().first)
      #expect(received.request.method == "PUT")
      #expect(received.request.target == "/a%2Fb//c%20?q=%2f")
      #expect(received.request.headers.contains { $0.isNamed("x-token") && $0.value == "t=" })
      #expect(received.request.headers.contains { $0.isNamed("host") && url.hasSuffix("://" + $0.value) })
      #expect(String(decoding: received.body, as: UTF8.self) == "hello")
    }
  }

  @Test(arguments: Kind.allCases)
  func `a PUT without a body announces a length of 0`(kind: Kind) async throws {
    try await serving(kind) { server, url in
      _ = try await kind.transport.send(patientRequest(method: "PUT", url: url + "/"))
      let headers = try #require(server.requests().first).request.headers
      #expect(headers.contains { $0.isNamed("content-length") && $0.value == "0" })
    }
  }

  @Test(
    arguments: Kind.allCases,
    [
      "Host", "Connection", "Content-Length", "Transfer-Encoding", "hOST", "connection", "CONTENT-length",
      "transfer-encoding",
    ])
  func `headers that the transport sets are rejected before anything is sent`(kind: Kind, name: String) async throws {
    try await serving(kind) { server, url in
      let request = patientRequest(
        method: "PUT", url: url + "/", headers: [HeaderField("X-Token", "t"), HeaderField(name, "PLANTED")],
        body: Array("hello".utf8))
      let error = await error(kind, request)
      #expect(error?.code == .invalidRequest)
      #expect(error?.description.contains(name) == true)
      #expect(error?.description.contains("PLANTED") == false)
      #expect(server.requests().isEmpty)
    }
  }

  @Test(arguments: Kind.allCases, [400, 401, 404, 405, 429, 500, 503])
  func `an error status is an answer`(kind: Kind, status: Int) async throws {
    try await serving(kind, [.always(.answer(status, "no"))]) { server, url in
      let answer = try await kind.transport.send(patientRequest(url: url + "/"))
      #expect(answer.status == status)
      #expect(answer.body == Array("no".utf8))
      #expect(server.requests().count == 1)
    }
  }

  @Test(arguments: Kind.allCases, [301, 302, 303, 307, 308])
  func `a redirect is an answer and isn't followed`(kind: Kind, status: Int) async throws {
    try await serving(kind) { other, otherURL in
      try await serving(kind, [.always(.redirect(to: otherURL + "/", status: status))]) { server, url in
        let answer = try await kind.transport.send(patientRequest(url: url + "/"))
        #expect(answer.status == status)
        #expect(server.requests().count == 1)
        #expect(other.connectionCount == 0)
      }
    }
  }

  @Test(
    arguments: Kind.allCases,
    [
      .chunked, .closing, .pieces(ofBytes: 1), .delivered(Delivery(framing: .untilClose)),
      .delivered(Delivery(framing: .chunked, pieceSize: 3)),
    ] as [Fault])
  func `every framing of the body is understood`(kind: Kind, fault: Fault) async throws {
    try await serving(kind, [.always(fault)]) { server, url in
      let transport = kind.transport
      for _ in 0..<3 {
        let answer = try await transport.send(patientRequest(url: url + "/"))
        #expect(String(decoding: answer.body, as: UTF8.self) == "0123456789")
      }
    }
  }

  @Test(arguments: Kind.allCases, [.silent, .stalled(afterBodyBytes: 0), .stalled(afterBodyBytes: 4)] as [Fault])
  func `a stalled peer keeps no caller past the deadline`(kind: Kind, fault: Fault) async throws {
    try await serving(kind, [.always(fault)]) { server, url in
      #expect(await error(kind, TransportRequest(url: url + "/", deadlines: Self.short)).isLate)
    }
  }

  @Test(arguments: Kind.allCases)
  func `an endless answer fails at the limit`(kind: Kind) async throws {
    try await serving(kind, [.always(.endless)]) { server, url in
      #expect(await code(kind, patientRequest(url: url + "/")) == .badAnswer)
    }
  }

  @Test(arguments: Kind.allCases)
  func `a body may be as long as the limit and no longer`(kind: Kind) async throws {
    try await serving(kind) { server, url in
      #expect(await code(kind, patientRequest(url: url + "/", bodyLimit: 10)) == nil)
      #expect(await code(kind, patientRequest(url: url + "/", bodyLimit: 9)) == .badAnswer)
      #expect(await code(kind, patientRequest(url: url + "/", bodyLimit: 0)) == .badAnswer)
    }
  }

  @Test(arguments: Kind.allCases, [.closed, .reset, .truncated(afterBodyBytes: 4)] as [Fault])
  func `a connection that ends early is reported as closed`(kind: Kind, fault: Fault) async throws {
    try await serving(kind, [.always(fault)]) { server, url in
      #expect(await code(kind, patientRequest(url: url + "/")) == .closed)
    }
  }

  @Test(arguments: Kind.allCases)
  func `a refused connection is reported immediately`(kind: Kind) async throws {
    let refusing = try RefusingPort()
    #expect(await code(kind, patientRequest(url: refusing.baseURL + "/")) == .cannotConnect)
  }

  @Test(
    arguments: Kind.allCases,
    [
      "", "/latest", "ftp://127.0.0.1/", "http://", "http:///x", "http://h/ \r\nX: y", "http://h:99999/",
      "http://[::1/",
    ])
  func `an invalid URL is rejected`(kind: Kind, url: String) async {
    #expect(await code(kind, TransportRequest(url: url, deadlines: Self.short)) == .invalidRequest)
  }

  @Test(arguments: Kind.allCases, ["a\r\nX: y", "a\nb", "a\0"])
  func `a header value with a line break is rejected`(kind: Kind, value: String) async throws {
    try await serving(kind) { server, url in
      let request = patientRequest(url: url + "/", headers: [HeaderField("X-Token", value)])
      #expect(await code(kind, request) == .invalidRequest)
      #expect(server.connectionCount == 0)
    }
  }

  @Test(arguments: Kind.allCases)
  func `cancelling the caller ends the wait`(kind: Kind) async throws {
    try await serving(kind, [.always(.silent)]) { server, url in
      let request = TransportRequest(
        url: url + "/",
        deadlines: TransportDeadlines(connect: .seconds(600), firstByte: .seconds(600), whole: .seconds(600)))
      let waiting = Task { await code(kind, request) }
      try await server.received(1)
      waiting.cancel()
      #expect(await waiting.value == .cancelled)
      let cancelled = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await code(kind, request)
      }
      #expect(await cancelled.value == .cancelled)
    }
  }
}
