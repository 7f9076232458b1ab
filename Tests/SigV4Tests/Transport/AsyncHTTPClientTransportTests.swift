#if AsyncHTTPClient
  import AsyncHTTPClient
  import LocalAWS
  import NIOCore
  import NIOHTTP1
  import SigV4
  import Testing

  @Suite(.timeLimit(.minutes(10))) struct AsyncHTTPClientTransportTests {
    /// A client with the documented settings, which lives as long as the tests.
    static let client = HTTPClient(configuration: configuration)

    private static var configuration: HTTPClient.Configuration {
      var configuration = HTTPClient.Configuration()
      configuration.redirectConfiguration = .disallow
      configuration.connectionPool.retryConnectionEstablishment = false
      // The deadlines of requests end them, also on a machine that is too busy to connect within the default of 10 s.
      configuration.timeout.connect = .seconds(300)
      return configuration
    }

    private func error(_ transport: AsyncHTTPClientTransport, _ url: String) async -> TransportError? {
      await #expect(throws: TransportError.self) { try await transport.send(patientRequest(url: url)) }
    }

    @Test func `the caller's client sends, and isn't shut down`() async throws {
      let client = HTTPClient(configuration: Self.configuration)
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "ok") }
      try await server.whileRunning { server async throws in
        for _ in 0..<2 {
          let response = try await AsyncHTTPClientTransport(client).send(patientRequest(url: server.baseURL + "/"))
          #expect(response.body == Array("ok".utf8))
        }
        // Both requests went over one connection, which the client keeps.
        #expect(server.connectionCount == 1)
        #expect(try await client.execute(HTTPClientRequest(url: server.baseURL), timeout: .minutes(5)).status == .ok)
      }
      try await client.shutdown()
      let error = await error(AsyncHTTPClientTransport(client), server.baseURL + "/")
      #expect(error?.code == .invalidRequest)
      #expect(error?.message == "the HTTPClient is shut down")
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect that the caller's client follows is an error`(status: Int) async throws {
      let server = try await LocalServer.start { request, _ in
        let to = HeaderField("Location", request.target == "/" ? "/other" : request.target)
        return LocalServer.Response(status: request.target == "/other" ? 200 : status, text: "", headers: [to])
      }
      try await server.whileRunning { server async throws in
        for path in ["/", "/loop"] {
          let error = await error(AsyncHTTPClientTransport(.shared), server.baseURL + path)
          #expect(error?.code == .badAnswer)
          #expect(error?.message.contains("redirectConfiguration = .disallow") == true)
        }
      }
    }

    @Test func `a dump shows nothing of the client, whose settings can contain secrets`() {
      var text = ""
      dump(AsyncHTTPClientTransport(Self.client), to: &text)
      #expect(text.split(separator: "\n").count == 1)
      #expect(!String(reflecting: AsyncHTTPClientTransport(Self.client)).contains("HTTPClient.HTTPClient"))
    }
  }
#endif
