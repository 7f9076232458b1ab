import Foundation
import SigV4
import Testing

@Suite struct EventSignerTests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }

  private func bytes(_ hex: String) throws -> [UInt8] {
    try stride(from: 0, to: hex.utf8.count, by: 2).map { offset in
      let digits = hex.dropFirst(offset).prefix(2)
      return try #require(UInt8(digits, radix: 16))
    }
  }

  /// The expected values are those that the AWS SDK for Go tests its signer with.
  @Test func `messages with given headers are signed in a chain`() throws {
    var signer = EventSigner(
      seedSignature: hex(Array("foobarbazqux".utf8)),
      credentials: Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET"), region: "us-east-1",
      service: SigningService("transcribestreaming"))
    for (text, second, expected) in [
      ("foo", 10.0, "e3a136405ec1152f62136742efd41f8639cd647a1cf21fab12aedb22cccd8999"),
      ("bar", 20, "92a6ad677e839d3003672cb2cefc71ef80d42e8cb300fefce0807e8398c74068"),
      ("baz", 30, "46d6660bd40f2ff5d6246a347895cabe7f4e89d9e1f4c6dad6dabdc801923be1"),
      ("", 30, "492bcb3e21de447c85f8a9bef6c0eb833e992e405b9b3584be84edaccc5aad18"),
    ] {
      let bytes = Array(text.utf8)
      let signature = try signer.signature(
        headers: bytes.span, payload: bytes.span, at: Date(timeIntervalSince1970: second))
      #expect(hex(signature) == expected)
      #expect(signer.previousSignature == expected)
    }
  }

  /// The expected values are those that AWS's SDKs for Java test their signers with.
  @Test func `messages are signed as of their own time`() throws {
    var signer = EventSigner(
      seedSignature: "e1d8e8c8815e60969f2a34765c9a15945ffc0badbaa4b7e3b163ea19131e949b",
      credentials: Credentials(accessKeyID: "access", secretAccessKey: "secret"), region: "us-west-2",
      service: SigningService("demo"))
    let start = 1_768_545_000.0  // 2026-01-16T06:30:00Z
    for (message, offset, expected) in [
      ("000000110000000038a2615b41a0aada13", 0.0, "4d6dc4197ca9045f693131a8321bffd3f0b5308835a2770c980551d2fd4b2e56"),
      ("000000110000000038a2615b4239a38ba9", 1, "75342279dd941fef5a494cc4b234545ee95be35805d5489ffb24959a9601d6ed"),
      ("000000110000000038a2615b434ea4bb3f", 2, "c83a5b9f19bc3fe8247eec6d4a5d7806f4b47a6457559c58055c7017c6f3ce3e"),
      ("000000100000000005c248eb7d98c8ff", 3, "8b01a16c997aa5692d552b0b6cc4f308743882a0a035d9841ba0738a53420bef"),
    ] {
      let message = try bytes(message)
      let event = try signer.sign(message.span, at: Date(timeIntervalSince1970: start + offset))
      #expect(hex(event.signature) == expected)
    }
  }

  /// The expected value is the one that AWS's SDKs for Kotlin and Swift test their signers with.
  @Test func `a message's headers are the date in whole seconds and the signature`() throws {
    var signer = EventSigner(
      seedSignature: "be1f8c7d79ef8e1abc5254a2c70e4da3bfaf4f07328f527444e1fc6ea67273e2",
      credentials: Credentials(accessKeyID: "FAKE", secretAccessKey: "fake secret key"), region: "us-east-1",
      service: SigningService("testservice"))
    // An event message itself: the header some-header: value, and the payload "test payload".
    let message = try bytes(
      "0000003000000014ded9b3920b736f6d652d68656164657207000576616c756574657374207061796c6f61643e89b924")
    let event = try signer.sign(message.span, at: Date(timeIntervalSince1970: 123_456_789.75))
    let signature = "1ea04a4f6becd85ae3e38e379ffaf4bb95042603f209512476cc6416868b31ee"
    #expect(hex(event.signature) == signature)
    #expect(
      hex(event.headers)
        == "05" + hex(Array(":date".utf8)) + "08" + "0000001cbe991a08"
        + "10" + hex(Array(":chunk-signature".utf8)) + "06" + "0020" + signature)
  }

  @Test func `a stream that continues past midnight is signed with the next day's key`() throws {
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET")
    let service = SigningService("transcribestreaming")
    let midnight = Date(timeIntervalSince1970: 86_400)
    let payload = Array("payload".utf8)
    var stream = EventSigner(seedSignature: "00", credentials: credentials, region: "us-east-1", service: service)
    _ = try stream.sign(payload.span, at: midnight.addingTimeInterval(-1))
    var fresh = EventSigner(
      seedSignature: stream.previousSignature, credentials: credentials, region: "us-east-1", service: service)
    #expect(try stream.sign(payload.span, at: midnight) == fresh.sign(payload.span, at: midnight))
  }

  @Test func `the request says that events follow, and its signature is the first one's seed`() throws {
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET", sessionToken: "token")
    let unsigned = SignableRequest(
      method: "POST", target: "/stream-transcription",
      headers: [HeaderField("Host", "transcribestreaming.us-east-1.amazonaws.com")])
    let signer = Signer(service: SigningService("transcribe"), region: "us-east-1")
    var request = unsigned
    let (signed, events) = try signer.signEvents(
      of: &request, with: credentials, at: Date(timeIntervalSince1970: 1_369_353_600))
    #expect(
      signed.signature == "8c91329f05d123637857e0f17286c10735f96e2f46e78261f3bd7a7ec1ab7115")
    #expect(events.previousSignature == signed.signature)
    #expect(try signed.canonicalRequest.text.hasSuffix("\nSTREAMING-AWS4-HMAC-SHA256-EVENTS"))

    #expect(Set(unsigned.adding(signed.addedHeaders).headers) == Set(request.headers))
    #expect(signed.addedHeaders.contains { $0.isNamed("x-amz-content-sha256") })
    #expect(!signed.addedHeaders.contains { $0.isNamed("host") })

    var again = request
    _ = try signer.signEvents(of: &again, with: credentials, at: Date(timeIntervalSince1970: 1_369_353_600))
    #expect(Set(again.headers) == Set(request.headers))
    #expect(again.headers.count == request.headers.count)
  }

  @Test func `SigV4a is rejected`() throws {
    var request = SignableRequest(method: "POST", target: "/", headers: [HeaderField("Host", "h")])
    let error = #expect(throws: SigningError.self) {
      try Signer(service: SigningService("transcribe"), region: .set(["*"])).signEvents(
        of: &request, with: Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET"))
    }
    #expect(error?.code == .invalidStream)
  }

  @Test func `bytes in any collection are signed and hashed as those in one block`() throws {
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET")
    let time = Date(timeIntervalSince1970: 1_700_000_000)
    let bytes = Array("a message".utf8)
    let pieces = [bytes[..<4], bytes[4...]]
    let scattered = pieces.joined()  // without contiguous storage
    var request = SignableRequest(method: "PUT", target: "/key", headers: [HeaderField("Host", "bucket.example.com")])
    let signer = Signer(service: .s3, region: "us-east-1")
    var chunks = try #require(
      try signer.sign(&request, chunked: ChunkedPayload(length: bytes.count), with: credentials, at: time).chunkSigner)
    var sameChunks = chunks
    #expect(try chunks.header(forChunk: scattered) == sameChunks.header(forChunk: bytes.span))
    #expect(try chunks.signature(forChunk: scattered) == sameChunks.signature(forChunk: bytes.span))

    var hasher = try PayloadHasher()
    for piece in pieces { try hasher.update(piece) }
    let post = SignableRequest(method: "POST", target: "/", headers: [HeaderField("Host", "h.example")])
    let general = Signer(service: .executeAPI, region: "us-east-1")
    #expect(
      try general.signed(post, payload: hasher.finish(), with: credentials, at: time)
        == general.signed(post, payload: .bytes(bytes), with: credentials, at: time))

    var events = EventSigner(
      seedSignature: String(repeating: "a", count: 64), credentials: credentials, region: "us-east-1",
      service: "transcribe")
    var sameEvents = events
    #expect(try events.sign(scattered, at: time).headers == sameEvents.sign(bytes.span, at: time).headers)
  }
}
