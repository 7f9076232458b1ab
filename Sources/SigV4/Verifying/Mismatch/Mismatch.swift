/// Why a service rejected a request: the cause, how certain it is, and the lines that differ.
///
/// Contains neither a secret nor a session token, nor any 8 characters of one in a row.
public struct Mismatch: Sendable, Hashable {
  /// The cause, for code to act on.
  public let cause: Cause
  /// How certain the cause is; `nil` if the cause can't be told.
  public let certainty: Certainty?
  /// The cause and the remedy in words.
  public let explanation: String
  /// The lines in which the service's canonical request or string to sign differs from that of the request.
  public let differences: [Difference]

  init(_ cause: Cause, _ certainty: Certainty?, _ explanation: String, _ differences: [Difference] = []) {
    self.cause = cause
    self.certainty = certainty
    self.explanation = explanation
    self.differences = differences
  }

  /// How certain a cause is.
  public enum Certainty: String, Sendable, Hashable {
    /// The service names the cause, the request shows it, or the mistake yields the signature that was sent.
    case certain
    /// The most probable cause; others are possible.
    case likely
  }

  /// A line that differs.
  public struct Difference: Sendable, Hashable, CustomStringConvertible {
    /// The line's name: `method`, `path`, `query`, `header NAME`, `signed headers`, `payload hash`, `date`, `scope` or
    /// `canonical request hash`.
    public let line: String
    /// The line of the request as it was sent; `nil` if the request has no such line.
    public let sent: String?
    /// The line as the service computed it; `nil` if the service has no such line.
    public let expected: String?

    init(line: String, sent: String?, expected: String?) {
      // A service's text can be split into lines in unexpected places, so every part is searched for tokens.
      let isToken = line.utf8.suffix(6).asciiLowercased == "-token"
      let header = line.utf8.starts(with: "header ".utf8) ? String(Substring(line.utf8.dropFirst(7))) : nil
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
  /// `certain`, `likely` or `unknown`, the explanation, and the lines that differ.
  public var description: String {
    (["\(certainty?.rawValue ?? "unknown"): \(explanation)"] + differences.map(\.description)).joined(separator: "\n")
  }
}

extension Mismatch {
  /// The same without any part of a secret.
  func redacted(_ secrets: SecretRuns) -> Mismatch {
    let differences = differences.map { difference in
      Difference(
        line: secrets.removed(from: difference.line), sent: difference.sent.map(secrets.removed(from:)),
        expected: difference.expected.map(secrets.removed(from:)))
    }
    return Mismatch(cause, certainty, secrets.removed(from: explanation), differences)
  }
}
