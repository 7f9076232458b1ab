import Foundation
import SigV4
import Testing

@Suite struct ChunkedPayloadTests {
  let time = Date(timeIntervalSince1970: 1_369_353_600)

  @Test func `S3's documented chunked upload is reproduced byte for byte`() async throws {
    var request = DocumentedUpload.request([HeaderField("Content-Length", "66560")])
    let upload = try DocumentedUpload.signer.sign(
      &request, chunked: ChunkedPayload(length: 66_560), with: DocumentedUpload.credentials, at: time)

    #expect(
      request.headers.last?.value
        == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        + "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
        + "x-amz-decoded-content-length;x-amz-storage-class, "
        + "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
    #expect(upload.contentLength == 66_824)
    let body = try await upload.body([DocumentedUpload.payload].asynchronous).joined()
    #expect(
      body
        == DocumentedUpload.body(
          [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
          ], ""))
    #expect(body.count == upload.contentLength)
  }

  @Test func `S3's documented upload with a trailer is reproduced byte for byte`() async throws {
    var request = DocumentedUpload.request([])
    let upload = try DocumentedUpload.signer.sign(
      &request, chunked: ChunkedPayload(length: 66_560, trailers: [.crc32c]), with: DocumentedUpload.credentials,
      at: time)

    #expect(
      upload.signedRequest.signature == "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
    let body = try await upload.body([DocumentedUpload.payload].asynchronous) {
      [HeaderField("x-amz-checksum-crc32c", "sOO8/Q==")]
    }.joined()
    #expect(
      body
        == DocumentedUpload.body(
          [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
          ],
          "x-amz-checksum-crc32c:sOO8/Q==\r\n"
            + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"))
    #expect(body.count == upload.contentLength)
  }

  @Test func `the signature of several trailers is the one in the tests of AWS's C signer`() throws {
    let scope = try CredentialScope(date: time, region: "us-east-1", service: "s3")
    let key = try SigningKey(DocumentedUpload.credentials, scope: scope)
    var signer = try ChunkSigner(
      seedSignature: "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", key: key, at: time)
    let trailers = [HeaderField("third", "3rd"), HeaderField("First", " 1st "), HeaderField("second", "2nd")]
    #expect(
      try signer.signature(forTrailers: trailers)
        == "df5735bd9f3295cd9386572292562fefc93ba94e80a0a1ddcbd652c4e0a75e6c")
  }

  @Test func `chunks that are signed one by one give the same body`() throws {
    let chunks = [DocumentedUpload.payload[..<65536], DocumentedUpload.payload[65536...]].map(Array.init)
    var request = DocumentedUpload.request([HeaderField("Content-Length", "66560")])
    let upload = try DocumentedUpload.signer.sign(
      &request, chunked: ChunkedPayload(length: 66_560), with: DocumentedUpload.credentials, at: time)
    var signer = try #require(upload.chunkSigner)
    let headers = try chunks.map { try signer.header(forChunk: $0.span) }
    #expect(
      String(decoding: headers[1], as: UTF8.self)
        == "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n")
    #expect(
      String(decoding: try signer.end(), as: UTF8.self)
        == "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n")
  }

  @Test(arguments: [0, 1, 8191, 8192, 8193, 16_384, 100_000])
  func `unsigned chunks are HTTP's own chunked coding, with trailers`(length: Int) async throws {
    var request = DocumentedUpload.request([])
    let upload = try DocumentedUpload.signer.sign(
      &request, chunked: ChunkedPayload(length: length, chunkSize: 8192, signatures: .unsigned, trailers: [.crc32]),
      with: DocumentedUpload.credentials, at: time)
    #expect(upload.signedRequest.payloadHash == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    #expect(upload.chunkSigner == nil)
    let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
    let body = try await upload.body([payload].asynchronous) { [HeaderField("x-amz-checksum-crc32", "AAAAAA==")] }
      .joined()
    var expected: [UInt8] = []
    for start in stride(from: 0, to: length, by: 8192) {
      let chunk = payload[start..<min(start + 8192, length)]
      expected += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
    }
    expected += Array("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n".utf8)
    #expect(body == expected)
    #expect(upload.contentLength == body.count)
  }

  @Test func `signatures of SigV4a's chunks are sent with padding, and chained without it`() async throws {
    let signer = Signer(service: .s3, region: .set(["us-east-1"]))
    var request = DocumentedUpload.request([HeaderField("Content-Length", "66560")])
    let upload = try signer.sign(
      &request, chunked: ChunkedPayload(length: 66_560, trailers: [.crc32c]), with: DocumentedUpload.credentials,
      at: time)
    #expect(upload.signedRequest.payloadHash == "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER")
    let body = try await upload.body([DocumentedUpload.payload].asynchronous) {
      [HeaderField("x-amz-checksum-crc32c", "sOO8/Q==")]
    }.joined()
    #expect(body.count == upload.contentLength)

    let lines = String(decoding: body, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    let signatures = [0, 2, 4, 6].compactMap { lines[$0].split(separator: /[=:]/).last.map(String.init) }
    #expect(signatures.map(\.utf8.count) == [144, 144, 144, 144])
    var previous = upload.signedRequest.signature
    let hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for (index, signature) in signatures.enumerated() {
      let purpose = index == 3 ? "TRAILER" : "PAYLOAD"
      let hashes = [
        "\(hashOfNothing)\nbf718b6f653bebc184e1479f1935b8da974d701b893afcf49e701f3e2f9f9c5a",
        "\(hashOfNothing)\n2edc986847e209b4016e141a6dc8716d3207350f416969382d431539bf292e4a",
        "\(hashOfNothing)\n\(hashOfNothing)",
        "1e376db7e1a34a8ef1c4bcee131a2d60a1cb62503747488624e10995f448d774",
      ][index]
      let stringToSign =
        "AWS4-ECDSA-P256-SHA256-\(purpose)\n20130524T000000Z\n20130524/s3/aws4_request\n\(previous)\n\(hashes)"
      let bare = String(signature.prefix { $0 != "*" })
      #expect(signature.dropFirst(bare.count).allSatisfy { $0 == "*" })
      #expect(try DocumentedUpload.isSigned(stringToSign, bare))
      previous = bare
    }
  }
}
