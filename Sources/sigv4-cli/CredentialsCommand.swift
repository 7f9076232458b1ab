import ArgumentParser
import Foundation
import SigV4

/// Shows the credentials and their provider, without their secrets unless a format is given.
struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "Shows which credentials the AWS SDKs would use, and their provider.",
    discussion: """
      Providers are tried in this order: environment, profile, web identity, container, instance metadata.

      Shows no secret, except with --format. This option prints the secret access key and the session token for other \
      programs:
        env      for eval in sh
        process  for credential_process in a profile
        json     for other uses

      Exit codes:
        0   a provider has credentials
        1   no provider has credentials
        64  an option is invalid

      Examples:

        sigv4-cli credentials --explain
        sigv4-cli credentials --profile backup --json
        eval "$(sigv4-cli credentials --profile backup --format env)"
        credential_process = sigv4-cli credentials --format process
      """)

  @OptionGroup var source: CredentialOptions

  @Flag(help: "Show each provider that was tried, and why it has no credentials.")
  var explain = false

  @Option(help: "Print the credentials with their secrets.")
  var format: Format?

  @Flag(help: "Print the result as JSON, without secrets.")
  var json = false

  /// The formats that contain the secrets.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case env, process, json
  }

  /// A provider's result, for other programs, without secrets.
  private struct Report: Encodable {
    let provider: String
    var accessKeyId: String?
    var isTemporary: Bool?
    var expiration: String?
    var accountId: String?
    var error: String?

    init(_ attempt: CredentialChain.Attempt) {
      provider = attempt.provider
      switch attempt.result {
      case .success(let credentials):
        accessKeyId = credentials.accessKeyID
        isTemporary = credentials.sessionToken != nil
        expiration = credentials.expiration?.formatted(.iso8601)
        accountId = credentials.accountID
      case .failure(let failure): error = "\(failure)"
      }
    }
  }

  func validate() throws {
    guard format == nil || !json && !explain else {
      throw ValidationError("--format can't be combined with --json or --explain, which show no secret.")
    }
  }

  func run() async throws {
    let attempts = try await source.attempts()
    if json {
      for attempt in attempts where explain || attempt.provider == attempts.last?.provider {
        print(try JSONLine.text(Report(attempt)))
      }
    }
    for attempt in attempts where !json {
      switch attempt.result {
      case .success(let credentials):
        print(
          try format.map { try Self.text(of: credentials, in: $0) } ?? Self.summary(of: credentials, attempt.provider))
      case .failure(let error) where explain: print("\(attempt.provider): \(error)")
      case .failure: continue
      }
    }
    guard case .failure(let error)? = attempts.last?.result else { return }
    if !explain {
      SigningTrace.note("No provider has credentials. Use --explain for details. The last reason: \(error)")
    }
    throw ExitCode(1)
  }

  private static func summary(of credentials: Credentials, _ provider: String) -> String {
    """
    \(provider)
      key id:  \(credentials.accessKeyID)
      token:   \(credentials.sessionToken == nil ? "none, these are long-term keys" : "present")
      expires: \(credentials.expiration.map { $0.formatted(.iso8601) } ?? "unknown")
      account: \(credentials.accountID ?? "unknown")
    """
  }

  /// The credentials for another program, with their secrets.
  static func text(of credentials: Credentials, in format: Format) throws -> String {
    let expiration = credentials.expiration?.formatted(.iso8601)
    switch format {
    case .env:
      let variables = [
        ("AWS_ACCESS_KEY_ID", credentials.accessKeyID), ("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey),
        ("AWS_SESSION_TOKEN", credentials.sessionToken), ("AWS_CREDENTIAL_EXPIRATION", expiration),
      ]
      // A token of earlier credentials must not stay.
      return variables.map { name, value in
        value.map { "export \(name)=\(CurlText.quoted($0))" } ?? "unset \(name)"
      }.joined(separator: "\n")
    case .process:
      struct Document: Encodable {
        enum CodingKeys: String, CodingKey {
          case version = "Version"
          case accessKeyID = "AccessKeyId"
          case secretAccessKey = "SecretAccessKey"
          case sessionToken = "SessionToken"
          case expiration = "Expiration"
          case accountID = "AccountId"
        }
        let version = 1
        let accessKeyID: String
        let secretAccessKey: String
        let sessionToken: String?
        let expiration: String?
        let accountID: String?
      }
      return try JSONLine.text(
        Document(
          accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
          sessionToken: credentials.sessionToken, expiration: expiration, accountID: credentials.accountID))
    case .json:
      struct Document: Encodable {
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String?
        let expiration: String?
        let accountId: String?
      }
      return try JSONLine.text(
        Document(
          accessKeyId: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
          sessionToken: credentials.sessionToken, expiration: expiration, accountId: credentials.accountID))
    }
  }
}
