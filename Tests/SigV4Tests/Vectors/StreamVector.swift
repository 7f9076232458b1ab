import Foundation

/// A case of TestVectors/streams.jsonl: chained signatures, and signatures of forms.
struct StreamVector: Decodable, Sendable, CustomStringConvertible {
  enum Kind: String, Decodable, Sendable { case chunks, events, policy }

  struct KeyPair: Decodable, Sendable {
    let accessKeyId: String
    let secretAccessKey: String
  }

  /// A chunk, a message, or the trailers.
  struct Part: Decodable, Sendable {
    let data: Data?
    let times: Int?
    let headers: Data?
    let time: String?
    let trailers: [[String]]?
    let signature: String

    /// The payload of a chunk or a message.
    var bytes: [UInt8] {
      Array(repeatElement(data ?? Data(), count: times ?? 1).joined())
    }
  }

  let id: String
  let kind: Kind
  let time: String
  let credentials: KeyPair
  let service: String
  let region: String
  let seedSignature: String?
  let parts: [Part]?
  let policy: Data?
  let signature: String?

  var description: String { id }

  static func all() throws -> [StreamVector] {
    let url = VectorFiles.packageRoot.appending(path: "TestVectors/streams.jsonl")
    return try Data(contentsOf: url).split(separator: 0x0A).map {
      try JSONDecoder().decode(StreamVector.self, from: $0)
    }
  }
}
