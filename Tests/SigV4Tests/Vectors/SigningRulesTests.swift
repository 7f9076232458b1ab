import Foundation
import Testing

/// Docs/Signing-Rules.md and the vectors name each other.
@Suite struct SigningRulesTests {
  /// What every vector has, whatever its file's format.
  struct Vector: Decodable {
    let id: String
    let rules: [String]
  }

  /// The names in headings such as `### R7 name-of-the-rule`.
  static func rules() throws -> [String] {
    let text = try String(contentsOf: VectorFiles.packageRoot.appending(path: "Docs/Signing-Rules.md"), encoding: .utf8)
    return text.matches(of: /(?m)^### R\d+ ([a-z0-9-]+)$/).map { String($0.1) }
  }

  static func vectors() throws -> [Vector] {
    let folder = VectorFiles.packageRoot.appending(path: "TestVectors")
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "jsonl" }
      .flatMap { try Data(contentsOf: $0).split(separator: 0x0A) }
      .map { try JSONDecoder().decode(Vector.self, from: $0) }
  }

  @Test func `every vector names a rule, and only rules that there are`() throws {
    let rules = Set(try Self.rules())
    for vector in try Self.vectors() {
      #expect(!vector.rules.isEmpty, "\(vector.id)")
      #expect(rules.isSuperset(of: vector.rules), "\(vector.id)")
    }
  }

  @Test func `every rule is proved by a vector, and has a name of its own`() throws {
    let rules = try Self.rules()
    let proved = Set(try Self.vectors().flatMap(\.rules))
    #expect(rules.filter { !proved.contains($0) } == [])
    #expect(Set(rules).count == rules.count)
    #expect(!rules.isEmpty)
  }
}
