#if URLSession
  import Foundation
  import NIOCore
  import SigV4
  import Testing

  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  @Suite(.timeLimit(.minutes(10))) struct SentByURLSessionTests {
    @Test(arguments: OddRequest.all)
    func `URLSession sends what was signed, or signing throws`(odd: OddRequest) async throws {
      try await Sending.expect(odd, .urlSession) { url in try await signAndSend(odd, url) }
    }

    @Test(.enabled("IPv6 on loopback") { await RawServer.canUseIPv6 }, arguments: OddRequest.overIPv6)
    func `URLSession sends what was signed to an IPv6 address`(odd: OddRequest) async throws {
      try await Sending.expect(odd, .urlSession, host: "::1") { url in try await signAndSend(odd, url) }
    }

    private func signAndSend(_ odd: OddRequest, _ url: String) async throws {
      var request = URLRequest(url: try #require(URL(string: url)))
      request.httpMethod = odd.method
      for header in odd.headers { request.addValue(header.value, forHTTPHeaderField: header.name) }
      request.httpBody = odd.body.map { Data($0.utf8) }
      try Sending.signer(odd).sign(&request, with: Sending.credentials)
      try await Sending.sendByURLSession(request)
    }
  }

  extension SentByURLSessionTests {
    @Test func `a session's cookies replace those of the request, whose signature stays right`() async throws {
      let bytes = try await RawServer.bytes { server in
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(server.port)/")))
        request.setValue("mine=1", forHTTPHeaderField: "Cookie")
        try Signer(service: .executeAPI, region: SigningRegion(Sending.region)).sign(
          &request, with: Sending.credentials)
        let configuration = URLSessionConfiguration.ephemeral
        let cookie = HTTPCookie(properties: [.name: "stored", .value: "1", .domain: "127.0.0.1", .path: "/"])
        configuration.httpCookieStorage?.setCookie(try #require(cookie))
        try await Sending.sendByURLSession(request, configuration)
      }
      let raw = try #require(RawRequest(bytes))
      #expect(raw.request.headers.contains { $0.isNamed("cookie") && $0.value.contains("stored=1") })
      _ = try Verifier(service: .executeAPI, region: Sending.region).verify(
        raw.request, payload: .empty, with: Sending.credentials)
    }

    @Test(arguments: [80]) func `a default port isn't sent`(port: Int) async throws {
      // An address of the test's own; binding a low port may need privileges.
      let host = "127.77.\(Int.random(in: 1...254)).\(Int.random(in: 1...254))"
      let bytes: [UInt8]
      do {
        bytes = try await RawServer.bytes(host: host, port: port) { _ in
          var request = URLRequest(url: try #require(URL(string: "http://\(host):\(port)/")))
          try Signer(service: .executeAPI, region: SigningRegion(Sending.region)).sign(
            &request, with: Sending.credentials)
          try await Sending.sendByURLSession(request)
        }
      } catch is IOError {
        return
      }
      let raw = try #require(RawRequest(bytes))
      #expect(raw.request.headers.contains(HeaderField("Host", host)))
      _ = try Verifier(service: .executeAPI, region: Sending.region).verify(
        raw.request, payload: .empty, with: Sending.credentials)
    }
  }

  extension Sending {
    static func sendByURLSession(
      _ request: URLRequest, _ configuration: URLSessionConfiguration = .ephemeral
    ) async throws {
      let session = URLSession(configuration: configuration)
      defer { session.finishTasksAndInvalidate() }
      _ = try await session.data(for: request)
    }
  }
#endif
