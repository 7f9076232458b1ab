import SigV4

/// Where the program finds its credentials.
enum CredentialSource {
  /// The environment, or else the instance's role.
  static var standard: some CredentialProvider { InstanceMetadataProvider() }
}
