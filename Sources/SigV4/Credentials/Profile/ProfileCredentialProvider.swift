/// Reads the credentials of a profile in the shared config and credentials files.
///
/// A profile may contain an access key pair, or name a command that prints credentials (`credential_process`). It may also name a
/// role to assume (`role_arn`), with another profile (`source_profile`), a source (`credential_source`) or a token file
/// (`web_identity_token_file`). STS's endpoint comes from `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`, the profile's `services`
/// section or its `endpoint_url`, in this order, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` or the profile's
/// `ignore_configured_endpoint_urls` is `true`. Profiles that require user interaction (IAM Identity Center, `aws login`, an MFA
/// code) are rejected with a remedy. The names are those of the AWS SDKs and Tools Reference Guide.
///
/// Each call reads the files again. To sign requests, pass `.profile(name)` or cache the provider.
///
/// ```swift
/// let provider = ProfileCredentialProvider(profile: "reservations", configFile: "/etc/aws/config").cached()
/// try await signer.sign(&request, with: provider)
/// ```
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
  ///   - environment: The environment variables. By default the process's, read at each call.
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
  /// - Throws: The errors of the profile's sources; otherwise ``CredentialError`` with one of these codes:
  ///   - `notConfigured`: There is no default profile, or the profile has no credentials.
  ///   - `notAvailable`: A file can't be read, and no profile is named.
  ///   - `unreachable`: A file can't be read, and a profile is named.
  ///   - `misconfigured`: A named profile is missing or invalid, or its name is empty.
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

/// The steps in which a profile obtains credentials: a source, and the roles to assume in turn.
struct ProfilePlan {
  /// The first credentials.
  enum Source {
    case keys(Credentials)
    case named(NamedSource)
    case webIdentity(WebIdentityCredentialProvider.Settings)
    case process(String)
  }

  /// The values of `credential_source`.
  enum NamedSource: String {
    case environment = "Environment"
    case instanceMetadata = "Ec2InstanceMetadata"
    case container = "EcsContainer"
  }

  let source: Source
  /// The roles, in the order of assuming them.
  let roles: [AssumeRoleCredentialProvider.Settings]

  /// Whether the plan requires STS.
  var asksSTS: Bool { if case .webIdentity = source { true } else { !roles.isEmpty } }

  /// Reads the plan of a profile and of its chain of source profiles.
  ///
  /// A role takes precedence over the profile's own keys. In a source profile, the keys take precedence, as in the AWS SDKs.
  ///
  /// - Parameters:
  ///   - name: The profile's name.
  ///   - profiles: All profiles.
  ///   - region: The region of STS; if nil, that of each profile.
  /// - Throws: ``CredentialError``: `notConfigured` if the profile has no credential settings, otherwise `misconfigured`.
  init(_ name: String, of profiles: SharedProfiles, region: String?) throws(CredentialError) {
    guard let properties = profiles[name] else {
      throw CredentialError(
        .misconfigured, "There is no profile \(name.quoted) in \(profiles.place). Create it, or correct the name.")
    }
    var profile = Profile(name: name, properties: properties)
    var path = [name]
    var visited: Set = [name]
    var roles: [AssumeRoleCredentialProvider.Settings] = []
    while true {
      if path.count > 1, let keys = try profile.keys {
        source = .keys(keys)
        break
      }
      guard let role = try profile.role(region: region) else {
        source = try profile.source(isAnothers: path.count > 1, region: region)
        break
      }
      roles.append(role)
      let next = try profile.value("source_profile")
      if next != nil, try profile.value("credential_source") != nil {
        throw profile.flaw("has both source_profile and credential_source: remove one")
      }
      guard let next else {
        source = .named(try profile.namedSource)
        break
      }
      guard next != profile.name else {
        guard let keys = try profile.keys else {
          throw profile.flaw("is its own source_profile and has no keys: add keys, or name another profile")
        }
        source = .keys(keys)
        break
      }
      path.append(next)
      guard visited.insert(next).inserted else {
        throw profile.flaw("is in a cycle of source_profiles; remove one of \(path.joined(separator: ", "))".bounded)
      }
      guard let properties = profiles[next] else {
        throw profile.flaw(
          "has the source_profile \(next.quoted), which isn't in \(profiles.place): create it, or name another")
      }
      profile = Profile(name: next, properties: properties)
    }
    self.roles = roles.reversed()
  }
}

