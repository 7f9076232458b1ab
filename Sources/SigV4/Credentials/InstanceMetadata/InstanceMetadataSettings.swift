#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
    if let endpoint = try environment.setting(endpoint, or: "AWS_EC2_METADATA_SERVICE_ENDPOINT") {
      self.endpoint = try Self.baseURL(endpoint)
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

  /// Returns the URL without trailing slashes.
  private static func baseURL(_ text: String) throws(CredentialError) -> String {
    let base = text.withoutFinalSlashes
    guard HTTPURL(base) != nil, !base.contains("?") else {
      throw CredentialError(
        .misconfigured,
        "The endpoint of instance metadata (AWS_EC2_METADATA_SERVICE_ENDPOINT) must be a URL such as"
          + " http://169.254.169.254 or http://[fd00:ec2::254], without a user, a query or a fragment.")
    }
    return base
  }
}
