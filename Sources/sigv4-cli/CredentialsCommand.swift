import ArgumentParser
import Foundation
import SigV4

/// Tells where the credentials come from, and never a secret.
struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "Tells which provider has credentials, and which; never a secret.",
    discussion: "Exit code 0 where there are credentials, 1 where there are none.")

  @Option(help: "The profile in the shared files, which beats keys in the environment; AWS_PROFILE or default.")
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
    if !explain { SigningTrace.note("No credentials; --explain tells why. The last reason: \(error)") }
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