/// The credential settings of one profile.
private struct Profile {
  let name: String
  let properties: [String: String]

  /// The value of a property; `nil` if it is missing or blank.
  subscript(_ property: String) -> String? { properties[property]?.nonBlank }

  /// Returns the value of a property that must not be quoted; `nil` if it is missing or blank.
  func value(_ property: String) throws(CredentialError) -> String? {
    guard let text = self[property] else { return nil }
    guard text.utf8.count <= String.settingLimit else {
      throw flaw("has a \(property) of \(text.utf8.count) bytes; the limit is \(String.settingLimit): shorten it")
    }
    guard !text.isInQuotationMarks else { throw flaw("has quotation marks around its \(property): remove them") }
    return text
  }

  /// The access key pair.
  var keys: Credentials? {
    get throws(CredentialError) {
      switch (try value("aws_access_key_id"), try value("aws_secret_access_key")) {
      case (nil, nil): return nil
      case (_?, nil): throw flaw("has aws_access_key_id without aws_secret_access_key: set both")
      case (nil, _?): throw flaw("has aws_secret_access_key without aws_access_key_id: set both")
      case (let id?, let secret?):
        return Credentials(
          accessKeyID: id, secretAccessKey: secret, sessionToken: try value("aws_session_token"),
          accountID: try value("aws_account_id"))
      }
    }
  }

  /// Returns the region of STS: the given one, or the profile's.
  private func region(_ given: String?) throws(CredentialError) -> String? {
    if let given { given } else { try value("region") }
  }

  /// Returns the role to assume with another source's credentials; `nil` if there is none.
  func role(region: String?) throws(CredentialError) -> AssumeRoleCredentialProvider.Settings? {
    guard let arn = try value("role_arn"), self["source_profile"] != nil || self["credential_source"] != nil else {
      return nil
    }
    guard self["mfa_serial"] == nil else { throw unsupported("requires an MFA code (mfa_serial)") }
    return AssumeRoleCredentialProvider.Settings(
      roleARN: arn, roleSessionName: try value("role_session_name"), externalID: self["external_id"],
      duration: try duration, region: try self.region(region))
  }

  /// The source of `credential_source`.
  var namedSource: ProfilePlan.NamedSource {
    get throws(CredentialError) {
      guard let source = try value("credential_source").flatMap(ProfilePlan.NamedSource.init) else {
        throw flaw("has an invalid credential_source: use Environment, Ec2InstanceMetadata or EcsContainer")
      }
      return source
    }
  }

  /// Returns the source of a profile that assumes no role with another source.
  func source(isAnothers: Bool, region: String?) throws(CredentialError) -> ProfilePlan.Source {
    if let file = try value("web_identity_token_file") {
      guard let arn = try value("role_arn") else {
        throw flaw("has web_identity_token_file without role_arn: set role_arn")
      }
      return .webIdentity(
        WebIdentityCredentialProvider.Settings(
          tokenFile: file, roleARN: arn, roleSessionName: try value("role_session_name"),
          region: try self.region(region)))
    }
    if let keys = try keys { return .keys(keys) }
    if self["sso_session"] != nil || self["sso_account_id"] != nil || self["sso_start_url"] != nil {
      throw unsupported("signs in with IAM Identity Center (SSO)")
    }
    if self["login_session"] != nil { throw unsupported("signs in with aws login") }
    if let command = self["credential_process"] { return .process(command) }
    if self["role_arn"] != nil {
      throw flaw("has role_arn without source_profile or credential_source: set one of them")
    }
    if isAnothers { throw flaw("is a source_profile and has no credentials: add keys or another source") }
    throw CredentialError(.notConfigured, "The profile \(name.quoted) has no credentials.")
  }

  private var duration: Duration? {
    get throws(CredentialError) {
      guard let text = try value("duration_seconds") else { return nil }
      guard let seconds = Int(text) else {
        throw flaw("has an invalid duration_seconds: use a whole number from 900 to 43200")
      }
      return .seconds(seconds)
    }
  }

  func flaw(_ what: String) -> CredentialError {
    CredentialError(.misconfigured, "The profile \(name.quoted) \(what).")
  }

  func unsupported(_ what: String) -> CredentialError {
    CredentialError(
      .misconfigured,
      "The profile \(name.quoted) \(what), which requires user interaction and isn't supported. Run `aws configure"
        + " export-credentials --profile \(name.bounded) --format env` and set the variables that it prints, or use a role."
    )
  }
}
