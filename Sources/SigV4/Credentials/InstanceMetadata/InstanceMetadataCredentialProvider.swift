#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Returns the credentials of an EC2 instance's role from the instance metadata service (IMDS).
///
/// It uses version 2, whose requests contain a session token. It falls back to version 1 only if the service issues no tokens:
/// 403, 404 or 405 (AWS SDKs and Tools Reference Guide). It never retries after a timeout or a failed connection, and sends
/// only a few requests: one call takes at most five times the timeout.
///
/// Each call requests the credentials again. To sign requests, cache the provider.
///
/// ```swift
/// let metadata = InstanceMetadataCredentialProvider(endpointMode: .ipv6, version: .v2, access: .enabled)
/// print(try await metadata.region())
/// try await signer.sign(&request, with: metadata.cached())
/// ```
public struct InstanceMetadataCredentialProvider: CredentialProvider {
  /// The version of the service's protocol.
  public enum Version: Sendable, Hashable {
    /// Version 2, and version 1 if the service issues no tokens.
    case automatic
    /// Version 1 only.
    case v1
    /// Version 2 only.
    case v2
  }

  /// The address of the service.
  public enum EndpointMode: Sendable, Hashable {
    /// `http://169.254.169.254`.
    case ipv4
    /// `http://[fd00:ec2::254]`, which must be enabled for the instance.
    case ipv6
  }

  /// Whether the provider uses the service.
  public enum Access: Sendable, Hashable {
    /// The provider sends requests.
    case enabled
    /// Every call throws without sending a request.
    case disabled
  }

  private let client: Result<InstanceMetadataClient, CredentialError>

  /// Creates a provider; each parameter defaults to its environment variable, and then to the value given here.
  ///
  /// The calls report invalid settings as ``CredentialError`` with the code `misconfigured`.
  ///
  /// - Parameters:
  ///   - endpoint: The service's base URL (`AWS_EC2_METADATA_SERVICE_ENDPOINT`); takes precedence over the
  ///     mode.
  ///   - endpointMode: The address (`AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`, `IPv4` or `IPv6`); `ipv4`.
  ///   - version: The version (`AWS_EC2_METADATA_V1_DISABLED`, where `true` means `v2`); `automatic`.
  ///   - roleName: The role's name (`AWS_EC2_INSTANCE_PROFILE_NAME`); if nil, the provider requests it.
  ///   - timeout: The maximum wait for a connection, and then for the response (`AWS_METADATA_SERVICE_TIMEOUT`, in seconds);
  ///     1 s.
  ///   - attempts: The maximum number of attempts for a request whose response is 429 or 5xx, or whose connection closes
  ///     (`AWS_METADATA_SERVICE_NUM_ATTEMPTS`); 3.
  ///   - access: Whether to use the service (`AWS_EC2_METADATA_DISABLED`, where `true` means `disabled`); `enabled`.
  ///   - environment: The environment variables; defaults to the process's, read now.
  ///   - transport: The transport; the default uses no proxy.
  public init(
    endpoint: String? = nil,
    endpointMode: EndpointMode? = nil,
    version: Version? = nil,
    roleName: String? = nil,
    timeout: Duration? = nil,
    attempts: Int? = nil,
    access: Access? = nil,
    environment: [String: String]? = nil,
    transport: any HTTPTransport = SocketTransport()
  ) {
    self.init(
      endpoint: endpoint, endpointMode: endpointMode, version: version, roleName: roleName, timeout: timeout,
      attempts: attempts, access: access, environment: environment, transport: transport, clock: ProviderClock())
  }

  package init(
    endpoint: String? = nil,
    endpointMode: EndpointMode? = nil,
    version: Version? = nil,
    roleName: String? = nil,
    timeout: Duration? = nil,
    attempts: Int? = nil,
    access: Access? = nil,
    environment: [String: String]? = nil,
    transport: any HTTPTransport = SocketTransport(),
    clock: ProviderClock
  ) {
    client = Result { () throws(CredentialError) in
      let settings = try InstanceMetadataSettings(
        endpoint: endpoint, endpointMode: endpointMode, version: version, roleName: roleName, timeout: timeout,
        attempts: attempts, access: access, environment: environment)
      return InstanceMetadataClient(settings, transport, clock)
    }
  }

  /// Returns the credentials of the instance's role, with its account ID if the service provides it.
  ///
  /// The credentials are returned unchanged, even if they have expired.
  ///
  /// - Throws: `CancellationError` if the calling task is cancelled; otherwise ``CredentialError`` with one of these codes:
  ///   - `notConfigured`: Access is disabled.
  ///   - `notAvailable`: The connection to the service fails, or the instance has no role.
  ///   - `timedOut`: The service doesn't answer in time.
  ///   - `misconfigured`: A setting is invalid.
  ///   - `badAnswer`: The service answers with an error such as 403, or its answer is invalid.
  public func credentials() async throws -> Credentials {
    var fetch = InstanceMetadataFetch(try client.get())
    return try await fetch.credentials()
  }

