#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// Returns the credentials of a role that another provider's credentials assume.
///
/// It sends a signed POST to AWS STS (`AssumeRole`, AWS STS API Reference).
///
/// Each call requests the credentials again. To sign requests, pass `.assumeRole(roleARN)` or cache the provider.
///
/// ```swift
/// let role = AssumeRoleCredentialProvider(
///   roleARN: "arn:aws:iam::123456789012:role/reservations", source: CredentialChain(), externalID: "tenant-7"
/// ).cached()
/// try await signer.sign(&request, with: role)
/// ```
public struct AssumeRoleCredentialProvider: CredentialProvider {
  /// The parameters of the request.
  struct Settings: Sendable, Hashable {
    var roleARN: String
    var roleSessionName: String?
    var externalID: String?
    var duration: Duration?
    var region: String?
  }

  private let settings: Settings
  private let endpoint: String?
  private let source: any CredentialProvider
  private let environment: @Sendable () -> [String: String]
  private let transport: any HTTPTransport
  private let files: ProviderFiles
  private let clock: ProviderClock

  /// Creates a provider.
  ///
  /// - Parameters:
  ///   - roleARN: The role to assume.
  ///   - source: The provider of the credentials to sign with.
  ///   - roleSessionName: The name under which AWS records the role's use (`AWS_ROLE_SESSION_NAME`); defaults to this
  ///     library's name and the time.
  ///   - externalID: The external ID that a role's trust policy can require from other accounts, of 2 to 1,224 characters.
  ///   - duration: The lifetime of the credentials, in whole seconds from 900 to 43,200; STS's default is an hour.
  ///   - region: The region of STS (`AWS_REGION`, `AWS_DEFAULT_REGION`).
  ///   - endpoint: The base URL of STS (`AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`, or the settings of the profile in use);
  ///     defaults to the region's.
  ///   - environment: The environment variables. By default the process's, read at each call.
  ///   - transport: The transport; it must support `https`.
  public init(
    roleARN: String,
    source: any CredentialProvider,
    roleSessionName: String? = nil,
    externalID: String? = nil,
    duration: Duration? = nil,
    region: String? = nil,
    endpoint: String? = nil,
    environment: [String: String]? = nil,
    transport: any HTTPTransport = DefaultTransport()
  ) {
    self.init(
      Settings(
        roleARN: roleARN, roleSessionName: roleSessionName, externalID: externalID, duration: duration, region: region),
      endpoint: endpoint, source: source, environment: environment, transport: transport, files: ProviderFiles(),
      clock: ProviderClock())
  }

  init(
    _ settings: Settings, endpoint: String?, source: any CredentialProvider, environment: [String: String]?,
    transport: any HTTPTransport, files: ProviderFiles, clock: ProviderClock
  ) {
    self.settings = settings
    self.endpoint = endpoint
    self.source = source
    self.environment = ProcessEnvironment.closure(environment)
    self.transport = transport
    self.files = files
    self.clock = clock
  }

  /// Returns the credentials of the role, with its account ID.
  ///
  /// - Throws: The source's error; `CancellationError` if the calling task is cancelled; otherwise ``CredentialError`` with one
  ///   of these codes:
  ///   - `misconfigured`: A setting is missing or invalid.
  ///   - `unreachable`: STS can't be reached.
  ///   - `timedOut`: STS doesn't answer in time.
  ///   - `badAnswer`: STS rejects the request, or its answer is invalid.
  public func credentials() async throws -> Credentials {
    let environment = environment()
    let endpoint =
      if let endpoint = endpoint?.nonBlank {
        try ConfigurableEndpoint.securityToken.checked(endpoint, "endpoint")
      } else {
        try await SecurityTokenEndpoint.configured(environment, SharedProfiles.ifReadable(environment, files))
      }
    let call = try AssumeRoleCall(settings, endpoint: endpoint, environment, clock)
    return try await call.credentials(signedWith: source.credentials(), transport, clock)
  }
}

/// A validated call of `AssumeRole`, without the credentials to sign it.
struct AssumeRoleCall {
  private let fields: [(name: String, value: String)]
  private let externalID: String?
  private let region: String
  private let endpoint: String

