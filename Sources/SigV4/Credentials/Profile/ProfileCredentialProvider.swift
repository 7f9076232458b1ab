/// Reads the credentials of a profile in the shared config and credentials files.
///
/// A profile may contain an access key pair, name a role to assume (`role_arn`) with another profile (`source_profile`), a
/// source (`credential_source`) or a token's file (`web_identity_token_file`), or name a command that prints credentials
/// (`credential_process`). STS is asked at the endpoint that `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`, the profile's
/// `services` section or its `endpoint_url` name, in this order, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` or the
/// profile's `ignore_configured_endpoint_urls` is `true`. Profiles that need a person, with IAM Identity Center, `aws
/// login` or an MFA code, are rejected with a remedy. The names are those of the AWS SDKs and Tools Reference Guide.
///
/// Each call reads the files again; put it behind a cache to sign requests with it.
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
  /// - Throws: ``CredentialError``: `notConfigured` if there is no default profile, or no credentials in the profile;
  ///   `notAvailable` if a file can't be read and nobody has named a profile, else `unreachable`; `misconfigured` if a
  ///   named profile is missing or invalid; and the errors of the sources that the profile names.
  public func credentials() async throws -> Credentials {
    let environment = environment()
    let profiles = try await SharedProfiles(
      profile: profile, config: configFile, credentials: credentialsFile, environment, files)
    guard profiles.named != nil || profiles.inUse != nil else {
      throw CredentialError(
        .notConfigured, "AWS_PROFILE isn't set, and there is no profile \"default\" in \(profiles.place).")
    }
    let region = try environment.setting("AWS_REGION", "AWS_DEFAULT_REGION")
    let plan = try ProfilePlan(profiles.named ?? "default", of: profiles, region: region)
    let endpoint = plan.asksSTS ? try SecurityTokenEndpoint.configured(environment, profiles) : nil
    // All are checked before the first is asked.
    let calls = try plan.roles.map { role throws(CredentialError) in
      try AssumeRoleCall(role, endpoint: endpoint, environment, clock)
    }
    var credentials = try await provider(for: plan.source, endpoint, environment).credentials()
    for call in calls { credentials = try await call.credentials(signedWith: credentials, transport, clock) }
    return credentials
  }

  private func provider(
    for source: ProfilePlan.Source, _ endpoint: String?, _ environment: [String: String]
  ) throws(CredentialError) -> any CredentialProvider {
    switch source {
    case .keys(let credentials):
      return StaticCredentialProvider(credentials)
    case .named(.environment):
      return EnvironmentCredentialProvider(environment: environment)
    case .named(.instanceMetadata):
      return InstanceMetadataCredentialProvider(environment: environment, clock: clock)
    case .named(.container):
      return ContainerCredentialProvider(environment: environment, transport: transport, files: files, clock: clock)
    case .webIdentity(var settings):
      settings.endpoint = if let endpoint { endpoint } else { try SecurityTokenEndpoint.url(region: settings.region) }
      return WebIdentityCredentialProvider(
        settings, environment: environment, transport: transport, files: files, clock: clock)
    case .process(let command):
      return ProcessCredentialProvider(command: command, environment: environment)
    }
  }
}
