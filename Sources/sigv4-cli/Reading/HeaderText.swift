import Foundation
import SigV4

/// A header as an option gives it.
enum HeaderText {
  /// Reads `Name: value`.
  ///
  /// - Throws: ``Failure`` for a text without a colon, and for a name that isn't a token (RFC 9110, 5.6.2). The same applies
  ///   to a control character other than a tab in the value (RFC 9110, 5.5).
  static func field(_ text: String) throws -> HeaderField {
    guard let field = split(text) else { throw malformed(text, "it has no colon") }
    guard !field.name.isEmpty, field.name.utf8.allSatisfy(\.isTokenCharacter) else {
      throw malformed(text, "the name contains a character that isn't allowed")
    }
    guard !hasControlCharacter(text) else { throw malformed(text, "it contains a control character or a line break") }
    return field
  }

  /// Splits a text at its first colon, and trims spaces and tabs around the value; `nil` without a colon.
  static func split(_ text: String) -> HeaderField? {
    let bytes = text.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return HeaderField(
      String(Substring(bytes[..<colon])), trimmed(Substring(bytes[bytes.index(after: colon)...])))
  }

  /// Reads an `-H` of curl: `Name: value`, `Name;` for an empty value, or `Name:`, which removes what curl would add.
  ///
  /// - Returns: `nil` for a text that curl ignores; a value of `nil` for a removed header.
  static func curlField(_ text: String) throws -> (name: String, value: String?)? {
    if hasControlCharacter(text) {
      throw Failure(
        "The curl command's header\(shown(text)) contains a control character or a line break, which curl sends unchanged. Remove it."
      )
    }
    if let field = split(text) {
      return field.name.isEmpty ? nil : (field.name, field.value.isEmpty ? nil : field.value)
    }
    let bytes = text.utf8
    guard let mark = bytes.firstIndex(of: UInt8(ascii: ";")), bytes.index(after: mark) == bytes.endIndex else {
      return nil
    }
    let name = String(Substring(bytes[..<mark]))
    return name.isEmpty ? nil : (name, "")
  }

  private static func trimmed(_ text: Substring) -> String {
    let blanks = Set([UInt8(ascii: " "), UInt8(ascii: "\t")])
    var bytes = text.utf8.drop { blanks.contains($0) }
    while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
    return String(Substring(bytes))
  }

  private static func hasControlCharacter(_ text: String) -> Bool {
    text.utf8.contains { $0 < ASCII.space && $0 != UInt8(ascii: "\t") || $0 == ASCII.delete }
  }

  /// The name of a header, if it has one: all else may be a secret.
  private static func shown(_ text: String) -> String {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
    return " " + String(Substring(text.utf8[..<colon].prefix(60))).debugDescription
  }

  private static func malformed(_ text: String, _ reason: String) -> Failure {
    Failure("Invalid header\(shown(text)): \(reason). Write it as 'Name: value'.")
  }
}
