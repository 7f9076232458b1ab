extension String {
  // Scalars, since one character may have any number of them.

  /// The text for a message: in quotation marks, without control characters, and not longer than 200 scalars.
  var quoted: String {
    var text = String.UnicodeScalarView()
    for scalar in bounded.unicodeScalars { text.append(scalar.properties.generalCategory == .control ? " " : scalar) }
    return "\"\(String(text))\(unicodeScalars.dropFirst(200).isEmpty ? "" : "…")\""
  }

  /// The text, cut to 200 scalars.
  var bounded: String { String(unicodeScalars.prefix(200)) }
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
