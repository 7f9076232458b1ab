import Foundation

/// A vector of TestVectors/streams.jsonl: signatures that follow from others, or that of a form's policy.
struct StreamVector: Decodable, Sendable, CustomStringConvertible {
  enum Kind: String, Decodable, Sendable { case chunks, events, policy }

  struct KeyPair: Decodable, Sendable {
    let accessKeyId: String
    let secretAccessKey: String
  }

  /// A chunk, an event message, or the trailers; and the signature of it.
  struct Part: Decodable, Sendable {
    let data: Data?
    let times: Int?
    let headers: Data?
    let time: String?
    let trailers: [[String]]?
    let signature: String

    /// The bytes of a chunk or the payload of a message.
    var bytes: [UInt8] {
      let data = data ?? Data()
      return (0..<(times ?? 1)).flatMap { _ in data }
    }
  }

  let id: String
  let kind: Kind
  let time: String
  let credentials: KeyPair
  let region: String
  let service: String
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

  /// The vectors of one kind.
  static func all(_ kind: Kind) throws -> [StreamVector] { try all().filter { $0.kind == kind } }
}
