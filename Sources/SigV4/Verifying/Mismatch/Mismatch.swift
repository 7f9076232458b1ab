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
    /// The line's name: `method`, `path`, `query`, `header NAME`, `signed headers`, `payload hash`, `date`, `scope` or
    /// `canonical request hash`.
    public let line: String
    /// The line of the request as it was sent; `nil` where there is none.
    public let sent: String?
    /// The line as the service computed it; `nil` where there is none.
    public let expected: String?

    init(line: String, sent: String?, expected: String?) {
      // Whatever the line is said to be: what a service shows may be cut into lines that mean something else.
      let isToken = line.lowercased().hasSuffix("-token")
      let header = line.hasPrefix("header ") ? String(line.dropFirst(7)) : nil
      let shown = { (text: String) in
        if isToken { return Redaction.placeholder }
        return header.map { Redaction.header($0, text).redactingTokens } ?? text.redactingTokens
      }
      self.line = line.redactingTokens
      self.sent = sent.map(shown)
      self.expected = expected.map(shown)
    }

    /// The line's name and both of its forms.
    public var description: String {
      "\(line)\n  sent:     \(sent ?? "(no such line)")\n  expected: \(expected ?? "(no such line)")"
    }
  }
}

extension Mismatch: CustomStringConvertible {
  /// The explanation, and the lines that differ.
  public var description: String {
    ([explanation] + differences.map(\.description)).joined(separator: "\n")
  }
}
