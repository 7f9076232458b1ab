import Foundation
import SigV4
import Testing

/// A case of TestVectors/streams.jsonl: signatures of chunks and trailers after a seed, or of a form's policy.
struct StreamVector: Decodable, Sendable, CustomStringConvertible {
  enum Kind: String, Decodable, Sendable { case chunks, form }

  struct KeyPair: Decodable, Sendable {
    let accessKeyId: String
    let secretAccessKey: String
  }

  struct Chunk: Decodable, Sendable {
    let `repeat`: String
    let count: Int
  }

  struct Expectation: Decodable, Sendable {
    let signatures: [String]
    let trailerSignature: String?
  }

  let id: String
  let rules: [String]
  let kind: Kind
  let time: String
  let credentials: KeyPair
  let service: String
  let region: String
  let seedSignature: String?
  let chunks: [Chunk]?
  let trailers: [[String]]?
  let policy: String?
  let expect: Expectation

  var description: String { id }

  static func all() throws -> [StreamVector] {
    let url = VectorFiles.packageRoot.appending(path: "TestVectors/streams.jsonl")
    return try Data(contentsOf: url).split(separator: 0x0A).map {
      try JSONDecoder().decode(StreamVector.self, from: $0)
    }
  }
}

@Suite struct StreamVectorTests {
  @Test(arguments: try StreamVector.all())
  func `chunks, trailers and forms are signed as documented`(vector: StreamVector) throws {
    let credentials = Credentials(
      accessKeyID: vector.credentials.accessKeyId, secretAccessKey: vector.credentials.secretAccessKey)
    let time = try Date(vector.time, strategy: .iso8601)
    switch vector.kind {
    case .chunks:
      let scope = try CredentialScope(date: time, region: vector.region, service: vector.service)
      var signer = try ChunkSigner(
        seedSignature: try #require(vector.seedSignature), key: SigningKey(credentials, scope: scope), at: time)
      for (chunk, expected) in zip(try #require(vector.chunks), vector.expect.signatures) {
        let bytes = Array(String(repeating: chunk.repeat, count: chunk.count).utf8)
        let signature = try signer.signature(forChunk: bytes.span)
        #expect(signature == expected)
      }
      if let expected = vector.expect.trailerSignature {
        let trailers = try #require(vector.trailers).map { HeaderField($0[0], $0[1]) }
        let signature = try signer.signature(forTrailers: trailers)
        #expect(signature == expected)
      }
    case .form:
      let fields = try Signer(service: .named(vector.service), region: vector.region).signForm(
        policyDocument: try #require(vector.policy), with: credentials, at: time)
      #expect(fields.last?.value == vector.expect.signatures.first)
    }
  }
}
