/// A provider of the credentials of a profile in the shared config and credentials files.
///
/// A profile may hold an access key pair, name a role to assume (`role_arn`) with another profile (`source_profile`), a
/// source (`credential_source`) or a token's file (`web_identity_token_file`), or a command that prints credentials
/// (`credential_process`). Profiles that need a person, with IAM Identity Center, `aws login` or an MFA code, are
/// refused with a hint at what to do. The names are those of the AWS SDKs and Tools Reference Guide.
///
/// Each call reads the files anew; put it behind a cache to sign requests with it.
public struct ProfileCredentialProvider: CredentialProvider {
  private let profile: String?
  private let configFile: String?
  private let credentialsFile: String?
  private let environment: @Sendable () -> [String: String]
  private let transport: any HTTPTransport
  private let files: ProviderFiles
  private let clock: ProviderClock

  /// Creates a provider; each parameter that is left out is taken from its environment variable, and then from its default.
  ///
  /// - Parameters:
  ///   - profile: The profile's name (`AWS_PROFILE`); `default`.
  ///   - configFile: The path of the config file (`AWS_CONFIG_FILE`); `~/.aws/config`.
  ///   - credentialsFile: The path of the credentials file (`AWS_SHARED_CREDENTIALS_FILE`); `~/.aws/credentials`.
  ///   - environment: The variables; where left out, those of the process as they are at each call.
  ///   - transport: How STS and container endpoints are asked; it must speak `https`.
  public init(
    profile: String? = nil,
    configFile: String? = nil,
    credentialsFile: String? = nil,
    environment: [String: String]? = nil,
    transport: any HTTPTransport = DefaultTransport()
  ) {
    self.init(
      profile: profile, configFile: configFile, credentialsFile: credentialsFile, environment: environment,
      transport: transport, files: ProviderFiles(), clock: ProviderClock())
  }

  package init(
    profile: String? = nil, configFile: String? = nil, credentialsFile: String? = nil, environment: [String: String]?,
    transport: any HTTPTransport, files: ProviderFiles, clock: ProviderClock
  ) {
    self.profile = profile
    self.configFile = configFile
    self.credentialsFile = credentialsFile
    self.environment = ProcessEnvironment.closure(environment)
    self.transport = transport
    self.files = files
    self.clock = clock
  }

  /// The credentials of the profile.
  ///
  /// - Throws: ``CredentialError``: `notConfigured` when there is no default profile, or no credentials in the profile;
  ///   `misconfigured` when a profile that is named isn't there, or holds what can't be used; and what the sources
  ///   that it names throw.
  public func credentials() async throws -> Credentials {
    let environment = environment()
    let profiles = try await SharedProfiles(config: configFile, credentials: credentialsFile, environment, files)
    let named = profile?.nonBlank ?? environment["AWS_PROFILE"]?.nonBlank
    guard named != nil || profiles["default"] != nil else {
      throw CredentialError(
        .notConfigured, "AWS_PROFILE isn't set, and there is no profile \"default\" in \(profiles.place).")
    }
    let region = environment["AWS_REGION"]?.nonBlank ?? environment["AWS_DEFAULT_REGION"]?.nonBlank
    let plan = try ProfilePlan(named ?? "default", of: profiles, region: region)
    return try await provider(for: plan, environment).credentials()
  }

  private func provider(for plan: ProfilePlan, _ environment: [String: String]) -> any CredentialProvider {
    switch plan {
    case .keys(let credentials):
      StaticCredentialProvider(credentials)
    case .named(.environment):
      EnvironmentCredentialProvider(environment: environment)
    case .named(.instanceMetadata):
      InstanceMetadataProvider(environment: environment, clock: clock)
    case .named(.container):
      ContainerCredentialProvider(environment: environment, transport: transport, files: files, clock: clock)
    case .webIdentity(let settings):
      WebIdentityCredentialProvider(
        settings, environment: environment, transport: transport, files: files, clock: clock)
    case .process(let command):
      ProcessCredentialProvider(command: command, environment: environment)
    case .role(let settings, let source):
      AssumeRoleCredentialProvider(
        settings, source: provider(for: source, environment), environment: { environment }, transport: transport,
        clock: clock)
    }
  }
}