  /// Returns the region of the instance, such as `us-west-2`.
  ///
  /// - Throws: The errors of ``credentials()``.
  public func region() async throws -> String {
    var fetch = InstanceMetadataFetch(try client.get())
    return try await fetch.region()
  }
}

/// The settings for instance metadata: the provider's parameters, then the environment, then the defaults.
struct InstanceMetadataSettings: Sendable {
  /// The base URL without a trailing slash.
  let endpoint: String
  let version: InstanceMetadataCredentialProvider.Version
  let roleName: String?
  let timeout: Duration
  let attempts: Int

  init(
    endpoint: String?, endpointMode: InstanceMetadataCredentialProvider.EndpointMode?,
    version: InstanceMetadataCredentialProvider.Version?, roleName: String?, timeout: Duration?, attempts: Int?,
    access: InstanceMetadataCredentialProvider.Access?, environment: [String: String]?
  ) throws(CredentialError) {
    let environment = environment ?? ProcessInfo.processInfo.environment
    let variable = { (name: String) throws(CredentialError) in try environment.setting(name) }
    let isTrue = { (name: String) throws(CredentialError) in try variable(name)?.utf8.asciiLowercased == "true" }

    // First, because disabled instance metadata isn't validated.
    let isDisabled = if let access { access == .disabled } else { try isTrue("AWS_EC2_METADATA_DISABLED") }
    guard !isDisabled else {
      throw CredentialError(
        .notConfigured, "Instance metadata is disabled (AWS_EC2_METADATA_DISABLED=true or access: .disabled).")
    }
    self.version =
      if let version { version } else { try isTrue("AWS_EC2_METADATA_V1_DISABLED") ? .v2 : .automatic }
    if let endpoint = endpoint?.nonBlank {
      self.endpoint = try ConfigurableEndpoint.instanceMetadata.checked(endpoint, "endpoint")
    } else if let endpoint = try variable(Self.endpointVariable) {
      self.endpoint = try ConfigurableEndpoint.instanceMetadata.checked(endpoint, Self.endpointVariable)
    } else {
      let mode =
        if let endpointMode { endpointMode } else { try Self.mode(variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")) }
      self.endpoint = mode == .ipv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    }
    guard roleName == nil || roleName?.nonBlank != nil else {
      throw CredentialError(
        .misconfigured, "The role name for instance metadata (roleName) is empty: pass a name or nil.")
    }
    self.roleName = try environment.setting(roleName, or: "AWS_EC2_INSTANCE_PROFILE_NAME")
    self.timeout = if let timeout { timeout } else { try Self.seconds(variable("AWS_METADATA_SERVICE_TIMEOUT")) }
    guard self.timeout > .zero, self.timeout <= .seconds(600) else {
      throw CredentialError(
        .misconfigured, "The timeout for instance metadata (timeout) must be more than 0 and at most 600 s.")
    }
    self.attempts = if let attempts { attempts } else { try Self.count(variable("AWS_METADATA_SERVICE_NUM_ATTEMPTS")) }
    guard (1...100).contains(self.attempts) else {
      throw CredentialError(
        .misconfigured, "The number of attempts for instance metadata (attempts) must be from 1 to 100.")
    }
  }

  private static func mode(_ text: String?) throws(CredentialError) -> InstanceMetadataCredentialProvider.EndpointMode {
    switch text?.utf8.asciiLowercased {
    case nil, "ipv4": .ipv4
    case "ipv6": .ipv6
    default:
      throw CredentialError(.misconfigured, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6.")
    }
  }

  private static func seconds(_ text: String?) throws(CredentialError) -> Duration {
    guard let text else { return .seconds(1) }
    guard let seconds = Double(text), seconds > 0, seconds <= 600 else {
      throw CredentialError(
        .misconfigured, "AWS_METADATA_SERVICE_TIMEOUT must be a number of seconds, more than 0 and at most 600.")
    }
    return .seconds(seconds)
  }

  private static func count(_ text: String?) throws(CredentialError) -> Int {
    guard let text else { return 3 }
    guard let count = Int(text) else {
      throw CredentialError(.misconfigured, "AWS_METADATA_SERVICE_NUM_ATTEMPTS must be a whole number from 1 to 100.")
    }
    return count
  }

  private static let endpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
}
