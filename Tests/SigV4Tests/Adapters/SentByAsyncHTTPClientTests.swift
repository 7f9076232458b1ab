#if AsyncHTTPClient
  import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import SigV4
  import Testing

  @Suite(.timeLimit(.minutes(10))) struct SentByAsyncHTTPClientTests {
    @Test(arguments: OddRequest.all)
    func `AsyncHTTPClient sends what was signed, or signing throws`(odd: OddRequest) async throws {
      try await Sending.expect(odd, .asyncHTTPClient) { url in try await signAndSend(odd, url) }
    }

    @Test(.enabled("IPv6 on loopback") { await RawServer.canUseIPv6 }, arguments: OddRequest.overIPv6)
    func `AsyncHTTPClient sends what was signed to an IPv6 address`(odd: OddRequest) async throws {
      try await Sending.expect(odd, .asyncHTTPClient, host: "::1") { url in try await signAndSend(odd, url) }
    }

    private func signAndSend(_ odd: OddRequest, _ url: String) async throws {
      var request = HTTPClientRequest(url: url)
      request.method = HTTPMethod(rawValue: odd.method)
      for header in odd.headers { request.headers.add(name: header.name, value: header.value) }
      if let body = odd.body { request.body = .bytes(ByteBuffer(string: body)) }
      try Sending.signer(odd).sign(&request, payload: .bytes(Array((odd.body ?? "").utf8)), with: Sending.credentials)
      _ = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    }
  }
#endif
