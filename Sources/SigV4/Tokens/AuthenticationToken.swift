#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Tokens that are sent instead of a password.
///
/// Each contains a presigned request.
///
/// ```swift
/// let password = try AuthenticationToken.rds(
///   host: "orders.abc.eu-central-1.rds.amazonaws.com", port: 5432, user: "reports", with: credentials)
/// let cachePassword = try AuthenticationToken.elastiCache(
///   "sessions", .serverless, user: "web", region: "eu-central-1", with: credentials)
/// ```
public enum AuthenticationToken {
  /// Returns the password of a database user of RDS who logs in with IAM, valid for 15 minutes.
  ///
  /// Connections that are made with it last longer (Amazon RDS User Guide, "Connecting to your DB instance using IAM
  /// authentication").
  ///
  /// - Parameters:
  ///   - host: The endpoint of the instance, cluster or proxy; not a custom name for it.
  ///   - port: The port of the connection.
  ///   - user: The database user, who has the role `rds_iam` or the plugin `AWSAuthenticationPlugin`.
  ///   - region: The region that the database is in; defaults to the region in its host name.
  ///   - credentials: The credentials of the caller, whose policy must allow `rds-db:connect`.
  ///   - time: The time of signing.
  /// - Returns: The password.
  /// - Throws: ``SigningError`` if the host, the region or the credentials are invalid.
  public static func rds(
    host: String, port: UInt16, user: String, region: String? = nil, with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: rds-token
    try connect(
      to: "\(host):\(port)", userParameter: "DBUser", user: user, service: SigningService("rds-db"), region: region,
      with: credentials, at: time
    )
  }

  /// Returns the password of a user of ElastiCache who logs in with IAM, valid for 15 minutes.
  ///
  /// Amazon ElastiCache User Guide, "Authenticating with IAM".
  ///
  /// - Parameters:
  ///   - cache: The name of the serverless cache, or the ID of the replication group.
  ///   - kind: The kind of the cache.
  ///   - user: The ID of the user, which must also be the user's name.
  ///   - region: The region that the cache is in.
  ///   - credentials: The credentials of the caller, whose policy must allow `elasticache:Connect`.
  ///   - time: The time of signing.
  /// - Returns: The password.
  /// - Throws: ``SigningError`` if the cache, the region or the credentials are invalid.
  public static func elastiCache(
    _ cache: String, _ kind: AuthenticationToken.ElastiCacheKind, user: String, region: String,
    with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: elasticache-token
    try connect(
      to: cache.lowercased(), userParameter: "User", user: user,
      query: kind == .serverless ? "&ResourceType=ServerlessCache" : "", service: SigningService("elasticache"),
      region: region, with: credentials, at: time)
  }

  /// Returns the password of a user of MemoryDB who logs in with IAM, valid for 15 minutes.
  ///
  /// Amazon MemoryDB Developer Guide, "Authenticating with IAM".
  ///
  /// - Parameters:
  ///   - cluster: The name of the cluster.
  ///   - user: The name of the user.
  ///   - region: The region that the cluster is in.
  ///   - credentials: The credentials of the caller, whose policy must allow `memorydb:connect`.
  ///   - time: The time of signing.
  /// - Returns: The password.
  /// - Throws: ``SigningError`` if the cluster, the region or the credentials are invalid.
  public static func memoryDB(
    _ cluster: String, user: String, region: String, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: elasticache-token
    try connect(
      to: cluster.lowercased(), userParameter: "User", user: user, service: SigningService("memorydb"), region: region,
      with: credentials, at: time)
  }

  /// Returns the bearer token for the Kubernetes API of an EKS cluster, valid for 15 minutes.
  ///
  /// The token is a presigned `GetCallerIdentity` that names the cluster, in base64.
  ///
  /// - Parameters:
  ///   - cluster: The name of the cluster.
  ///   - region: The region of the STS endpoint, which is the cluster's.
  ///   - endpoint: The host of the STS endpoint; defaults to the region's, such as `sts.us-west-2.amazonaws.com`.
  ///   - credentials: The credentials of the caller, who must have access to the cluster.
  ///   - time: The time of signing.
  /// - Returns: The token.
  /// - Throws: ``SigningError`` if the cluster, the region or the credentials are invalid.
  public static func eks(
    cluster: String, region: String, endpoint: String? = nil, with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: eks-token
    let host = endpoint ?? "sts.\(region).\(Partition.of(region: region).domain)"
    var request = SignableRequest(
      method: "GET", target: "/?Action=GetCallerIdentity&Version=2011-06-15",
      headers: [HeaderField("Host", host), HeaderField("x-k8s-aws-id", cluster)])
    try Signer(service: .sts, region: SigningRegion(region)).presign(
      &request, validFor: .seconds(60), payload: .empty, with: credentials, at: time)
    let base64 = Data("https://\(host)\(request.target)".utf8).base64EncodedString()
    let urlSafe = base64.utf8.compactMap { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      case UInt8(ascii: "="): nil
      default: byte
      }
    }
    return "k8s-aws-v1." + String(decoding: urlSafe, as: UTF8.self)
  }

  /// A presigned `GET HOST/?Action=connect&…` without its scheme.
  private static func connect(
    to host: String, userParameter: String, user: String, query more: String = "", service: SigningService,
    region: String?, with credentials: Credentials, at time: Date
  ) throws(SigningError) -> String {
    var target = ByteBuffer(capacity: 256)
    target.append("/?Action=connect&" as StaticString)
    target.append(userParameter)
    target.append(UInt8(ascii: "="))
    PercentEncoding.append(user, to: &target)
    target.append(more)
    var request = SignableRequest(method: "GET", target: target.string(), headers: [HeaderField("Host", host)])
    try Signer(service: service, region: region.map { SigningRegion($0) } ?? .fromHost).presign(
      &request, validFor: .seconds(900), payload: .empty, with: credentials, at: time)
    return host + request.target
  }
}

extension AuthenticationToken {
  /// A kind of ElastiCache cache.
  public enum ElastiCacheKind: Sendable, Hashable {
    /// A replication group of nodes.
    case nodes
    /// A serverless cache, as its tokens declare.
    case serverless
  }
}
