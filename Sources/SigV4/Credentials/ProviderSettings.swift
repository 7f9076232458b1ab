extension String {
  /// The maximum size of a setting, in bytes: that of a web identity token, the longest that AWS documents.
  static let settingLimit = 20_000
}

extension [String: String] {
  /// Returns the trimmed value of the first variable that is set and not blank.
  ///
  /// - Throws: ``CredentialError`` with the code `misconfigured` for a value in quotation marks or over 20,000 bytes.
  func setting(_ names: String...) throws(CredentialError) -> String? {
    for name in names {
      guard let text = self[name]?.nonBlank else { continue }
      guard text.utf8.count <= String.settingLimit else {
        throw CredentialError(
          .misconfigured,
          "The value of \(name) is \(text.utf8.count) bytes long; the limit is \(String.settingLimit). Shorten it."
        )
      }
      guard !text.isInQuotationMarks else {
        throw CredentialError(
          .misconfigured,
          "The value of \(name) has quotation marks around it: remove them. Files of variables, such as those of"
            + " docker --env-file, don't need them.")
      }
      return text
    }
    return nil
  }

  /// Returns the value from code; defaults to the first variable that is set, as in ``setting(_:)``.
  func setting(_ given: String?, or names: String...) throws(CredentialError) -> String? {
    if let given = given?.nonBlank { return given }
    for name in names { if let text = try setting(name) { return text } }
    return nil
  }
}

/// A service whose endpoint the caller can configure.
struct ConfigurableEndpoint {
  static let instanceMetadata = ConfigurableEndpoint(service: "instance metadata", example: "http://169.254.169.254")
  static let securityToken = ConfigurableEndpoint(service: "STS", example: "https://sts.us-west-2.amazonaws.com")

  /// The name of the service in errors.
  let service: String
  /// A valid endpoint.
  let example: String

  /// Returns a base URL without trailing slashes.
  ///
  /// - Parameters:
  ///   - url: The URL.
  ///   - setting: The variable, the property or the parameter that contains it.
  /// - Returns: The base URL.
  /// - Throws: ``CredentialError`` with the code `misconfigured` if the URL isn't a base URL.
  func checked(_ url: String, _ setting: String) throws(CredentialError) -> String {
    guard let base = url.baseURL else { throw invalid(setting) }
    return base
  }

  /// Returns the error for an endpoint that isn't a base URL; it never quotes the endpoint, which can contain a password.
  func invalid(_ setting: String) -> CredentialError {
    CredentialError(
      .misconfigured,
      "Invalid endpoint of \(service) (\(setting)): use a URL such as \(example), without quotation marks, a user, a query"
        + " or a fragment.")
  }
}
