public struct InstanceMetadataProvider: CredentialProvider {
  public init(endpoint: String? = nil) {}
  public func credentials() async throws -> Credentials { throw CredentialError(.notAvailable, "stub") }
}
