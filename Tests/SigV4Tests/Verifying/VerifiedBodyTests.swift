import SigV4
import Testing

/// Bodies that are verified while they are read.
@Suite struct VerifiedBodyTests {
  private static let credentials = SignedSample().credentials
  private static let time = SignedSample.time
  private let pieces = [Array("hello ".utf8), [], Array("world".utf8)]

  private struct Outcome: Equatable {
    var bytes: [UInt8] = []
    var error: VerificationError.Code?
  }

  /// The bytes that are returned, and the error that ends them.
  private func read(_ body: some AsyncSequence<[UInt8], any Error>) async throws -> Outcome {
    var outcome = Outcome()
    do {
      for try await piece in body { outcome.bytes += piece }
    } catch let error as VerificationError {
      outcome.error = error.code
    }
    return outcome
  }

  private func verified(
    _ request: SignableRequest, _ body: CountedPieces, by verifier: Verifier
  ) async throws -> (request: VerifiedRequest, body: VerifiedBody<CountedPieces>) {
    try await verifier.verify(request, body: body, at: Self.time) { _ in Self.credentials }
  }

  private func refusal(
    of request: SignableRequest, _ body: CountedPieces, by verifier: Verifier
  ) async throws -> VerificationError.Code? {
    do {
      _ = try await verified(request, body, by: verifier)
      return nil
    } catch let error as VerificationError {
      return error.code
    }
  }

  @Test func `a body whose hash was signed is returned piece by piece, and its end is verified`() async throws {
    let sample = SignedSample(service: .s3, body: Array("hello world".utf8), method: "PUT")
    let right = CountedPieces(pieces)
    let (request, body) = try await verified(try sample.request(), right, by: sample.verifier)
    #expect(request.bodyCoverage == .coveredWhileRead)
    #expect(right.count.value == 0, "the body was read before its request was verified")
    var iterator = body.makeAsyncIterator()
    #expect(try await iterator.next() == pieces[0])
    #expect(right.count.value == 1, "more than one piece was read for the first")

    let wrong = try await verified(try sample.request(), CountedPieces(pieces + [[0x21]]), by: sample.verifier).body
    #expect(try await read(wrong) == Outcome(bytes: Array("hello world!".utf8), error: .wrongPayload))
    let whole = try await verified(try sample.request(), CountedPieces(pieces), by: sample.verifier).body
    #expect(try await read(whole) == Outcome(bytes: Array("hello world".utf8)))
    let none = try await verified(try sample.request(), CountedPieces([]), by: sample.verifier).body
    #expect(try await read(none) == Outcome(error: .wrongPayload))
  }

  @Test func `an iterator ends after an error`() async throws {
    let sample = SignedSample(service: .s3, body: [], method: "PUT")
    let body = try await verified(try sample.request(), CountedPieces(pieces), by: sample.verifier).body
    var iterator = body.makeAsyncIterator()
    await #expect(throws: VerificationError.self) { while try await iterator.next() != nil {} }
    #expect(try await iterator.next() == nil)
  }

