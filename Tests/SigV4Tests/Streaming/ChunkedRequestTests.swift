import Foundation
import SigV4
import Testing

@Suite struct ChunkedRequestTests {
  private let time = Date(timeIntervalSince1970: 1_369_353_600)

  private func values(_ name: String, of request: SignableRequest) -> [String] {
    request.headers.filter { $0.isNamed(name) }.map(\.value)
  }

  @Test(arguments: [
    ([], "aws-chunked"), (["gzip"], "gzip,aws-chunked"), (["gzip,AWS-Chunked"], "gzip,AWS-Chunked"),
    (["AWS-Chunked"], "AWS-Chunked"), (["gzip, aws-chunked "], "gzip, aws-chunked "),
    (["aws-chunked,gzip"], "aws-chunked,gzip"), (["gzip", "aws-chunked"], "gzip,aws-chunked"),
    (["xaws-chunked"], "xaws-chunked,aws-chunked"), (["aws-chunkedx"], "aws-chunkedx,aws-chunked"),
    (["aws-chun\u{212A}ed"], "aws-chun\u{212A}ed,aws-chunked"),
    (["gzip,\u{301}aws-chunked"], "gzip,\u{301}aws-chunked,aws-chunked"),
  ])
  func `the coding is appended to those that the payload already has`(given: [String], sent: String) throws {
    var request = DocumentedUpload.request(given.map { HeaderField("content-encoding", $0) })
    let upload = try DocumentedUpload.signer.sign(
      &request, chunked: ChunkedPayload(length: 5), with: DocumentedUpload.credentials, at: time)
    #expect(values("Content-Encoding", of: request) == [sent])
    #expect(upload.signedRequest.request == request)
  }

  @Test(arguments: [
    ([], ChunkedPayload(length: 5)),
    ([HeaderField("content-length", "5"), HeaderField("Content-Encoding", "gzip")], ChunkedPayload(length: 5)),
    (
      [HeaderField("x-amz-trailer", "old"), HeaderField("X-Amz-Decoded-Content-Length", "4")],
      ChunkedPayload(length: 5, trailers: [.crc32])
    ),
  ])
  func `the added headers are all that a client must add`(given: [HeaderField], payload: ChunkedPayload) throws {
    let unsigned = DocumentedUpload.request(given)
    var request = unsigned
    let upload = try DocumentedUpload.signer.sign(
      &request, chunked: payload, with: DocumentedUpload.credentials, at: time)
    #expect(Set(unsigned.adding(upload.signedRequest.addedHeaders).headers) == Set(request.headers))
    let added = Set(upload.signedRequest.addedHeaders.map { $0.name.lowercased() })
    #expect(added.isSuperset(of: ["content-encoding", "x-amz-decoded-content-length", "authorization"]))
    #expect(added.contains("x-amz-trailer") == !payload.trailers.isEmpty)
    #expect(added.contains("content-length") == given.contains { $0.isNamed("content-length") })
  }

  @Test func `signing again replaces what the first signing set`() throws {
    var once = DocumentedUpload.request([HeaderField("Content-Length", "9")])
    var twice = once
    for payload in [
      ChunkedPayload(length: 9, signatures: .unsigned, trailers: [.crc32]), ChunkedPayload(length: 9),
    ] {
      _ = try DocumentedUpload.signer.sign(&twice, chunked: payload, with: DocumentedUpload.credentials, at: time)
    }
    _ = try DocumentedUpload.signer.sign(
      &once, chunked: ChunkedPayload(length: 9), with: DocumentedUpload.credentials, at: time)
    #expect(Set(once.headers) == Set(twice.headers))
    #expect(once.headers.count == twice.headers.count)
  }

  @Test func `trailers are announced in the order in which they are sent`() throws {
    var request = DocumentedUpload.request()
    let trailers = [ChunkTrailer("X-Second", valueLength: 1), .crc32c, ChunkTrailer("a", valueLength: 2)]
    _ = try DocumentedUpload.signer.sign(
      &request, chunked: ChunkedPayload(length: 9, trailers: trailers), with: DocumentedUpload.credentials, at: time)
    #expect(values("x-amz-trailer", of: request) == ["x-second,x-amz-checksum-crc32c,a"])
    #expect(values("x-amz-content-sha256", of: request) == ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"])
    #expect(values("x-amz-decoded-content-length", of: request) == ["9"])
  }

  @Test(arguments: [
    ChunkedPayload(length: -1), ChunkedPayload(length: .max), ChunkedPayload(length: 1, chunkSize: 8191),
    ChunkedPayload(length: 1, chunkSize: 0), ChunkedPayload(length: 1, chunkSize: .max),
    ChunkedPayload(length: 1, signatures: .unsigned),
    ChunkedPayload(length: 1, trailers: [ChunkTrailer("a", valueLength: -1)]),
  ])
  func `a payload that can't be sent is rejected before anything is signed`(payload: ChunkedPayload) throws {
    let unsigned = DocumentedUpload.request()
    var request = unsigned
    let error = #expect(throws: SigningError.self) {
      try DocumentedUpload.signer.sign(&request, chunked: payload, with: DocumentedUpload.credentials, at: time)
    }
    #expect(error?.code == .invalidStream)
    #expect(request == unsigned)
  }

  @Test(arguments: [SigningService.vpcLattice, SigningService("execute-api")])
  func `a service that accepts no chunks is rejected`(service: SigningService) throws {
    var request = DocumentedUpload.request()
    let error = #expect(throws: SigningError.self) {
      try Signer(service: service, region: "us-east-1").sign(
        &request, chunked: ChunkedPayload(length: 1), with: DocumentedUpload.credentials, at: time)
    }
    #expect(error?.code == .invalidStream)
  }

  @Test func `a payload hashed piece by piece signs like one in memory`() async throws {
    let payload = DocumentedUpload.payload
    var hasher = try PayloadHasher()
    for start in stride(from: 0, to: payload.count, by: 1000) {
      let piece = Array(payload[start..<min(start + 1000, payload.count)])
      try hasher.update(piece.span)
    }
    let stream = [Data(payload[..<100]), Data(), Data(payload[100...])].asynchronous
    let forms = [.bytes(payload), try hasher.finish(), try await .hash(of: stream)]
    let signatures = try forms.map { form in
      var request = DocumentedUpload.request()
      return try DocumentedUpload.signer.sign(
        &request, payload: form, with: DocumentedUpload.credentials, at: time
      ).signature
    }
    #expect(Set(signatures).count == 1)
  }
}
