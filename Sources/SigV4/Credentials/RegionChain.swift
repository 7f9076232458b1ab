/// Finds the region that this process runs in or is configured for.
///
/// It returns the first that is set: `AWS_REGION`, `AWS_DEFAULT_REGION`, `region` of the profile in the shared config file, or
/// the region of the EC2 instance. A ``SigningSession`` uses it when neither its caller nor the host of a request names a region.
///
/// ```swift
/// let region = try await RegionChain().region()
/// let signer = Signer(service: .s3, region: SigningRegion(region))
/// ```
public struct RegionChain: Sendable {
  private let profile: String?
  private let environment: @Sendable () -> [String: String]
  private let metadata: InstanceMetadataCredentialProvider
  private let files = ProviderFiles()

  /// Creates a chain.
  ///
  /// - Parameters:
  ///   - profile: The profile's name; defaults to `AWS_PROFILE`, or `default`.
  ///   - environment: The environment variables. By default the process's: those of instance metadata are read here, the others
  ///     at each call.
  public init(profile: String? = nil, environment: [String: String]? = nil) {
    self.profile = profile
    self.environment = ProcessEnvironment.closure(environment)
    metadata = InstanceMetadataCredentialProvider(environment: environment)
  }

  /// Returns the region, such as `us-west-2`.
  ///
  /// Only instance metadata needs a request, and only if nothing else names a region. Keep the result.
  ///
  /// - Throws: ``SigningError`` with the code `missingRegion` if nothing names a region. ``CredentialError`` for a malformed
  ///   file, a missing profile, or invalid settings of instance metadata. `CancellationError` if the calling task is cancelled.
  public func region() async throws -> String {
    let environment = environment()
    if let region = try environment.setting("AWS_REGION", "AWS_DEFAULT_REGION") { return region }
    if let profiles = try await SharedProfiles.ifReadable(profile: profile, environment, files) {
      guard profiles.named == nil || profiles.inUse != nil else {
        throw CredentialError(
          .misconfigured,
          "There is no profile \((profiles.named ?? "").quoted) in \(profiles.place). Create it, or correct the name.")
      }
      if let region = profiles.inUse?["region"]?.nonBlank { return region }
    }
    do {
      return try await metadata.region()
    } catch let error as CredentialError
      where [.notAvailable, .notConfigured, .timedOut, .badAnswer].contains(error.code)
    {
      throw SigningError(
        .missingRegion,
        "No region is set. Pass a region in code, or send to a host name that contains one. Or set AWS_REGION,"
          + " AWS_DEFAULT_REGION or region in the profile. Instance metadata returned none: \(error.message)")
    }
  }
}
