extension String {
  /// The text for a message: in quotation marks, without control characters, and not longer than 200 characters.
  var quoted: String {
    let isLong = count > 200
    let text = String(prefix(200).map { ($0.asciiValue ?? 0x20) < 0x20 ? " " : $0 })
    return "\"\(text)\(isLong ? "…" : "")\""
  }

  /// The text, cut to 200 characters.
  var bounded: String { String(prefix(200)) }

  /// Whether the text has the beginning of a secret in it, as answers have that tell the request again.
  fileprivate func quotes(_ secret: String?) -> Bool {
    guard let beginning = secret?.trimmed.prefix(16), !beginning.isEmpty else { return false }
    return contains(beginning)
  }
}

extension [String] {
  /// A source's own words for an error, as they go on in a message: after a colon and quoted.
  ///
  /// Those that tell a secret of the request again are left out; where no word is left there is no colon.
  func told(without secret: String?) -> String {
    let words = filter { !$0.isEmpty && !$0.quotes(secret) }.map(\.quoted)
    return words.isEmpty ? "" : ": \(words.joined(separator: ", "))"
  }
}
