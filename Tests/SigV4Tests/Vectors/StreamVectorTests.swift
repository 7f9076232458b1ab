import Foundation
import SigV4
import Testing

@Suite struct StreamVectorTests {
  @Test(arguments: try StreamVector.all())
  func `chunks, trailers, messages and forms have the expected signatures`(vector: StreamVector) throws {
    let credentials = Credentials(
      accessKeyID: vector.credentials.accessKeyId, secretAccessKey: vector.credentials.secretAccessKey)
    let time = try Date(vector.time, strategy: .iso8601)
    switch vector.kind {
    case .chunks: try check(chunksOf: vector, credentials, time)
    case .events: try check(eventsOf: vector, credentials)
    case .policy:
      let policy = try #require(vector.policy)
      let fields = try Signer(service: SigningService(vector.service), region: SigningRegion(vector.region)).signForm(
        policyDocument: String(decoding: policy, as: UTF8.self), with: credentials, at: time)
      #expect(fields.last?.value == vector.signature)
    }
  }

  private func check(chunksOf vector: StreamVector, _ credentials: Credentials, _ time: Date) throws {
    let scope = try CredentialScope(date: time, region: vector.region, service: vector.service)
    var signer = try ChunkSigner(
      seedSignature: try #require(vector.seedSignature), key: SigningKey(credentials, scope: scope), at: time)
    for part in try #require(vector.parts) {
      let signature: String
      if let trailers = part.trailers {
        signature = try signer.signature(forTrailers: trailers.map { HeaderField($0[0], $0[1]) })
      } else {
        let bytes = part.bytes
        signature = try signer.signature(forChunk: bytes.span)
      }
      #expect(signature == part.signature)
    }
  }

  private func check(eventsOf vector: StreamVector, _ credentials: Credentials) throws {
    var signer = EventSigner(
      seedSignature: try #require(vector.seedSignature), credentials: credentials, region: vector.region,
      service: SigningService(vector.service))
    for part in try #require(vector.parts) {
      let headers = [UInt8](try #require(part.headers))
      let payload = part.bytes
      let time = try Date(try #require(part.time), strategy: .iso8601)
      _ = try signer.signature(headers: headers.span, payload: payload.span, at: time)
      #expect(signer.previousSignature == part.signature)
    }
  }
}
