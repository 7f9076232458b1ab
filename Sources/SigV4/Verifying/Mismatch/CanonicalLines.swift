/// The lines of a canonical request, each by its name.
struct CanonicalLines {
  var method: String
  var path: String
  var query: String
  var headers: [(name: String, value: String)]
  var signedHeaders: String
  var payloadHash: String

  /// Reads a canonical request; `nil` for a text that is none, as when its line breaks are lost.
  init?(_ text: String) {
    // Byte by byte, since a mark that combines with the colon before it would hide that.
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
    guard lines.count >= 6, lines[lines.count - 3].isEmpty else { return nil }
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
    for name in Set((headers + expected.headers).map(\.name)).sorted() {
      compare("header \(name)", header(name), expected.header(name))
    }
    compare("signed headers", signedHeaders, expected.signedHeaders)
    compare("payload hash", payloadHash, expected.payloadHash)
    return found
  }
}
