import Testing

@testable import LocalAWS

@Suite struct WildcardPatternTests {
  private static func elements(_ pattern: String) -> [WildcardPattern.Element] {
    pattern.unicodeScalars.map { $0 == "*" ? .anyCharacters : $0 == "?" ? .anyCharacter : .character($0) }
  }

  /// The definition: a star matches nothing, or a character and the rest again.
  private static func matches(_ pattern: Substring, _ text: Substring) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == "*" {
      return matches(pattern.dropFirst(), text) || !text.isEmpty && matches(pattern, text.dropFirst())
    }
    return !text.isEmpty && (first == "?" || first == text.first) && matches(pattern.dropFirst(), text.dropFirst())
  }

  private static func all(_ alphabet: String, upTo count: Int) -> [String] {
    (0..<count).reduce([[""]]) { texts, _ in
      texts + [texts[texts.count - 1].flatMap { text in alphabet.map { text + [$0] } }]
    }
    .flatMap(\.self)
  }

  @Test func `every short pattern matches according to the definition`() {
    let texts = Self.all("ab", upTo: 4)
    for pattern in Self.all("ab*?", upTo: 4) {
      let compiled = WildcardPattern(Self.elements(pattern))
      for text in texts {
        #expect(
          compiled.matches(text.unicodeScalars) == Self.matches(pattern[...], text[...]), "\(pattern) of \(text)")
      }
    }
  }

  @Test(arguments: [62, 63, 64, 65, 127, 128, 129, 200])
  func `long patterns match across the bounds of words`(count: Int) {
    let text = String(repeating: "ab", count: count).prefix(count)
    for pattern in [
      "\(text)", "*\(text)", "\(text)*", "\(text.dropLast())?", "*\(text.dropFirst())", "a*\(text.suffix(9))",
    ] {
      let compiled = WildcardPattern(Self.elements(pattern))
      #expect(compiled.matches(text.unicodeScalars), "\(pattern)")
      #expect(!compiled.matches((text + "c").unicodeScalars) || pattern.hasSuffix("*"))
      #expect(!compiled.matches(text.dropLast().unicodeScalars) || pattern.hasSuffix("*") && count == 0)
    }
  }

  @Test func `no pattern needs more steps than its words times the characters`() {
    // A matcher that backtracks would need 10⁸ steps or more.
    let text = String(repeating: "a", count: 100_000)
    for pattern in [String(repeating: "*a", count: 1000) + "b", "*" + String(repeating: "a", count: 1000) + "b*"] {
      #expect(!WildcardPattern(Self.elements(pattern)).matches(text.unicodeScalars))
    }
  }
}
