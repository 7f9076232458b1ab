/// Returns the credentials of a role that trusts an OpenID Connect token in a file, such as an EKS service account's role
/// (IRSA).
///
/// It sends the token to AWS STS (`AssumeRoleWithWebIdentity`) in an unsigned POST. It reads the file at each attempt, because
/// the token is replaced from time to time. The names are those of the AWS SDKs and Tools Reference Guide, "Assume role
/// credential provider".
///
/// Each call requests the credentials again. To sign requests, cache the provider.
///
/// ```swift
/// let provider = WebIdentityCredentialProvider(
///   tokenFile: "/var/run/secrets/token", roleARN: "arn:aws:iam::123456789012:role/reservations"
/// ).cached()
/// try await signer.sign(&request, with: provider)
/// ```
public struct WebIdentityCredentialProvider: CredentialProvider {
  private let given: Settings
  private let environment: @Sendable () -> [String: String]
  private let transport: any HTTPTransport
  private let files: ProviderFiles
  private let clock: ProviderClock

  struct Settings: Sendable {
    var tokenFile: String?
    var roleARN: String?
    var roleSessionName: String?
    var region: String?
    var endpoint: String?
    /// The profile whose settings may name an endpoint; `AWS_PROFILE` if nil.
    var profile: String?
  }

  /// Creates a provider; each parameter defaults to its environment variable.
  ///
  /// - Parameters:
  ///   - tokenFile: The path of the file with the token (`AWS_WEB_IDENTITY_TOKEN_FILE`).
  ///   - roleARN: The role to assume (`AWS_ROLE_ARN`).
  ///   - roleSessionName: The name under which AWS records the role's use (`AWS_ROLE_SESSION_NAME`); defaults to this
  ///     library's name and the time.
  ///   - region: The region of STS (`AWS_REGION`, `AWS_DEFAULT_REGION`).
  ///   - endpoint: The base URL of STS (`AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`, or the settings of the profile in use);
  ///     defaults to the region's.
  ///   - environment: The environment variables. By default the process's, read at each call.
  ///   - transport: The transport; it must support `https`.
  public init(
    tokenFile: String? = nil,
    roleARN: String? = nil,
    roleSessionName: String? = nil,
    region: String? = nil,
    endpoint: String? = nil,
    environment: [String: String]? = nil,
    transport: any HTTPTransport = DefaultTransport()
  ) {
    self.init(
      Settings(
        tokenFile: tokenFile, roleARN: roleARN, roleSessionName: roleSessionName, region: region, endpoint: endpoint),
      environment: environment, transport: transport, files: ProviderFiles(), clock: ProviderClock())
  }

  package init(
    tokenFile: String? = nil, roleARN: String? = nil, environment: [String: String]?, transport: any HTTPTransport,
    files: ProviderFiles, clock: ProviderClock
  ) {
    self.init(
      Settings(tokenFile: tokenFile, roleARN: roleARN), environment: environment, transport: transport, files: files,
      clock: clock)
  }

  init(
    _ settings: Settings, environment: [String: String]?, transport: any HTTPTransport, files: ProviderFiles,
    clock: ProviderClock
  ) {
    given = settings
    self.environment = ProcessEnvironment.closure(environment)
    self.transport = transport
    self.files = files
    self.clock = clock
  }

  /// Returns the credentials of the role, with its account ID.
  ///
  /// - Throws: `CancellationError` if the calling task is cancelled; otherwise ``CredentialError`` with one of these codes:
  ///   - `notConfigured`: No token file is set.
  ///   - `misconfigured`: A setting is missing or invalid.
  ///   - `unreachable`: STS or the file can't be reached.
  ///   - `timedOut`: STS or the file doesn't answer in time.
  ///   - `badAnswer`: STS rejects the request, or its answer is invalid.
  public func credentials() async throws -> Credentials {
    let environment = environment()
    guard let path = try environment.setting(given.tokenFile, or: "AWS_WEB_IDENTITY_TOKEN_FILE") else {
      throw CredentialError(.notConfigured, "AWS_WEB_IDENTITY_TOKEN_FILE isn't set.")
    }
    guard let arn = try environment.setting(given.roleARN, or: "AWS_ROLE_ARN") else {
      throw CredentialError(
        .misconfigured, "A web identity token requires a role to assume: set AWS_ROLE_ARN, or pass a role ARN.")
    }
    let role = try RoleToAssume(
      arn: arn, sessionName: environment.setting(given.roleSessionName, or: "AWS_ROLE_SESSION_NAME"), clock)
    let endpoint = try await endpoint(environment)
    let client = SecurityTokenClient(endpoint: endpoint, transport: transport, clock: clock)
    return try await Retry(clock: clock) {
      let token = try await token(at: path)
      return try await client.attempt(
        SecurityTokenClient.Call(
          action: "AssumeRoleWithWebIdentity", fields: role.fields + [("WebIdentityToken", token)], secrets: [token],
          passingCodes: ["InvalidIdentityToken"]))
    }
  }

  private func endpoint(_ environment: [String: String]) async throws -> String {
    if let endpoint = given.endpoint?.nonBlank {
      return try ConfigurableEndpoint.securityToken.checked(endpoint, "endpoint")
    }
    let profiles = try await SharedProfiles.ifReadable(profile: given.profile, environment, files)
    if let endpoint = try SecurityTokenEndpoint.configured(environment, profiles) { return endpoint }
    return try SecurityTokenEndpoint.url(
      region: environment.setting(given.region, or: "AWS_REGION", "AWS_DEFAULT_REGION"))
  }

  private func token(at path: String) async throws -> String {
    let name = "The file of the web identity token, \(path.quoted),"
    let bytes: [UInt8]
    do throws(ProviderFiles.Failure) {
      bytes = try await files.read(path)
    } catch {
      throw error.error(name)
    }
    let token = String(decoding: bytes, as: UTF8.self).trimmed
    guard (4...String.settingLimit).contains(token.utf8.count) else {
      throw CredentialError(
        .unreachable,
        "\(name) is \(token.isEmpty ? "empty" : "not a token of 4 to 20,000 bytes"): it must contain the token.")
    }
    return token
  }
}
