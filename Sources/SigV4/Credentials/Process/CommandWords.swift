/// A command line, split into words without a shell.
///
/// White space separates words; `'…'` keeps everything, `"…"` everything but `\"` and `\\`; outside of them a backslash
/// keeps the next character. Nothing else has a meaning: no variables, no pipes, no patterns.
enum CommandWords {
  /// The words; `nil` where a quotation mark or a backslash has no other half.
  static func split(_ command: String) -> [String]? {
    var words: [String.UnicodeScalarView] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    // Scalars, since a mark that combines with a space or a quotation mark would hide that.
    var rest = command.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch (quote, scalar) {
      case (nil, " "), (nil, "\t"), (nil, "\n"), (nil, "\r"):
        if let done = word { words.append(done) }
        word = nil
        continue
      case (nil, "'"), (nil, "\""):
        quote = scalar
        word = word ?? .init()
        continue
      case (let mark?, _) where scalar == mark:
        quote = nil
        continue
      case (nil, "\\"), ("\"", "\\"):
        guard let next = rest.popFirst() else { return nil }
        if quote != nil, next != "\"", next != "\\" { word?.append(scalar) }
        word = word ?? .init()
        word?.append(next)
      default:
        word = word ?? .init()
        word?.append(scalar)
      }
    }
    guard quote == nil else { return nil }
    if let word { words.append(word) }
    return words.map { String($0) }
  }
}
