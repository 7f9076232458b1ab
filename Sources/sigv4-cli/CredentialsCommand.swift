import ArgumentParser
import Foundation
import SigV4

/// Shows the source of the credentials, and never a secret.
struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "Show which provider has credentials, and which; never a secret.",
    discussion: "Exit code 0 if there are credentials, otherwise 1.")

  @Option(help: "The profile in the shared files, used before keys in the environment; AWS_PROFILE or default.")
  var profile: String?

  @Flag(help: "Tell why each provider before has none.")
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
        token:   \(credentials.sessionToken == nil ? "none: these are long-term keys" : "there is one")
        expires: \(credentials.expiration.map { $0.formatted(.iso8601) } ?? "never, as far as is known")
        account: \(credentials.accountID ?? "not told")
      """)
  }
}
