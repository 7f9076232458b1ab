import Foundation
import LocalAWS

/// Auth policies and context values of a command line.
enum PolicyFile {
  /// Reads a policy from a file, or from standard input for `-`.
  static func policy(_ path: String) throws -> AuthPolicy {
    let bytes = try InputFile.prefix(of: path, count: AuthPolicy.maximumBytes + 1)
    guard bytes.count <= AuthPolicy.maximumBytes else {
      throw Failure(
        "Invalid policy \(path): it is too long; the limit is \(AuthPolicy.maximumBytes) bytes. Shorten it.")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure("Invalid policy \(path): it isn't UTF-8. Save it in UTF-8.")
    }
    do { return try AuthPolicy(json: text) } catch { throw Failure("Invalid policy \(path): \(error.message).") }
  }

  /// Sets the values of `KEY=VALUE` texts; a key that is given again has several values.
  static func read(_ texts: [String], into context: inout PolicyContext) throws {
    var values: [(key: String, values: [String])] = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else {
        throw Failure(
          "Invalid --context \(text.debugDescription). Write it as KEY=VALUE, such as aws:PrincipalOrgID=o-1.")
      }
      if let index = values.firstIndex(where: { $0.key == parts[0] }) {
        values[index].values.append(parts[1])
      } else {
        values.append((parts[0], [parts[1]]))
      }
    }
    for (key, values) in values {
      do { try context.set(key, to: values) } catch { throw Failure("Invalid --context: \(error.message).") }
    }
  }

  /// Notes about keys that have no value, variables that aren't replaced, and values in another letter case.
  static func notes(on policies: [AuthPolicy], _ context: PolicyContext) -> [String] {
    var notes: [String] = []
    let keys = Set(policies.flatMap { $0.keysWithoutValue(in: context) }).sorted()
    if !keys.isEmpty {
      notes.append("No request has a value for \(keys.joined(separator: ", ")). Set it with --context KEY=VALUE.")
    }
    if policies.contains(where: \.hasLiteralVariables) {
      notes.append("Variables such as ${aws:username} are replaced only in a policy of Version 2012-10-17.")
    }
    return (notes + policies.flatMap(\.caseMismatches)).map { "Note: \($0)" }
  }
}
