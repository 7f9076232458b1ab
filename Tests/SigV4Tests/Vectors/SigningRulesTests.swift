import Foundation
import Testing

/// Docs/Signing-Rules.md and the vectors name each other.
@Suite struct SigningRulesTests {
  /// The members that every vector has, in every file.
  private struct Vector: Decodable {
    let id: String
    let rules: [String]
  }

  private let folder = VectorFiles.packageRoot.appending(path: "TestVectors")

  private func vectors() throws -> [Vector] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "jsonl" && $0.lastPathComponent != "diagnosis.jsonl" }
      .flatMap { try vectors(in: $0.lastPathComponent) }
  }

  private func vectors(in file: String) throws -> [Vector] {
    try Data(contentsOf: folder.appending(path: file)).split(separator: 0x0A)
      .map { try JSONDecoder().decode(Vector.self, from: $0) }
  }

  /// The names of the rules, each with the content of its `Vectors:` line: ids, and files whose vectors all name the rule.
  private func rules() throws -> [String: (ids: [String], files: [String])] {
    let url = VectorFiles.packageRoot.appending(path: "Docs/Signing-Rules.md")
    var rules: [String: (ids: [String], files: [String])] = [:]
    var current = ""
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      if let heading = line.wholeMatch(of: #/### R\d+ ([a-z0-9-]+)/#) {
        current = String(heading.1)
        rules[current] = ([], [])
      } else if line.hasPrefix("- Vectors: ") {
        rules[current] = (
          line.matches(of: #/`([^`]+)`/#).map { String($0.1) },
          line.matches(of: #/every vector of ([a-z0-9-]+\.jsonl)/#).map { String($0.1) }
        )
      }
    }
    return rules
  }

  @Test func `every rule is tested by the vectors that it lists`() throws {
    let rulesOf = Dictionary(uniqueKeysWithValues: try vectors().map { ($0.id, $0.rules) })
    let rules = try rules()
    #expect(rules.count > 80)
    for (rule, named) in rules {
      #expect(!named.ids.isEmpty || !named.files.isEmpty, "\(rule) has no vector")
      for id in named.ids { #expect(rulesOf[id]?.contains(rule) == true, "\(id) doesn't name \(rule)") }
      for file in named.files {
        #expect(try vectors(in: file).allSatisfy { $0.rules.contains(rule) }, "not all of \(file) name \(rule)")
      }
    }
  }

  @Test func `every vector names documented rules`() throws {
    let known = Set(try rules().keys)
    for vector in try vectors() {
      #expect(!vector.rules.isEmpty, "\(vector.id) names no rule")
      #expect(known.isSuperset(of: vector.rules), "\(vector.id) names an unknown rule")
    }
  }
}
