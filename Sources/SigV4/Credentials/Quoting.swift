extension String {
  /// The text for a message: in quotation marks, without control characters, and not longer than 200 characters.
  var quoted: String {
    let isLong = count > 200
    let text = String(prefix(200).map { ($0.asciiValue ?? 0x20) < 0x20 ? " " : $0 })
    return "\"\(text)\(isLong ? "…" : "")\""
  }

  /// Whether the text has the beginning of a secret in it, as answers have that tell the request again.
  func quotes(_ secret: String?) -> Bool {
    guard let beginning = secret?.trimmed.prefix(16), !beginning.isEmpty else { return false }
    return contains(beginning)
  }
}
