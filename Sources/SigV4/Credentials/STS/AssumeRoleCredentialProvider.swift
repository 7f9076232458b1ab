/// A provider of the credentials of a role that another provider's credentials may assume.
///
/// It asks AWS STS (`AssumeRole`, AWS STS API Reference) by a POST that this library signs.
///
/// Each call asks STS anew; put it behind a cache to sign requests with it.
public struct AssumeRoleCredentialProvider: CredentialProvider {
  /// What STS is asked for.
  struct Settings: Sendable {
    var roleARN: String
    var roleSessionName: String?
    var externalID: String?
    var duration: Duration?
    var region: String?
    var endpoint: String?
  }

  private let settings: Settings
  private let source: any CredentialProvider
  private let environment: @Sendable () -> [String: String]
  private let transport: any HTTPTransport
  private let clock: ProviderClock

  /// Creates a provider.
  ///
  /// - Parameters:
  ///   - roleARN: The role to assume.
  ///   - source: The provider of the credentials to sign with.
  ///   - roleSessionName: The name under which the role's use is recorded (`AWS_ROLE_SESSION_NAME`); or else one that
  ///     tells this library and the time.
  ///   - externalID: What the role's trust policy may demand of callers from other accounts.
  ///   - duration: How long the credentials shall last, in whole seconds from 900 to 43,200; where left out, STS
  ///     chooses an hour.
  ///   - region: The region whose STS is asked (`AWS_REGION`, `AWS_DEFAULT_REGION`).
  ///   - endpoint: The base URL of STS (`AWS_ENDPOINT_URL_STS`); where left out, the region's.
  ///   - environment: The variables; where left out, those of the process as they are at each call.
  ///   - transport: How requests are sent; it must speak `https`.
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
        roleARN: roleARN, roleSessionName: roleSessionName, externalID: externalID, duration: duration, region: region,
        endpoint: endpoint),
      source: source, environment: ProcessEnvironment.closure(environment), transport: transport,
      clock: ProviderClock())
  }

  init(
    _ settings: Settings, source: any CredentialProvider, environment: @escaping @Sendable () -> [String: String],
    transport: any HTTPTransport, clock: ProviderClock
  ) {
    self.settings = settings
    self.source = source
    self.environment = environment
    self.transport = transport
    self.clock = clock
  }

  /// The credentials of the role, with its account id.
  ///
  /// - Throws: What the source throws; ``CredentialError``: `misconfigured` when a setting is missing or wrong,
  ///   `unreachable`, `timedOut`, or `badAnswer`, also when STS refuses; `CancellationError` when the calling task is
  ///   cancelled.
  public func credentials() async throws -> Credentials {
    let environment = environment()
    let variable: (String) -> String? = { environment[$0]?.nonBlank }
    let role = try RoleToAssume(
      arn: settings.roleARN, sessionName: settings.roleSessionName ?? variable("AWS_ROLE_SESSION_NAME"), clock)
    let region = settings.region?.nonBlank ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION")
    let endpoint = try SecurityTokenEndpoint.url(
      given: settings.endpoint ?? variable("AWS_ENDPOINT_URL_STS"), region: region)
    guard let region else { throw SecurityTokenEndpoint.missingRegion }
    var fields = role.fields
    if let id = settings.externalID?.nonBlank { fields.append(("ExternalId", id)) }
    if let duration = settings.duration { fields.append(("DurationSeconds", try Self.seconds(duration))) }

    let credentials = try await source.credentials()
    let signer = Signer(service: SigningService("sts"), region: region)
    let client = SecurityTokenClient(endpoint: endpoint, transport: transport, clock: clock)
    let call = SecurityTokenClient.Call(
      action: "AssumeRole", fields: fields, secrets: [settings.externalID, credentials.secretAccessKey]
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
        "A role's credentials last for 900 to 43,200 whole seconds (duration_seconds), not for \(duration).")
    }
    return "\(seconds)"
  }
}

extension AssumeRoleCredentialProvider.Settings: CustomStringConvertible, CustomReflectable {
  /// The role; never the external ID, which some parties agree on like a password.
  var description: String { "Settings(\(roleARN))" }
  var customMirror: Mirror { Mirror(self, children: ["roleARN": roleARN], displayStyle: .struct) }
}
