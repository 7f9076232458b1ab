public import SigV4

/// The EC2 instance that instance metadata describes, in the words of its metadata options.
public struct Instance: Sendable, Hashable {
  /// Whether requests need a session token, as in version 2.
  public enum HTTPTokens: Sendable, Hashable {
    /// With or without a token: versions 1 and 2.
    case optional
    /// Only with a token: version 2.
    case required
  }

  /// Whether metadata is available.
  public enum HTTPEndpoint: Sendable, Hashable {
    /// It is available.
    case enabled
    /// Every request is answered 403.
    case disabled
  }

  /// Whether the service has the paths that also return the account ID.
  public enum ExtendedPaths: Sendable, Hashable {
    /// `security-credentials-extended/` exists in addition to `security-credentials/`.
    case known
    /// Only `security-credentials/` exists, as in older regions and most imitations; the other path is 404.
    case unknown
  }

  /// Whether requests need a session token.
  public var httpTokens: HTTPTokens
  /// Whether metadata is available.
  public var httpEndpoint: HTTPEndpoint
  /// Whether the service has the paths that also return the account ID.
  public var extendedPaths: ExtendedPaths
  /// The name of the attached role; `nil` for none, which is 404.
  public var roleName: String?
  /// The role's credentials; without an expiration they are valid for six hours.
  public var credentials: Credentials
  /// The region, such as `us-west-2`.
  public var region: String
  /// The availability zone, such as `us-west-2a`.
  public var availabilityZone: String

  /// Creates an instance with a role.
  ///
  /// - Parameters:
  ///   - roleName: The name of the attached role; `nil` for none.
  ///   - credentials: The role's credentials.
  ///   - region: The region, whose first availability zone is the instance's.
  ///   - httpTokens: Whether requests need a session token.
  public init(
    roleName: String?, credentials: Credentials, region: String = "us-west-2", httpTokens: HTTPTokens = .required
  ) {
    self.httpTokens = httpTokens
    httpEndpoint = .enabled
    extendedPaths = .known
    self.roleName = roleName
    self.credentials = credentials
    self.region = region
    availabilityZone = region + "a"
  }
}
