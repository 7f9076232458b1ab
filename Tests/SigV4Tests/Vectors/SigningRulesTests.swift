import Conformance
import Foundation
import Testing

/// Docs/Signing-Rules.md and the vectors name each other.
@Suite struct SigningRulesTests {
  /// The rules' names, each with the ids that its `Vectors:` line names.
  private func rules() throws -> [String: [String]] {
    let url = VectorFiles.packageRoot.appending(path: "Docs/Signing-Rules.md")
    var rules: [String: [String]] = [:]
    var current = ""
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      if let heading = line.wholeMatch(of: #/### R\d+ ([a-z0-9-]+)/#) {
        current = String(heading.1)
        rules[current] = []
      } else if line.hasPrefix("- Vectors: ") {
        rules[current] = line.matches(of: #/`([^`]+)`/#).map { String($0.1) }
      }
    }
    return rules
  }

  private func rulesOfVectors() throws -> [String: [String]] {
    let all =
      try VectorFiles.all().map { ($0.id, $0.rules ?? []) } + StreamVector.all().map { ($0.id, $0.rules) }
    return Dictionary(uniqueKeysWithValues: all)
  }

  @Test func `every rule is proved by the vectors it names`() throws {
    let vectors = try rulesOfVectors()
    let rules = try rules()
    #expect(rules.count > 40)
    for (rule, ids) in rules {
      #expect(!ids.isEmpty, "\(rule) has no vector")
      for id in ids { #expect(vectors[id]?.contains(rule) == true, "\(id) doesn't name \(rule)") }
    }
  }

  @Test func `every vector names rules that are written down`() throws {
    let known = Set(try rules().keys)
    for (id, rules) in try rulesOfVectors() {
      #expect(!rules.isEmpty, "\(id) names no rule")
      #expect(known.isSuperset(of: rules), "\(id) names an unknown rule")
    }
  }
}
