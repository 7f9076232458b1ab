extension String {
  /// The text for a message: in quotation marks, without control characters, and not longer than 200 characters.
  var quoted: String {
    let isLong = count > 200
    let text = String(
      prefix(200).map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0 })
    return "\"\(text)\(isLong ? "…" : "")\""
  }

  /// The text, cut to 200 characters.
  var bounded: String { String(prefix(200)) }
}

extension [String] {
  /// A source's own words for an error, as they go on in a message: after a colon, quoted, and without `secrets`.
  ///
  /// Where there are no words there is no colon.
  func told(without secrets: SecretRuns) -> String {
    let words = filter { !$0.isEmpty }.map { secrets.removed(from: $0).quoted }
    return words.isEmpty ? "" : ": \(words.joined(separator: ", "))"
  }
}
