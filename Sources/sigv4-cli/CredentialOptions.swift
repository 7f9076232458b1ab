import ArgumentParser
import SigV4

/// The option of every command that looks for credentials.
struct CredentialOptions: ParsableArguments {
  @Option(help: "The profile to use, even if the environment has keys. Defaults to AWS_PROFILE, then to default.")
  var profile: String?

  /// The credentials that the SDKs would use.
  ///
  /// An interrupt ends the programs that the lookup started.
  func find() async throws -> Credentials {
    let chain = CredentialChain(profile: profile)
    return try await Interruptible.run { try await chain.credentials() }
  }

  /// Each provider's result, up to the first that has credentials.
  func attempts() async throws -> [CredentialChain.Attempt] {
    let chain = CredentialChain(profile: profile)
    return try await Interruptible.run { await chain.explain() }
  }
}
