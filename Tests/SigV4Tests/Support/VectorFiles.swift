import Conformance
import Foundation

/// The vector files of this package, read from TestVectors/.
enum VectorFiles {
  static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The cases of every file that contains requests to sign.
  static func all() throws -> [VectorCase] {
    let folder = packageRoot.appending(path: "TestVectors")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
    return try names.filter { $0.hasSuffix(".jsonl") && !["diagnosis.jsonl", "streams.jsonl"].contains($0) }.sorted()
      .flatMap { try cases(String($0.dropLast(6))) }
  }

  /// The cases of the files in `TestVectors/` whose names are given without `.jsonl`.
  static func cases(_ names: String...) throws -> [VectorCase] {
    try names.flatMap { name in
      let url = packageRoot.appending(path: "TestVectors/\(name).jsonl")
      return try Data(contentsOf: url).split(separator: 0x0A).map {
        try JSONDecoder().decode(VectorCase.self, from: $0)
      }
    }
  }
}
