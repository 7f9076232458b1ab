import SigV4

// Security decisions compare texts by their bytes. `==` also equates texts that are canonically equivalent in Unicode, such as
// the letter K and the Kelvin sign.
extension StringProtocol {
  /// Whether both are the same bytes.
  func isSame(as other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Whether both are the same bytes, ignoring the case of ASCII letters.
  func isSameIgnoringCase(as other: some StringProtocol) -> Bool {
    utf8.asciiLowercased.isSame(as: other.utf8.asciiLowercased)
  }

  /// Whether the text begins with these bytes.
  func begins(with prefix: some StringProtocol) -> Bool { utf8.starts(with: prefix.utf8) }
}
