#if HTTPTypes
  import Foundation
  import HTTPTypes
  import HTTPTypesFoundation
  import NIOCore
  import NIOHTTP1
  import NIOHTTPTypes
  import NIOHTTPTypesHTTP1
  import NIOPosix
  import SigV4
  import Synchronization
  import Testing

  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  @Suite(.timeLimit(.minutes(10))) struct SentHTTPRequestTests {
    @Test(arguments: OddRequest.all)
    func `NIO sends what was signed, or signing throws`(odd: OddRequest) async throws {
      try await Sending.expect(odd, .nio) { url in try await signAndSend(odd, url) }
    }

    @Test(.enabled("IPv6 on loopback") { await RawServer.canUseIPv6 }, arguments: OddRequest.overIPv6)
    func `NIO sends what was signed to an IPv6 address`(odd: OddRequest) async throws {
      try await Sending.expect(odd, .nio, host: "::1") { url in try await signAndSend(odd, url, host: "::1") }
    }

    private func signAndSend(_ odd: OddRequest, _ url: String, host: String = "127.0.0.1") async throws {
      var request = try httpRequest(odd, url)
      try Sending.signer(odd).sign(&request, payload: .bytes((odd.body ?? "").utf8), with: Sending.credentials)
      try await sendByNIO(request, odd.body, host: host, port: try #require(URL(string: url)?.port))
    }

    @Test(arguments: OddRequest.all + OddRequest.overIPv6)
    func `NIO sends over HTTP/2 what was signed, or signing throws`(odd: OddRequest) async throws {
      try await Sending.expect(odd, .http2) {
        var request = try httpRequest(odd, odd.url.replacing("PORT", with: "4433"))
        let payload = Payload.bytes((odd.body ?? "").utf8)
        try Sending.signer(odd).sign(&request, payload: payload, with: Sending.credentials)
        let message = try await HTTP2Server.receive(request, body: odd.body)
        #expect(message.fields.allSatisfy { $0.name == $0.name.lowercased() && $0.name != "host" })
        // A server reads the same request from the codec.
        let parts = try SignableRequest(try #require(message.request))
        _ = try Verifier(service: odd.service, region: Sending.region, nonCanonicalTargets: .accepted).verify(
          parts, payload: payload, with: Sending.credentials)
        return message.messageInHTTP1
      }
    }

    @Test func `over HTTP/2, cookies are sent separately, names in lower case, and the authority in place of Host`()
      async throws
    {
      var request = HTTPRequest(method: .get, scheme: "https", authority: "h.example:443", path: "/a?b=c%20d")
      for (name, value) in [
        ("Cookie", "a=1"), ("X-Amz-Meta-Name", "x"), ("Cookie", "b=2; c=3"), ("X-Amz-Meta-Name", "y"),
      ] {
        request.headerFields.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
      }
      let signer = Signer(service: .executeAPI, region: SigningRegion(Sending.region))
      try signer.sign(&request, payload: .empty, with: Sending.credentials)
      let message = try await HTTP2Server.receive(request, body: nil)
      #expect(message.fields[values: ":authority"] == ["h.example"])
      #expect(message.fields[values: ":path"] == ["/a?b=c%20d"])
      #expect(message.fields[values: "cookie"] == ["a=1", "b=2; c=3"])
      #expect(message.fields.filter { $0.isNamed("x-amz-meta-name") } == [HeaderField("x-amz-meta-name", "x, y")])
      let verifier = Verifier(service: .executeAPI, region: Sending.region)
      for parts in [try #require(message.parts), try SignableRequest(try #require(message.request))] {
        #expect(parts.headers[values: "cookie"] == ["a=1; b=2; c=3"])
        _ = try verifier.verify(parts, payload: .empty, with: Sending.credentials)
      }
    }

    #if URLSession
      @Test(arguments: OddRequest.all)
      func `URLSession sends what was signed as an HTTPRequest, or signing throws`(odd: OddRequest) async throws {
        try await Sending.expect(odd, .httpTypesFoundation) { url in
          var request = try httpRequest(odd, url)
          let body = odd.body.map { Data($0.utf8) }
          try Sending.signer(odd).sign(&request, payload: .data(body ?? Data()), with: Sending.credentials)
          var converted = try #require(URLRequest(httpRequest: request))
          converted.httpBody = body
          try await Sending.sendByURLSession(converted)
        }
      }
    #endif

    /// `odd` as an HTTPRequest of code that has its URL as text.
    private func httpRequest(_ odd: OddRequest, _ url: String) throws -> HTTPRequest {
      let scheme = url.prefix { $0 != ":" }
      let rest = url.dropFirst(scheme.count + 3).prefix { $0 != "#" }
      let authority = rest.prefix { $0 != "/" && $0 != "?" }
      var request = HTTPRequest(
        method: try #require(HTTPRequest.Method(odd.method)), scheme: String(scheme), authority: String(authority),
        path: String(rest.dropFirst(authority.count)))
      for header in odd.headers {
        request.headerFields.append(HTTPField(name: try #require(HTTPField.Name(header.name)), value: header.value))
      }
      // Without it, NIO frames no body of a method that rarely has one.
      if let body = odd.body,
        !odd.headers.contains(where: { $0.isNamed("content-length") || $0.isNamed("transfer-encoding") })
      {
        request.headerFields[.contentLength] = String(body.utf8.count)
      }
      return request
    }

    /// Sends `request` through NIO's codecs and waits for the answer's head.
    private func sendByNIO(_ request: HTTPRequest, _ body: String?, host: String, port: Int) async throws {
      let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(host: host, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPClientCodec())
            return try NIOAsyncChannel<HTTPResponsePart, HTTPRequestPart>(wrappingChannelSynchronously: channel)
          }
        }
      let isAnswered = Mutex(false)
      do {
        try await channel.executeThenClose { inbound, outbound in
          try await outbound.write(.head(request))
          if let body { try await outbound.write(.body(ByteBuffer(string: body))) }
          try await outbound.write(.end(nil))
          for try await part in inbound { if case .end = part { break } }
          isAnswered.withLock { $0 = true }
        }
      } catch {
        // Closing fails if the server, which has answered, is the first to close.
        guard isAnswered.withLock({ $0 }) else { throw error }
      }
    }
  }
#endif
