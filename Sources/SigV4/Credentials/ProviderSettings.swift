extension String {
  /// The longest text that a provider accepts, in bytes: that of a web identity token, the longest that AWS documents.
  static let settingLimit = 20_000
}

extension [String: String] {
  /// Returns the value of the first of the variables that is set and not blank, without the white space around it.
  ///
  /// - Throws: ``CredentialError`` with the code `misconfigured` for a value in quotation marks, or of more than 20,000 bytes.
  func setting(_ names: String...) throws(CredentialError) -> String? {
    for name in names {
      guard let text = self[name]?.nonBlank else { continue }
      guard text.utf8.count <= String.settingLimit else {
        throw CredentialError(
          .misconfigured, "The value of \(name) is \(text.utf8.count) bytes long; the limit is \(String.settingLimit).")
      }
      guard !text.isInQuotationMarks else {
        throw CredentialError(
          .misconfigured,
          "The value of \(name) has quotation marks around it: remove them. Files of variables, such as those of docker"
            + " --env-file, pass them on.")
      }
      return text
    }
    return nil
  }

  /// Returns a value from code, or else the first of the variables that is set, as ``setting(_:)`` does.
  func setting(_ given: String?, or names: String...) throws(CredentialError) -> String? {
    if let given = given?.nonBlank { return given }
    for name in names { if let text = try setting(name) { return text } }
    return nil
  }
}