  /// Creates a call; the endpoint defaults to the region's.
  ///
  /// - Throws: ``CredentialError`` with the code `misconfigured` if a setting is missing or invalid.
  init(
    _ settings: AssumeRoleCredentialProvider.Settings, endpoint: String?, _ environment: [String: String],
    _ clock: ProviderClock
  ) throws(CredentialError) {
    let role = try RoleToAssume(
      arn: settings.roleARN,
      sessionName: environment.setting(settings.roleSessionName, or: "AWS_ROLE_SESSION_NAME"), clock)
    let region = try environment.setting(settings.region, or: "AWS_REGION", "AWS_DEFAULT_REGION")
    self.endpoint = if let endpoint { endpoint } else { try SecurityTokenEndpoint.url(region: region) }
    guard let region else { throw SecurityTokenEndpoint.missingRegion }
    self.region = SecurityTokenEndpoint.signingRegion(region)
    var fields = role.fields
    externalID = settings.externalID?.nonBlank
    if let externalID {
      guard (2...1224).contains(externalID.utf8.count) else {
        throw CredentialError(
          .misconfigured,
          "The external ID (external_id) is \(externalID.utf8.count) bytes long: STS accepts 2 to 1,224.")
      }
      fields.append(("ExternalId", externalID))
    }
    if let duration = settings.duration { fields.append(("DurationSeconds", try Self.seconds(duration))) }
    self.fields = fields
  }

  /// Requests the role's credentials from STS.
  func credentials(
    signedWith credentials: Credentials, _ transport: any HTTPTransport, _ clock: ProviderClock
  ) async throws -> Credentials {
    let signer = Signer(service: .sts, region: SigningRegion(region))
    let client = SecurityTokenClient(endpoint: endpoint, transport: transport, clock: clock)
    let call = SecurityTokenClient.Call(
      action: "AssumeRole", fields: fields, secrets: [externalID, credentials.secretAccessKey]
    ) {
      (request, payload) throws(SigningError) in
      try signer.sign(&request, payload: payload, with: credentials, at: clock.now())
    }
    return try await Retry(clock: clock) { try await client.attempt(call) }
  }

  private static func seconds(_ duration: Duration) throws(CredentialError) -> String {
    let (seconds, rest) = duration.components
    guard rest == 0, 900...43_200 ~= seconds else {
      throw CredentialError(
        .misconfigured,
        "Invalid duration of a role's credentials (duration_seconds), \(duration): use 900 to 43,200 whole seconds.")
    }
    return "\(seconds)"
  }
}

extension AssumeRoleCredentialProvider.Settings: CustomStringConvertible, CustomReflectable {
  /// The role without the external ID, which some parties use like a password.
  var description: String { "Settings(\(roleARN))" }
  var customMirror: Mirror { Mirror(self, children: ["roleARN": roleARN], displayStyle: .struct) }
}

/// A role and its session name.
struct RoleToAssume: Sendable, Hashable {
  let arn: String
  let sessionName: String

  /// Checks the parts against the constraints of the STS API Reference.
  ///
  /// - Parameters:
  ///   - arn: The role's ARN, of 20 to 2048 characters.
  ///   - sessionName: The session's name; defaults to this library's name and the time.
  ///   - clock: The time.
  /// - Throws: ``CredentialError`` with the code `misconfigured`.
  init(arn: String, sessionName: String?, _ clock: ProviderClock) throws(CredentialError) {
    guard (20...2048).contains(arn.utf8.count), arn.hasPrefix("arn:") else {
      throw CredentialError(
        .misconfigured,
        "Invalid role ARN \(arn.quoted) (role_arn, AWS_ROLE_ARN, roleARN): use one such as"
          + " arn:aws:iam::123456789012:role/reservations.")
    }
    let name = sessionName ?? "swift-sigv4-\(Int64(exactly: clock.now().timeIntervalSince1970.rounded()) ?? 0)"
    let isName = name.utf8.allSatisfy { byte in
      byte.isASCIILetter || byte.isASCIIDigit || "_+=,.@-".utf8.contains(byte)
    }
    guard (2...64).contains(name.utf8.count), isName else {
      throw CredentialError(
        .misconfigured,
        "Invalid role session name (role_session_name, AWS_ROLE_SESSION_NAME, roleSessionName): use 2 to 64 letters, digits and _+=,.@- only."
      )
    }
    self.arn = arn
    self.sessionName = name
  }

  /// The fields of every action.
  var fields: [(name: String, value: String)] { [("RoleArn", arn), ("RoleSessionName", sessionName)] }
}
