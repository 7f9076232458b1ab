#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// A provider of the credentials in the environment variables `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
///
/// With them go `AWS_SESSION_TOKEN` (or its older name, `AWS_SECURITY_TOKEN`), `AWS_ACCOUNT_ID` and
/// `AWS_CREDENTIAL_EXPIRATION` (ISO 8601). White space around a value is dropped, and a value of nothing else counts as
/// unset. The names are those of the AWS SDKs and Tools Reference Guide, "AWS access keys".
public struct EnvironmentCredentialProvider: CredentialProvider {
  // A closure shows nothing of the secrets when the provider is printed or dumped.
  private let environment: @Sendable () -> [String: String]

  /// Creates a provider.
  ///
  /// - Parameter environment: The variables; where left out, those of the process as they are at each call.
  public init(environment: [String: String]? = nil) {
    self.environment = ProcessEnvironment.closure(environment)
  }

  /// The credentials in the environment.
  ///
  /// - Throws: ``CredentialError`` with the code `notConfigured` when neither key is set, and `misconfigured` when
  ///   only one is, or when the expiration is no date.
  public func credentials() async throws(CredentialError) -> Credentials {
    let environment = environment()
    let value: (String) -> String? = { environment[$0]?.nonBlank }
    return switch (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
    case (let id?, let secret?):
      Credentials(
        accessKeyID: id, secretAccessKey: secret,
        sessionToken: value("AWS_SESSION_TOKEN") ?? value("AWS_SECURITY_TOKEN"),
        expiration: try expiration(value("AWS_CREDENTIAL_EXPIRATION")), accountID: value("AWS_ACCOUNT_ID"))
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
        .misconfigured, "AWS_CREDENTIAL_EXPIRATION is no ISO 8601 date such as 2030-03-17T17:46:40Z.")
    }
    return date
  }
}
