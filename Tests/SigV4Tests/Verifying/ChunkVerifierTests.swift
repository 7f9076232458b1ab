import SigV4
import Testing

@Suite struct ChunkVerifierTests {
  private static let credentials = SignedSample().credentials
  private static let time = SignedSample.time
  private static let checksum = HeaderField("x-amz-checksum-crc32c", "sOO8/Q==")

  /// A signed request with its framed payload, as it is sent.
  private struct Upload {
    let verified: VerifiedRequest
    /// The pieces that are sent: the chunks, the last one's line, and the trailers.
    let pieces: [[UInt8]]
    let payload: [UInt8]
    var wire: [UInt8] { Array(pieces.joined()) }
    var verifier: ChunkVerifier {
      get throws { try ChunkVerifier(of: verified, with: ChunkVerifierTests.credentials) }
    }

    init(
      _ algorithm: SigningAlgorithm, trailers: [HeaderField], signatures: ChunkedPayload.Signatures = .signed,
      announcing length: Int = 20_000
    ) throws {
      let (credentials, time) = (ChunkVerifierTests.credentials, ChunkVerifierTests.time)
      var request = SignableRequest(method: "PUT", target: "/key", headers: [HeaderField("Host", "b.example")])
      let signer =
        algorithm == .sigV4
        ? Signer(service: .s3, region: "us-west-2") : Signer(service: .s3, region: .set(["us-west-2"]))
      payload = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }
      let isSigned = signatures == .signed
      let upload = try signer.sign(
        &request,
        chunked: ChunkedPayload(
          length: length, chunkSize: 8192, signatures: signatures,
          trailers: trailers.map { ChunkTrailer($0.name, valueLength: $0.value.utf8.count) }), with: credentials,
        at: time)
      var chunks = upload.chunkSigner
      #expect((chunks != nil) == isSigned)
      var pieces: [[UInt8]] = []
      for start in stride(from: 0, to: payload.count, by: 8192) {
        let chunk = Array(payload[start..<min(start + 8192, payload.count)])
        let header = try chunks?.header(forChunk: chunk.span) ?? Array("\(String(chunk.count, radix: 16))\r\n".utf8)
        pieces.append(header + chunk + [0x0D, 0x0A])
      }
      let unsignedEnd = "0\r\n" + trailers.map { "\($0.name):\($0.value)\r\n" }.joined() + "\r\n"
      let end = try chunks?.end(trailers: trailers) ?? Array(unsignedEnd.utf8)
      let line = try #require(end.firstIndex(of: 0x0A))
      self.pieces = pieces + [Array(end[...line]), Array(end[(line + 1)...])]
      verified = try Verifier(service: .s3, region: "us-west-2").verify(
        request, payload: .hash(upload.signedRequest.payloadHash), with: credentials, at: time)
    }

