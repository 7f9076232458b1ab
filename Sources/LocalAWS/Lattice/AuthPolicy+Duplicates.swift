#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension AuthPolicy {
  /// Checks `json` before a JSON decoder reads it: the decoder ignores repeated members silently, and it
  /// recurses into nesting.
  static func checkMembers(of json: [UInt8]) throws(AuthPolicyError) {
    /// The names so far of each object that is open; `nil` for an array.
    var open: [Set<String>?] = []
    var index = 0
    while index < json.count {
      switch json[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        open.append(json[index] == UInt8(ascii: "{") ? [] : nil)
        guard open.count <= maximumDepth else {
          throw AuthPolicyError(.malformed, "the policy is nested deeper than \(maximumDepth) levels")
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = open.popLast()
      case UInt8(ascii: "\""):
        let start = index
        index += 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
          index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < json.count else { return }
        let text = json[start...index]
        let next = json[(index + 1)...].first { !isSpace($0) }
        // A name that can't be decoded is left to the decoder, which rejects it.
        guard next == UInt8(ascii: ":"), !open.isEmpty,
          let name = try? JSONDecoder().decode(String.self, from: Data(text))
        else { break }
        guard open[open.count - 1]?.insert(name).inserted != false else {
          throw AuthPolicyError(.malformed, "the policy has the member \(name.debugDescription) twice in one object")
        }
      default: break
      }
      index += 1
    }
  }

  /// A policy has five: the document, a statement, its condition, an operator, and a list of values.
  private static let maximumDepth = 16

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }
}
