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
      try await Sending.expect(odd, .nio) { url in
        var request = try httpRequest(odd, url)
        try Sending.signer(odd).sign(
          &request, payload: .bytes(Array((odd.body ?? "").utf8)), with: Sending.credentials)
        try await sendByNIO(request, odd.body, port: try #require(URL(string: url)?.port))
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

    /// `odd` as code writes it that has its URL as text.
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
      // Without it NIO frames no body of a method that seldom has one.
      if let body = odd.body,
        !odd.headers.contains(where: { $0.isNamed("content-length") || $0.isNamed("transfer-encoding") })
      {
        request.headerFields[.contentLength] = String(body.utf8.count)
      }
      return request
    }

    /// Sends `request` through NIO's codecs and waits for the answer's head.
    private func sendByNIO(_ request: HTTPRequest, _ body: String?, port: Int) async throws {
      let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(host: "127.0.0.1", port: port) { channel in
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
