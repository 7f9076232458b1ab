/// A provider of the credentials of an EC2 instance's role, from the instance metadata service (IMDS).
///
/// It speaks version 2, whose requests carry a session token, and falls back to version 1 only where the service
/// refuses to hand out tokens (403, 404 or 405, as the AWS SDKs and Tools Reference Guide has it). It never retries
/// what timed out or was refused, and makes no more than a few requests: one call takes at most five times the timeout.
///
/// Each call asks the service anew; put it behind a cache to sign requests with it.
public struct InstanceMetadataCredentialProvider: CredentialProvider {
  /// The version of the service's protocol.
  public enum Version: Sendable, Hashable {
    /// Version 2, and version 1 where the service has no tokens.
    case automatic
    /// Version 1 only.
    case v1
    /// Version 2 only.
    case v2
  }

  /// Which of its two addresses the service is asked at.
  public enum EndpointMode: Sendable, Hashable {
    /// `http://169.254.169.254`.
    case ipv4
    /// `http://[fd00:ec2::254]`, which must be enabled for the instance.
    case ipv6
  }

  /// Whether the service is asked at all.
  public enum Access: Sendable, Hashable {
    /// It is.
    case enabled
    /// It isn't; every call throws without any traffic.
    case disabled
  }

  private let client: Result<InstanceMetadataClient, CredentialError>

  /// Creates a provider; each parameter that is left out is taken from its environment variable, and then from its default.
  ///
  /// Settings that can't be understood are reported by the calls, as ``CredentialError`` with the code `misconfigured`.
  ///
  /// - Parameters:
  ///   - endpoint: The service's base URL (`AWS_EC2_METADATA_SERVICE_ENDPOINT`); it beats the mode.
  ///   - endpointMode: Which address to ask (`AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`, `IPv4` or `IPv6`); `ipv4`.
  ///   - version: The version to speak (`AWS_EC2_METADATA_V1_DISABLED`, where `true` means `v2`); `automatic`.
  ///   - roleName: The role's name, so that it isn't asked for (`AWS_EC2_INSTANCE_PROFILE_NAME`).
  ///   - timeout: How long to wait for a connection, and again for the answer (`AWS_METADATA_SERVICE_TIMEOUT`, in
  ///     seconds); 1 s.
  ///   - attempts: How often to send a request that is answered 429 or 5xx, or whose connection is closed, in all
  ///     (`AWS_METADATA_SERVICE_NUM_ATTEMPTS`); 3.
  ///   - access: Whether to ask at all (`AWS_EC2_METADATA_DISABLED`, where `true` means `disabled`); `enabled`.
  ///   - environment: The environment variables; where left out, those of the process as they are now.
  ///   - transport: How requests are sent; the default speaks `http` and uses no proxy.
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

  /// The credentials of the instance's role, with its account id where the service tells it.
  ///
  /// They are handed on as they are told, even when their expiration has passed.
  ///
  /// - Throws: ``CredentialError``: `notConfigured` when access is disabled, `notAvailable` when no service can be
  ///   connected to in time or it has no role, `timedOut`, `misconfigured`, or `badAnswer`; `CancellationError` when the calling task is cancelled.
  public func credentials() async throws -> Credentials {
    var fetch = InstanceMetadataFetch(try client.get())
    return try await fetch.credentials()
  }

  /// The region that the instance is in, such as `us-west-2`.
  ///
  /// - Throws: As ``credentials()`` does.
  public func region() async throws -> String {
    var fetch = InstanceMetadataFetch(try client.get())
    return try await fetch.region()
  }
}
