import Foundation
import SigV4
import Testing

@Suite struct ChunkedBodyTests {
  private let time = Date(timeIntervalSince1970: 1_369_353_600)

  private func upload(_ payload: ChunkedPayload) throws -> ChunkedUpload {
    var request = DocumentedUpload.request()
    return try DocumentedUpload.signer.sign(
      &request, chunked: payload, with: DocumentedUpload.credentials, at: time)
  }

  private func failure(_ body: some AsyncSequence<ArraySlice<UInt8>, any Error>) async -> SigningError.Code? {
    do {
      _ = try await body.joined()
      return nil
    } catch {
      return (error as? SigningError)?.code
    }
  }

  @Test(arguments: [1, 7, 4095, 4096, 8191, 8192, 8193, 30_000])
  func `the body is the same for pieces of any size`(size: Int) async throws {
    let payload = (0..<30_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let upload = try upload(ChunkedPayload(length: payload.count, chunkSize: 8192))
    let pieces = stride(from: 0, to: payload.count, by: size).map {
      Array(payload[$0..<min($0 + size, payload.count)])
    }
    let whole = try await upload.body([payload].asynchronous).joined()
    #expect(try await upload.body(pieces.asynchronous).joined() == whole)
    #expect(try await upload.body(pieces.map { Data($0) }.asynchronous).joined() == whole)
    #expect(try await upload.body((pieces + [[], []]).asynchronous).joined() == whole)
    #expect(whole.count == upload.contentLength)
  }

  @Test(arguments: [0, 1, 8191, 8192, 8193, 65_536, 1_000_000])
  func `the length that is sent is known in advance`(length: Int) async throws {
    for signer in [Signer(service: .s3, region: "us-east-1"), Signer(service: .s3, region: .set(["*"]))] {
      for trailers in [[], [ChunkTrailer.sha256, ChunkTrailer.crc64nvme]] {
        var request = DocumentedUpload.request()
        let upload = try signer.sign(
          &request, chunked: ChunkedPayload(length: length, chunkSize: 8192, trailers: trailers),
          with: DocumentedUpload.credentials, at: time)
        let body = try await upload.body([[UInt8](repeating: 7, count: length)].asynchronous) {
          trailers.map { HeaderField($0.name, String(repeating: "=", count: $0.valueLength)) }
        }.joined()
        #expect(body.count == upload.contentLength)
      }
    }
  }

  @Test func `a body can be iterated again, as in a retry`() async throws {
    let body = try upload(ChunkedPayload(length: 10_000, chunkSize: 8192)).body(
      [[UInt8](repeating: 1, count: 10_000)].asynchronous)
    #expect(try await body.joined() == body.joined())
  }

  @Test func `no more than a chunk and a piece of the payload are read ahead`() async throws {
    let counter = Counter()
    let upload = try upload(ChunkedPayload(length: 1_000_000, chunkSize: 8192))
    let source = AsyncStream<[UInt8]> {
      await counter.add(1000)
      return [UInt8](repeating: 0, count: 1000)
    }
    var sent = 0
    var pieces = upload.body(source).makeAsyncIterator()
    while sent < 900_000, let piece = try await pieces.next() {
      sent += piece.count
      #expect(await counter.value <= sent + 8192 + 1000)
    }
  }

  @Test(arguments: [[], [[1, 2, 3]], [[UInt8](repeating: 0, count: 9999)], [[UInt8](repeating: 0, count: 10_001)]])
  func `a payload of another length than was signed is rejected`(pieces: [[UInt8]]) async throws {
    let upload = try upload(ChunkedPayload(length: 10_000, chunkSize: 8192))
    #expect(await failure(upload.body(pieces.asynchronous)) == .invalidStream)
  }

  @Test(arguments: [
    [], [HeaderField("x-amz-checksum-crc32", "AAAAAA==")], [HeaderField("x-amz-checksum-crc32c", "AAAA")],
    [HeaderField("x-amz-checksum-crc32c", "AAAAAA=="), HeaderField("b", "c")],
  ])
  func `trailers that weren't announced are rejected`(trailers: [HeaderField]) async throws {
    let upload = try upload(ChunkedPayload(length: 1, trailers: [.crc32c]))
    #expect(await failure(upload.body([[0]].asynchronous) { trailers }) == .invalidStream)
  }

  @Test func `a trailer with a line break is rejected`() async throws {
    let upload = try upload(ChunkedPayload(length: 1, trailers: [ChunkTrailer("a", valueLength: 3)]))
    #expect(await failure(upload.body([[0]].asynchronous) { [HeaderField("A", "b\nc")] }) == .invalidHeader)
  }

  @Test func `an error of the source ends the body permanently`() async throws {
    struct Broken: Error {}
    let upload = try upload(ChunkedPayload(length: 10_000, chunkSize: 8192))
    let source = AsyncThrowingStream<[UInt8], any Error> { throw Broken() }
    var pieces = upload.body(source).makeAsyncIterator()
    await #expect(throws: Broken.self) { try await pieces.next() }
    #expect(try await pieces.next() == nil)
  }
}

private actor Counter {
  var value = 0
  func add(_ number: Int) { value += number }
}
