#if AsyncHTTPClient
  import AsyncHTTPClient
  import Foundation
  import LocalAWS
  import NIOCore
  import NIOHTTP1
  import SigV4
  import Testing

  @Suite(.timeLimit(.minutes(10))) struct NIOBuffersTests {
    private let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")
    private let signer = Signer(service: .s3, region: "us-west-2")

    /// Bytes that differ from those around them, before, in and after the readable ones.
    private func buffer(_ bytes: some Collection<UInt8>) -> NIOCore.ByteBuffer {
      var buffer = ByteBuffer(string: "before")
      buffer.writeBytes(bytes)
      buffer.writeString("after")
      buffer.moveReaderIndex(forwardBy: 6)
      buffer.moveWriterIndex(to: buffer.writerIndex - 5)
      return buffer
    }

    @Test(arguments: [0, 1, 100_000]) func `the readable bytes of a buffer are the payload`(length: Int) async throws {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let whole = buffer(bytes)
      let pieces = [
        whole.getSlice(at: 6, length: length / 3), whole.getSlice(at: 6 + length / 3, length: length - length / 3),
      ]
      .compactMap(\.self)
      let payloads = [.buffer(whole), .bytes(whole.readableBytesView), try await Payload.hash(of: pieces.asynchronous)]
      let hash = try signature(.bytes(bytes))
      for payload in payloads { #expect(try signature(payload) == hash) }
      #expect("\(Payload.buffer(whole))" == "Payload(\(length) bytes)")
    }

    private func signature(_ payload: Payload) throws -> String {
      var request = SignableRequest(method: "PUT", target: "/key", headers: [HeaderField("Host", "h")])
      return try signer.sign(&request, payload: payload, with: credentials, at: Date(timeIntervalSince1970: 0))
        .signature
    }

    @Test(
      arguments: [[], [ChunkTrailer.crc32]],
      [[], [1], [8191], [8192], [8193], [100_000], [0, 3, 0, 20_000, 5], Array(repeating: 7, count: 3000)])
    func `a sequence of buffers is uploaded in signed chunks`(trailers: [ChunkTrailer], sizes: [Int]) async throws {
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200) }
      let payload = (0..<sizes.reduce(0, +)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      var rest = payload[...]
      let buffers = sizes.map { size in
        defer { rest = rest.dropFirst(size) }
        return buffer(rest.prefix(size))
      }.asynchronous
      try await server.whileRunning { server async throws in
        var request = HTTPClientRequest(url: server.baseURL + "/key")
        request.method = .PUT
        let chunks = ChunkedPayload(length: payload.count, chunkSize: 8192, trailers: trailers)
        let upload = try signer.sign(&request, chunked: chunks, with: credentials)
        request.body = .chunked(upload, from: buffers) { [HeaderField("x-amz-checksum-crc32", "AAAAAA==")] }
        let response = try await HTTPClient.shared.execute(request, timeout: .minutes(5))
        #expect(response.status == .ok)
        let received = try #require(server.requests().first)
        #expect(received.request.headers["content-length"] == "\(upload.contentLength)")
        #expect(received.request.headers["transfer-encoding"] == nil)
        let verified = try Verifier(service: .s3, region: "us-west-2").verify(
          received.request, payload: .hash(upload.signedRequest.payloadHash), with: credentials)
        var verifier = try ChunkVerifier(of: verified, with: credentials)
        #expect(try verifier.verify(received.body) == payload)
        try verifier.finish()
        #expect(verifier.trailers.map(\.name) == trailers.map(\.name))
      }
    }

    @Test(arguments: [9, 11]) func `a payload of another length than was signed isn't sent whole`(length: Int)
      async throws
    {
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200) }
      try await server.whileRunning { server async throws in
        var request = HTTPClientRequest(url: server.baseURL + "/key")
        request.method = .PUT
        let upload = try signer.sign(&request, chunked: ChunkedPayload(length: 10), with: credentials)
        request.body = .chunked(upload, from: [buffer([UInt8](repeating: 0, count: length))].asynchronous)
        let error = await #expect(throws: SigningError.self) {
          try await HTTPClient.shared.execute(request, timeout: .minutes(5))
        }
        #expect(error?.code == .invalidStream)
        #expect(server.requests().isEmpty)
      }
    }

    @Test func `a payload whose hash is known is streamed`() async throws {
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200) }
      let buffers = [buffer("one ".utf8), buffer("two".utf8)].asynchronous
      try await server.whileRunning { server async throws in
        var request = HTTPClientRequest(url: server.baseURL + "/key")
        request.method = .PUT
        try signer.sign(&request, payload: try await .hash(of: buffers), with: credentials)
        request.body = .stream(buffers, length: .known(Int64(7)))
        _ = try await HTTPClient.shared.execute(request, timeout: .minutes(5))
        let received = try #require(server.requests().first)
        #expect(String(decoding: received.body, as: UTF8.self) == "one two")
        _ = try Verifier(service: .s3, region: "us-west-2").verify(
          received.request, payload: .bytes(received.body), with: credentials)
      }
    }
  }
#endif
