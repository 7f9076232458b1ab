import Foundation
import SigV4
import Testing

@Suite struct StreamVectorTests {
  @Test(arguments: try StreamVector.all(.chunks))
  func `chunks and trailers are signed as stated`(vector: StreamVector) throws {
    let time = try Date(vector.time, strategy: .iso8601)
    let scope = try CredentialScope(date: time, region: vector.region, service: vector.service)
    var signer = try ChunkSigner(
      seedSignature: try #require(vector.seedSignature), key: SigningKey(vector.signingCredentials, scope: scope),
      at: time)
    for part in try #require(vector.parts) {
      let bytes = part.bytes
      let signature =
        if let trailers = part.trailers {
          try signer.signature(forTrailers: trailers.map { HeaderField($0[0], $0[1]) })
        } else {
          try signer.signature(forChunk: bytes.span)
        }
      #expect(signature == part.signature)
    }
  }

  @Test(arguments: try StreamVector.all(.events))
  func `event messages are signed as stated`(vector: StreamVector) throws {
    var signer = EventSigner(
      seedSignature: try #require(vector.seedSignature), credentials: vector.signingCredentials, region: vector.region,
      service: SigningService(vector.service))
    for part in try #require(vector.parts) {
      let headers = Array(part.headers ?? Data())
      let payload = part.bytes
      let time = try Date(part.time ?? vector.time, strategy: .iso8601)
      _ = try signer.signature(headers: headers.span, payload: payload.span, at: time)
      #expect(signer.previousSignature == part.signature)
    }
  }

  @Test(arguments: try StreamVector.all(.policy))
  func `the policy of a form is signed as stated`(vector: StreamVector) throws {
    let policy = try #require(vector.policy)
    let fields = try Signer(service: .named(vector.service), region: vector.region).signForm(
      policyDocument: String(decoding: policy, as: UTF8.self), with: vector.signingCredentials,
      at: Date(vector.time, strategy: .iso8601))
    #expect(fields.last?.value == vector.signature)
  }

  @Test func `there is a vector of every kind`() throws {
    #expect(Set(try StreamVector.all().map(\.kind)) == [.chunks, .events, .policy])
  }
}

extension StreamVector {
  /// The credentials to sign with.
  fileprivate var signingCredentials: Credentials {
    Credentials(accessKeyID: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey)
  }
}
