/// Reads the credentials of a profile in the shared config and credentials files.
///
/// A profile may contain an access key pair, name a role to assume (`role_arn`) with another profile (`source_profile`), a
/// source (`credential_source`) or a token's file (`web_identity_token_file`), or name a command that prints credentials
/// (`credential_process`). STS's endpoint comes from `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`, the profile's
/// `services` section or its `endpoint_url`, in this order, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` or the
/// profile's `ignore_configured_endpoint_urls` is `true`. Profiles that require user interaction (IAM Identity
/// Center, `aws login`, an MFA code) are rejected with a remedy. The names are those of the AWS SDKs and Tools Reference Guide.
///
/// Each call reads the files again. To sign requests, pass `.profile(name)` or cache the provider.
public struct ProfileCredentialProvider: CredentialProvider {
  private let profile: String?
  private let configFile: String?
  private let credentialsFile: String?
  private let environment: @Sendable () -> [String: String]
  private let transport: any HTTPTransport
  private let files: ProviderFiles
  private let clock: ProviderClock

  /// Creates a provider; each parameter defaults to its environment variable, and then to the value given here.
  ///
  /// - Parameters:
  ///   - profile: The profile's name (`AWS_PROFILE`); `default`.
  ///   - configFile: The path of the config file (`AWS_CONFIG_FILE`); `~/.aws/config`.
  ///   - credentialsFile: The path of the credentials file (`AWS_SHARED_CREDENTIALS_FILE`); `~/.aws/credentials`.
  ///   - environment: The variables; defaults to the process's, read at each call.
  ///   - transport: The transport for STS and container endpoints; it must support `https`.
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

  /// Returns the credentials of the profile.
  ///
  /// - Throws: ``CredentialError``: `notConfigured` if there is no default profile, or no credentials in the profile;
  ///   `notAvailable` if a file can't be read and no profile is named, otherwise `unreachable`; `misconfigured` if a named
  ///   profile is missing or invalid; and the errors of the profile's sources.
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
    // All calls are validated before the first request.
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
