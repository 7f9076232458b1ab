import ArgumentParser
import Foundation
import SigV4

/// Shows the credentials and their provider, without their secrets.
struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "Shows which credentials the SDKs would use, and their provider. Shows no secret.",
    discussion: "The exit code is 0 if a provider has credentials, otherwise 1.")

  @Option(help: "The profile to use, even if the environment has keys. Defaults to AWS_PROFILE, then to default.")
  var profile: String?

  @Flag(help: "Show why each provider before it has no credentials.")
  var explain = false

  func run() async throws {
    let attempts = await CredentialChain(profile: profile).explain()
    for attempt in attempts {
      switch attempt.result {
      case .success(let credentials): Self.show(credentials, of: attempt.provider)
      case .failure(let error) where explain: print("\(attempt.provider): \(error)")
      case .failure: continue
      }
    }
    guard case .failure(let error)? = attempts.last?.result else { return }
    if !explain { SigningTrace.note("No credentials; use --explain for details. The last reason: \(error)") }
    throw ExitCode(1)
  }

  private static func show(_ credentials: Credentials, of provider: String) {
    print(
      """
      \(provider)
        key id:  \(credentials.accessKeyID)
        token:   \(credentials.sessionToken == nil ? "none, these are long-term keys" : "present")
        expires: \(credentials.expiration.map { $0.formatted(.iso8601) } ?? "unknown")
        account: \(credentials.accountID ?? "unknown")
      """)
  }
}
