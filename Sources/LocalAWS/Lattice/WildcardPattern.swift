/// A pattern in which `*` matches any characters and `?` any one, as in IAM's actions, resources and `StringLike`.
struct WildcardPattern: Sendable, Hashable {
  private let pattern: [Unicode.Scalar]

  init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

  func matches(_ text: String) -> Bool {
    let text = Array(text.unicodeScalars)
    var inText = 0
    var inPattern = 0
    var lastStar: (inPattern: Int, inText: Int)?
    while inText < text.count {
      if inPattern < pattern.count, pattern[inPattern] == "*" {
        lastStar = (inPattern, inText)
        inPattern += 1
      } else if inPattern < pattern.count, pattern[inPattern] == "?" || pattern[inPattern] == text[inText] {
        inPattern += 1
        inText += 1
      } else if let star = lastStar {
        // Only the latest star need ever give way, which keeps this from being exponential.
        lastStar = (star.inPattern, star.inText + 1)
        inPattern = star.inPattern + 1
        inText = star.inText + 1
      } else {
        return false
      }
    }
    return pattern[inPattern...].allSatisfy { $0 == "*" }
  }
}