    /// The payload that is read from pieces of the body, and whether it is complete.
    func read(_ wire: [UInt8], pieces size: Int = 1000) throws -> (payload: [UInt8], trailers: [HeaderField]) {
      var verifier = try verifier
      var payload: [UInt8] = []
      for start in stride(from: 0, to: wire.count, by: size) {
        payload += try verifier.verify(Array(wire[start..<min(start + size, wire.count)]))
      }
      try verifier.finish()
      return (payload, verifier.trailers)
    }
  }

  static let forms: [(SigningAlgorithm, [HeaderField])] = [
    (.sigV4, []), (.sigV4, [checksum]), (.sigV4a, []), (.sigV4a, [checksum]),
  ]

  @Test(arguments: forms)
  func `the output of the chunk signer is verified, in pieces of any size`(
    algorithm: SigningAlgorithm, trailers: [HeaderField]
  ) throws {
    let upload = try Upload(algorithm, trailers: trailers)
    #expect(upload.verified.bodyCoverage == .coveredPieceByPiece)
    for size in [1, 7, 1000, 100_000] {
      let read = try upload.read(upload.wire, pieces: size)
      #expect(read.payload == upload.payload)
      #expect(read.trailers == trailers)
    }
  }

  @Test(arguments: forms)
  func `a changed byte is rejected, wherever it is`(algorithm: SigningAlgorithm, trailers: [HeaderField]) async throws {
    let wronglyTaken = try await apart {
      let upload = try Upload(algorithm, trailers: trailers)
      return try upload.verifier.changesWronglyTaken(in: upload.pieces)
    }
    #expect(wronglyTaken == [])
  }

  @Test(arguments: forms)
  func `only the padding may follow a signature`(
    algorithm: SigningAlgorithm, trailers: [HeaderField]
  ) throws {
    let upload = try Upload(algorithm, trailers: trailers)
    let end = try #require(upload.wire.firstIndex(of: 0x0D))
    for extra in ["*", "*evil", "**;a=b", ";a=b", " "] {
      var wire = upload.wire
      wire.insert(contentsOf: extra.utf8, at: end)
      #expect(throws: VerificationError.self, "\(extra)") { try upload.read(wire) }
    }
    var shorter = upload.wire
    guard let mark = shorter.firstIndex(of: 0x2A) else { return }
    shorter.remove(at: mark)
    #expect(throws: VerificationError.self) { try upload.read(shorter) }
  }

  @Test(arguments: forms.filter { !$0.1.isEmpty } + [(.sigV4, [checksum, HeaderField("x-amz-two", "2")])])
  func `trailers must be those that are announced, each once`(
    algorithm: SigningAlgorithm, trailers: [HeaderField]
  ) throws {
    let upload = try Upload(algorithm, trailers: trailers, signatures: algorithm == .sigV4 ? .unsigned : .signed)
    #expect(try upload.read(upload.wire).trailers == trailers)
    let line = Array("\(Self.checksum.name):\(Self.checksum.value)\r\n".utf8)
    let range = try #require(upload.wire.firstRange(of: line))
    for other in [
      "", "x-evil:1\r\n", "\(Self.checksum.name):a\r\n\(Self.checksum.name):b\r\n", "x-amz-checksum-crc32d:a\r\n",
    ] {
      var wire = upload.wire
      wire.replaceSubrange(range, with: other.utf8)
      let error = #expect(throws: VerificationError.self, "\(other)") { try upload.read(wire) }
      #expect(error?.code == .malformedChunk || algorithm == .sigV4a)
    }
  }

  @Test(arguments: ["\0", "a\0b", "\r", "a\rb", "\u{1B}[m", "\u{7F}", "\n"])
  func `the value of a trailer that isn't signed has no control character either`(value: String) throws {
    let upload = try Upload(.sigV4, trailers: [Self.checksum], signatures: .unsigned)
    let range = try #require(upload.wire.firstRange(of: Array("\(Self.checksum.name):\(Self.checksum.value)".utf8)))
    for value in [value, value + "x"] {
      var wire = upload.wire
      wire.replaceSubrange(range, with: "\(Self.checksum.name):\(value)".utf8)
      let error = #expect(throws: VerificationError.self) { try upload.read(wire) }
      #expect(error?.code == .malformedChunk)
    }
  }

  @Test func `the name of a trailer is compared ignoring only the case of ASCII letters`() throws {
    let name = "x-amz-checksum-k"
    let upload = try Upload(.sigV4, trailers: [HeaderField(name, "1")], signatures: .unsigned)
    let range = try #require(upload.wire.firstRange(of: Array(name.utf8)))
    for (other, isTaken) in [
      ("X-AMZ-Checksum-K", true), ("x-amz-checksum-\u{212A}", false), ("x-amz-checksum-k ", false),
    ] {
      var wire = upload.wire
      wire.replaceSubrange(range, with: other.utf8)
      #expect(((try? upload.read(wire)) != nil) == isTaken)
    }
    var wire = upload.wire
    wire.replaceSubrange(range, with: [0x78, 0xFF])
    #expect(throws: VerificationError.self) { try upload.read(wire) }
  }

  @Test func `a signature's mark is recognized by its bytes`() throws {
    let upload = try Upload(.sigV4, trailers: [])
    let mark = try #require(upload.wire.firstRange(of: Array(";chunk-signature=".utf8)))
    for other in [
      ";chunk-signature=\u{301}", ";chun\u{212A}-signature=", ";chunk-signature", "\u{301};chunk-signature=",
    ] {
      var wire = upload.wire
      wire.replaceSubrange(mark, with: other.utf8)
      #expect(throws: VerificationError.self) { try upload.read(wire) }
    }
  }

  @Test func `S3's chunks must announce the payload's length`() throws {
    for (service, isTaken) in [(SigningService.s3, false), (.s3Express, false), (SigningService("service"), true)] {
      let hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
      var request = SignableRequest(
        method: "PUT", target: "/key", headers: [HeaderField("Host", "h"), HeaderField("x-amz-content-sha256", hash)])
      let credentials = Self.credentials
      try Signer(service: service, region: "us-west-2").sign(
        &request, payload: .hash(hash), with: credentials, at: Self.time)
      let verified = try Verifier(service: service).verify(
        request, payload: .hash(hash), with: credentials, at: Self.time)
      let verifier = try? ChunkVerifier(of: verified, with: credentials)
      #expect((verifier != nil) == isTaken)
    }
  }

  @Test(arguments: forms)
  func `a payload cut off anywhere is rejected`(algorithm: SigningAlgorithm, trailers: [HeaderField]) throws {
    let upload = try Upload(algorithm, trailers: trailers)
    for kept in Array(stride(from: 0, to: upload.wire.count, by: 499)) + [upload.wire.count - 1] {
      #expect(throws: VerificationError.self) { try upload.read(Array(upload.wire[..<kept])) }
    }
    #expect(throws: VerificationError.self) { try upload.read(upload.wire + [0x0A]) }
  }

  @Test func `the framing of unsigned chunks is removed, and the body is reported as uncovered`() throws {
    let upload = try Upload(.sigV4, trailers: [Self.checksum], signatures: .unsigned)
    #expect(upload.verified.bodyCoverage == .uncovered)
    for size in [1, 7, 1000, 100_000] {
      let read = try upload.read(upload.wire, pieces: size)
      #expect(read.payload == upload.payload)
      #expect(read.trailers == [Self.checksum])
    }
    for kept in Array(stride(from: 0, to: upload.wire.count, by: 499)) + [upload.wire.count - 1] {
      #expect(throws: VerificationError.self) { try upload.read(Array(upload.wire[..<kept])) }
    }
    let signature = Array("0;chunk-signature=\(String(repeating: "0", count: 64))\r\n".utf8)
    #expect(throws: VerificationError.self) { try upload.read(signature) }
  }

  @Test(arguments: [(ChunkedPayload.Signatures.signed, 19_999), (.signed, 20_001), (.unsigned, 0), (.unsigned, 20_001)])
  func `a payload of another length than announced is rejected`(
    signatures: ChunkedPayload.Signatures, length: Int
  ) throws {
    let upload = try Upload(.sigV4, trailers: [Self.checksum], signatures: signatures, announcing: length)
    let error = #expect(throws: VerificationError.self) { try upload.read(upload.wire) }
    #expect(error?.code == .malformedChunk)
  }

  @Test func `no byte of a chunk is returned before it is verified`() throws {
    let upload = try Upload(.sigV4, trailers: [])
    var verifier = try ChunkVerifier(of: upload.verified, with: Self.credentials)
    #expect(try verifier.verify(Array(upload.wire[..<8000])).isEmpty)
    var wrong = Array(upload.wire[8000..<9000])
    wrong[0] ^= 1
    #expect(throws: VerificationError.self) { try verifier.verify(wrong) }
    #expect(throws: VerificationError.self) { try verifier.verify([]) }
  }

  @Test(arguments: [ChunkedPayload.Signatures.signed, .unsigned], ["x\r\n", "\r\n", "-1\r\n"])
  func `a verifier that rejected a line rejects the right bytes afterwards`(
    signatures: ChunkedPayload.Signatures, line: String
  ) throws {
    let upload = try Upload(.sigV4, trailers: [Self.checksum], signatures: signatures)
    for pieces in [0, 1] {
      var verifier = try upload.verifier
      _ = try verifier.verify(Array(upload.pieces[..<pieces].joined()))
      #expect(throws: VerificationError.self) { try verifier.verify(Array(line.utf8)) }
      let error = #expect(throws: VerificationError.self) {
        try verifier.verify(Array(upload.pieces[pieces...].joined()))
      }
      #expect(error?.code == .malformedChunk)
      #expect(!verifier.isComplete)
    }
  }

  @Test(arguments: ["ffffffffffffffffff", "7fffffffffffffff", "-1", "", "+5", "1000001"])
  func `an invalid or too large size is rejected`(size: String) throws {
    let upload = try Upload(.sigV4, trailers: [])
    var verifier = try ChunkVerifier(of: upload.verified, with: Self.credentials, maximumChunkSize: 0x100_0000)
    let line = Array("\(size);chunk-signature=\(String(repeating: "0", count: 64))\r\n".utf8)
    if size == "1000001" {
      let error = #expect(throws: VerificationError.self) { try verifier.verify(line) }
      #expect(error?.code == .tooLarge)
    } else {
      #expect(throws: VerificationError.self) { try verifier.verify(line) }
    }
  }

  @Test(arguments: ["0", "1", "a", ";", "\r", "*", "\0", "é"])
  func `a line without an end is rejected at its limit, however slowly it arrives`(text: String) throws {
    let upload = try Upload(.sigV4, trailers: [])
    var verifier = try upload.verifier
    var count = 0
    let error = #expect(throws: VerificationError.self) {
      while count < 10_000 {
        _ = try verifier.verify(Array(text.utf8))
        count += text.utf8.count
      }
    }
    #expect(error?.code == .tooLarge)
    #expect(count <= 8192)
  }

  @Test(arguments: ["\n", "\r\n", "\n\n", "0\n", "0\r\n\r\n", "0;chunk-signature=\r\n", "1;x=y;chunk-signature=0\r\n"])
  func `a frame of another form is rejected`(frame: String) throws {
    for (algorithm, trailers) in Self.forms {
      let upload = try Upload(algorithm, trailers: trailers)
      #expect(throws: VerificationError.self) { try upload.read(Array(frame.utf8)) }
      #expect(throws: VerificationError.self) { try upload.read(Array(frame.utf8) + upload.wire) }
      let middle = upload.pieces[0].count
      let wire = Array(upload.wire[..<middle]) + Array(frame.utf8) + upload.wire[middle...]
      #expect(throws: VerificationError.self) { try upload.read(wire) }
    }
  }

  @Test func `chunks of another upload, or in another order, are rejected`() throws {
    let upload = try Upload(.sigV4, trailers: [])
    var pieces = upload.pieces
    pieces.swapAt(0, 1)
    #expect(throws: VerificationError.self) { try upload.read(Array(pieces.joined())) }
    pieces = upload.pieces
    pieces.insert(pieces[0], at: 0)
    #expect(throws: VerificationError.self) { try upload.read(Array(pieces.joined())) }
    let other = try Upload(.sigV4, trailers: [], announcing: 20_001)
    #expect(throws: VerificationError.self) { try upload.read(other.wire) }
  }

  @Test func `a request that doesn't announce chunks has none`() throws {
    let sample = SignedSample(service: .s3)
    let verified = try sample.verifier.verify(
      sample.request(), payload: .empty, with: sample.credentials, at: SignedSample.time)
    let error = #expect(throws: VerificationError.self) {
      try ChunkVerifier(of: verified, with: sample.credentials)
    }
    #expect(error?.code == .wrongPayload)
  }
}
