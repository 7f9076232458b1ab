#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// Reads credentials from the environment variables `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
///
/// `AWS_SESSION_TOKEN` (or its older name, `AWS_SECURITY_TOKEN`), `AWS_ACCOUNT_ID` and `AWS_CREDENTIAL_EXPIRATION`
/// (ISO 8601) are read too. White space around a value is ignored, and a blank variable counts as unset. The names are those
/// of the AWS SDKs and Tools Reference Guide, "AWS access keys".
///
/// ```swift
/// try await signer.sign(&request, with: EnvironmentCredentialProvider())
/// ```
public struct EnvironmentCredentialProvider: CredentialProvider {
  // A closure hides the secrets when the provider is printed or dumped.
  private let environment: @Sendable () -> [String: String]

  /// Creates a provider.
  ///
  /// - Parameter environment: The environment variables. By default the process's, read at each call.
  public init(environment: [String: String]? = nil) {
    self.environment = ProcessEnvironment.closure(environment)
  }

  /// Returns the credentials in the environment.
  ///
  /// - Throws: ``CredentialError`` with one of these codes:
  ///   - `notConfigured`: Neither key is set.
  ///   - `misconfigured`: Only one key is set, a value has quotation marks around it, or the expiration isn't a date.
  public func credentials() async throws(CredentialError) -> Credentials {
    let environment = environment()
    return switch (try environment.setting("AWS_ACCESS_KEY_ID"), try environment.setting("AWS_SECRET_ACCESS_KEY")) {
    case (let id?, let secret?):
      Credentials(
        accessKeyID: id, secretAccessKey: secret,
        sessionToken: try environment.setting("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
        expiration: try expiration(environment.setting("AWS_CREDENTIAL_EXPIRATION")),
        accountID: try environment.setting("AWS_ACCOUNT_ID"))
    case (nil, nil):
      throw CredentialError(.notConfigured, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY aren't set.")
    case (_?, nil):
      throw CredentialError(
        .misconfigured, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY isn't: set both or neither.")
    case (nil, _?):
      throw CredentialError(
        .misconfigured, "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID isn't: set both or neither.")
    }
  }

  private func expiration(_ text: String?) throws(CredentialError) -> Date? {
    guard let text else { return nil }
    guard let date = ISO8601.date(text) else {
      throw CredentialError(
        .misconfigured, "AWS_CREDENTIAL_EXPIRATION isn't an ISO 8601 date: use one such as 2030-03-17T17:46:40Z.")
    }
    return date
  }
}
