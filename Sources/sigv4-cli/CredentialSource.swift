import SigV4

/// Where the program finds its credentials: in the environment, or else at the instance's role.
struct CredentialSource: CredentialProvider {
  func credentials() async throws -> Credentials {
    do {
      return try await EnvironmentCredentialProvider().credentials()
    } catch let error where error.code == .notConfigured {
      return try await InstanceMetadataProvider().credentials()
    }
  }
}
