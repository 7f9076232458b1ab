/// Why a service refused a signature: the line that differs, and the likely cause in plain words.
///
/// It never holds a secret, and shows a session token as `<redacted>`.
public struct Mismatch: Sendable, Hashable {
  /// What the cause is, for code to act upon.
  public let cause: Cause
  /// The likely cause and what to do about it: one sentence or two.
  public let explanation: String
  /// The lines in which the service's canonical request, or string to sign, differs from that of the request.
  public let differences: [Difference]

  /// A line that differs.
  public struct Difference: Sendable, Hashable, CustomStringConvertible {
    /// The line's name: `method`, `path`, `query`, `header NAME`, `signed headers`, `payload hash`, `date` or `scope`.
    public let line: String
    /// The line of the request as it was sent; `nil` where there is none.
    public let sent: String?
    /// The line as the service computed it; `nil` where there is none.
    public let expected: String?

    init(line: String, sent: String?, expected: String?) {
      self.line = line
      self.sent = sent.map { Self.redacted($0, line) }
      self.expected = expected.map { Self.redacted($0, line) }
    }

    /// The line's name and both of its forms.
    public var description: String {
      "\(line)\n  sent:     \(sent ?? "(no such line)")\n  expected: \(expected ?? "(no such line)")"
    }

    private static func redacted(_ text: String, _ line: String) -> String {
      if line.hasSuffix("-token") { return "<redacted>" }
      guard line == "query" else { return text }
      return text.utf8.split(separator: 0x26, omittingEmptySubsequences: false).map { parameter in
        let tokens = ["X-Amz-Security-Token=", "X-Amz-S3session-Token="]
        let token = tokens.first { parameter.starts(with: $0.utf8) }
        return token.map { "\($0)<redacted>" } ?? String(Substring(parameter))
      }.joined(separator: "&")
    }
  }
}

extension Mismatch: CustomStringConvertible {
  /// The explanation, and the lines that differ.
  public var description: String {
    ([explanation] + differences.map(\.description)).joined(separator: "\n")
  }
}
