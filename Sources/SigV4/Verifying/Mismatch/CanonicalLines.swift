/// The lines of a canonical request, each by its name.
struct CanonicalLines {
  var method: String
  var path: String
  var query: String
  var headers: [(name: String, value: String)]
  var signedHeaders: String
  var payloadHash: String

  /// Reads a canonical request, with or without line breaks around it; `nil` for a text that is none, as when the line
  /// breaks within are lost.
  init?(_ text: String) {
    // Byte by byte, since a mark that combines with the colon before it would hide that.
    let start = text.utf8.firstIndex { $0 != 0x0A } ?? text.endIndex
    let end = text.utf8.lastIndex { $0 != 0x0A }.map { text.utf8.index(after: $0) } ?? start
    let lines = text.utf8[start..<max(start, end)].split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard lines.count >= 6, lines[lines.count - 3].isEmpty, lines[0].utf8.allSatisfy(\.isTokenCharacter),
      lines[1].utf8.first == 0x2F
    else { return nil }
    method = lines[0]
    path = lines[1]
    query = lines[2]
    headers = lines[3..<(lines.count - 3)].map { line in
      let name = line.utf8.prefix { $0 != 0x3A }
      return (String(Substring(name)), String(Substring(line.utf8.dropFirst(name.count + 1))))
    }
    signedHeaders = lines[lines.count - 2]
    payloadHash = lines[lines.count - 1]
  }

  var text: String {
    ([method, path, query] + headers.map { "\($0.name):\($0.value)" } + ["", signedHeaders, payloadHash])
      .joined(separator: "\n")
  }

  /// The value of a header; `nil` where there is no such line.
  func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }

  private var valuesByName: [String: String] {
    Dictionary(headers.map { ($0.name, $0.value) }) { first, _ in first }
  }

  mutating func setHeader(_ name: String, _ value: String) {
    for index in headers.indices where headers[index].name == name { headers[index].value = value }
  }

  /// The lines in which two requests differ, in their order.
  func differences(from expected: CanonicalLines) -> [Mismatch.Difference] {
    var found: [Mismatch.Difference] = []
    let compare = { (line: String, sent: String?, expected: String?) in
      if sent != expected { found.append(Mismatch.Difference(line: line, sent: sent, expected: expected)) }
    }
    compare("method", method, expected.method)
    compare("path", path, expected.path)
    compare("query", query, expected.query)
    // By name at once: whoever sends the expected lines may send many.
    let (values, expectedValues) = (valuesByName, expected.valuesByName)
    for name in Set(values.keys).union(expectedValues.keys).sorted() {
      compare("header \(name)", values[name], expectedValues[name])
    }
    compare("signed headers", signedHeaders, expected.signedHeaders)
    compare("payload hash", payloadHash, expected.payloadHash)
    return found
  }
}