  @Test func `a body whose hash isn't sent is read before the request is verified`() async throws {
    let sample = SignedSample(body: Array("hello world".utf8), method: "POST")
    let received = CountedPieces(pieces)
    let (request, body) = try await verified(try sample.request(), received, by: sample.verifier)
    #expect(request.bodyCoverage == .covered)
    #expect(try await read(body) == Outcome(bytes: Array("hello world".utf8)))
    #expect(received.iterators.value == 1, "a server's body can't be iterated again")
    #expect(
      try await refusal(of: try sample.request(), CountedPieces([[0x21]]), by: sample.verifier) == .wrongSignature)
  }

  @Test func `a body's description doesn't show its bytes`() async throws {
    for sample in [
      SignedSample(body: Array("hello world".utf8), method: "POST"), SignedSample(service: .s3),
      SignedSample(service: .vpcLattice),
    ] {
      let body = try await verified(try sample.request(), CountedPieces(pieces), by: sample.verifier).body
      var dumped = ""
      dump(body, to: &dumped)
      for text in ["\(body)", "\(String(reflecting: body))", dumped] {
        #expect(!text.contains("hello") && !text.contains("104"), "\(text)")
      }
    }
  }

  @Test(arguments: [("GET", nil), ("HEAD", nil), ("GET", "0"), ("POST", "0")] as [(String, String?)])
  func `a request that announces no body is verified without reading it`(method: String, length: String?) async throws {
    let sample = SignedSample(method: method)
    let request = try sample.request { request in
      if let length { request.headers.append(HeaderField("Content-Length", length)) }
    }
    let received = CountedPieces([])
    let body = try await verified(request, received, by: sample.verifier).body
    #expect(received.iterators.value == 0)
    #expect(try await read(body) == Outcome())
    let wrong = try await verified(request, CountedPieces(pieces), by: sample.verifier).body
    #expect(try await read(wrong).error == .wrongPayload)
  }

  @Test func `a body is read only up to the limit before its request is verified`() async throws {
    var limits = Verifier.Limits()
    limits.collectedBodyBytes = 11
    let sample = SignedSample(body: Array("hello world".utf8), method: "POST")
    let verifier = Verifier(service: sample.service, limits: limits)
    #expect(try await refusal(of: try sample.request(), CountedPieces(pieces), by: verifier) == nil)
    let endless = CountedPieces(pieces + (0..<1000).map { _ in [0x21] })
    #expect(try await refusal(of: try sample.request(), endless, by: verifier) == .tooLarge)
    #expect(endless.count.value == 4)
    let announced = CountedPieces(pieces)
    let request = try sample.request { $0.headers.append(HeaderField("Content-Length", "12")) }
    #expect(try await refusal(of: request, announced, by: verifier) == .tooLarge)
    #expect(announced.count.value == 0)
  }

  @Test func `a body that no signature covers is returned as it is`() async throws {
    for sample in [
      SignedSample(service: .vpcLattice, method: "POST"), SignedSample(service: .s3, placement: .query, method: "PUT"),
    ] {
      let (request, body) = try await verified(try sample.request(), CountedPieces(pieces), by: sample.verifier)
      #expect(request.bodyCoverage == .uncovered)
      #expect(try await read(body) == Outcome(bytes: Array("hello world".utf8)))
    }
  }

  @Test(arguments: [
    "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "anything", String(repeating: "A", count: 64),
  ])
  func `a word in place of the hash isn't accepted if payloads are signed`(word: String) async throws {
    var request = SignableRequest(
      method: "POST", target: "/", headers: [HeaderField("Host", "h"), HeaderField("x-amz-content-sha256", word)])
    try Signer(service: "service", region: "us-west-2").sign(
      &request, payload: .hash(word), with: Self.credentials, at: Self.time)
    let verifier = Verifier(service: "service")
    #expect(try await refusal(of: request, CountedPieces(pieces), by: verifier) == .wrongPayload)
  }

  @Test(arguments: [ChunkedPayload.Signatures.signed, .unsigned], [true, false])
  func `a body in chunks is returned without its framing`(
    signatures: ChunkedPayload.Signatures, scoped: Bool
  ) async throws {
    let payload = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    var request = SignableRequest(method: "PUT", target: "/key", headers: [HeaderField("Host", "b.example")])
    let upload = try Signer(service: .s3, region: "us-west-2").sign(
      &request,
      chunked: ChunkedPayload(
        length: payload.count, chunkSize: 8192, signatures: signatures,
        trailers: signatures == .signed ? [] : [ChunkTrailer("x-amz-checksum-crc32c", valueLength: 8)]),
      with: Self.credentials, at: Self.time)
    var sent: [UInt8] = []
    for try await piece in upload.body(
      CountedPieces([payload]),
      trailers: { signatures == .signed ? [] : [HeaderField("x-amz-checksum-crc32c", "sOO8/Q==")] })
    {
      sent += piece
    }
    let verifier = Verifier(service: .s3, region: "us-west-2")
    let signed = request
    func body(_ bytes: [UInt8]) async throws -> VerifiedBody<CountedPieces> {
      let pieces = CountedPieces(
        stride(from: 0, to: bytes.count, by: 1000).map { Array(bytes[$0..<min($0 + 1000, bytes.count)]) })
      return scoped
        ? try await verifier.verify(signed, body: pieces, at: Self.time) { _, claim in
          try ScopedCredentials(Self.credentials, for: claim.scope)
        }.body
        : try await verifier.verify(signed, body: pieces, at: Self.time) { _ in Self.credentials }.body
    }
    #expect(try await read(try await body(sent)) == Outcome(bytes: payload))
    #expect(try await read(try await body(Array(sent.dropLast(10)))).error == .malformedChunk)
    guard signatures == .signed else { return }
    var changed = sent
    changed[20_000] ^= 1
    let outcome = try await read(try await body(changed))
    #expect(outcome.error == .wrongSignature)
    #expect(outcome.bytes.count == 16_384, "bytes of the wrong chunk were returned")
  }

  @Test func `a cancelled task's body doesn't seem to be wrong`() async throws {
    let sample = SignedSample(service: .s3, body: Array("hello world".utf8), method: "PUT")
    let request = try sample.request()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      let body = try await sample.verifier.verify(request, body: CountedPieces([]), at: Self.time) { _ in
        Self.credentials
      }
      .body
      for try await _ in body {}
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `a chunk is no longer than the limit`() async throws {
    var limits = Verifier.Limits()
    limits.chunkBytes = 8191
    var request = SignableRequest(method: "PUT", target: "/key", headers: [HeaderField("Host", "b.example")])
    let upload = try Signer(service: .s3, region: "us-west-2").sign(
      &request, chunked: ChunkedPayload(length: 8192, chunkSize: 8192), with: Self.credentials, at: Self.time)
    var sent: [UInt8] = []
    for try await piece in upload.body(CountedPieces([[UInt8](repeating: 1, count: 8192)])) { sent += piece }
    let body = try await verified(request, CountedPieces([sent]), by: Verifier(service: .s3, limits: limits)).body
    #expect(try await read(body).error == .tooLarge)
  }

  @Test func `a body of events is left to the event verifier`() async throws {
    var request = SignableRequest(method: "POST", target: "/", headers: [HeaderField("Host", "h.example")])
    _ = try Signer(service: "transcribe", region: "us-west-2").signEvents(
      of: &request, with: Self.credentials, at: Self.time)
    #expect(try await refusal(of: request, CountedPieces([]), by: Verifier(service: "transcribe")) == .wrongPayload)
  }
}
