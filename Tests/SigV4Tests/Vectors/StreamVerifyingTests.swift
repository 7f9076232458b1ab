import Foundation
import Testing

@testable import SigV4

/// Verifies the vectors of chunks and events: each verifies, and none verifies after a change of any byte.
@Suite struct StreamVerifyingTests {
  /// The verified request before a stream.
  private func request(before vector: StreamVector, _ hash: String) throws -> VerifiedRequest {
    let time = try SigningDate(Date(vector.time, strategy: .iso8601))
    let parts = try #require(vector.parts)
    let trailers = parts.compactMap(\.trailers).joined().map { $0[0] }
    let length = parts.filter { $0.trailers == nil }.reduce(0) { $0 + $1.bytes.count }
    let request = SignableRequest(
      method: "PUT", target: "/",
      headers: [
        HeaderField("Host", "h"), HeaderField("X-Amz-Date", time.text), HeaderField("X-Amz-Content-Sha256", hash),
        HeaderField("X-Amz-Decoded-Content-Length", "\(length)"),
        HeaderField("X-Amz-Trailer", trailers.joined(separator: ",")),
        HeaderField(
          "Authorization",
          "AWS4-HMAC-SHA256 Credential=\(vector.credentials.accessKeyId)/\(time.dayText)/\(vector.region)/\(vector.service)/aws4_request, "
            + "SignedHeaders=host, Signature=\(try #require(vector.seedSignature))"),
      ])
    return VerifiedRequest(
      claim: try SignatureClaim(request), target: try CanonicalTarget(request.target, for: .s3), payloadHash: hash,
      bodyCoverage: .coveredPieceByPiece, expiration: .distantFuture)
  }

  private func credentials(of vector: StreamVector) -> Credentials {
    Credentials(accessKeyID: vector.credentials.accessKeyId, secretAccessKey: vector.credentials.secretAccessKey)
  }

  // A signer can sign trailers without a chunk, but no payload has this form.
  @Test(arguments: try StreamVector.all().filter { $0.kind == .chunks && $0.parts?.first?.trailers == nil })
  func `chunks and trailers verify, but not after a change of any byte`(vector: StreamVector) async throws {
    var (pieces, payload, trailers): ([[UInt8]], [UInt8], [HeaderField]) = ([], [], [])
    for part in try #require(vector.parts) {
      if let lines = part.trailers {
        trailers = lines.map { HeaderField($0[0], $0[1]) }
        pieces.append(ChunkFraming.trailer(trailers, part.signature, .sigV4))
      } else {
        let bytes = part.bytes
        payload += bytes
        pieces.append(
          ChunkFraming.header(size: bytes.count, part.signature, .sigV4)
            + (bytes.isEmpty ? [] : bytes + [0x0D, 0x0A]))
      }
    }
    if trailers.isEmpty { pieces.append([0x0D, 0x0A]) }

    let hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + (trailers.isEmpty ? "" : "-TRAILER")
    let verifier = try ChunkVerifier(of: request(before: vector, hash), with: credentials(of: vector))
    var right = verifier
    #expect(try right.verify(Array(pieces.joined())) == payload)
    try right.finish()
    #expect(right.trailers == trailers)
    let wire = pieces
    #expect(try await apart { try verifier.changesWronglyTaken(in: wire) } == [])
  }

  // The same holds for a message whose headers aren't in their binary form.
  @Test(arguments: try StreamVector.all().filter { $0.kind == .events && !$0.id.hasSuffix("given-headers") })
  func `events verify, but not after a change of any byte`(vector: StreamVector) throws {
    var verifier = try EventVerifier(of: request(before: vector, Signer.eventsHash), with: credentials(of: vector))
    for part in try #require(vector.parts) {
      let time = try Date(try #require(part.time), strategy: .iso8601)
      let signature = try #require(Hexadecimal.bytes(part.signature))
      let name = Array(":chunk-signature".utf8)
      let headers =
        [UInt8](try #require(part.headers)) + [UInt8(name.count)] + name + [6, 0, UInt8(signature.count)] + signature
      let payload = part.bytes
      for place in 0..<(headers.count + payload.count) {
        var (wrong, wrongHeaders, wrongPayload) = (verifier, headers, payload)
        let mask = Mutation.mask(at: place)
        if place < headers.count { wrongHeaders[place] ^= mask } else { wrongPayload[place - headers.count] ^= mask }
        #expect(throws: VerificationError.self, "byte \(place)") {
          try wrong.verify(headers: wrongHeaders.span, payload: wrongPayload.span, at: time)
        }
      }
      try verifier.verify(headers: headers.span, payload: payload.span, at: time)
    }
  }
}
