#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Tokens that are sent in place of a password: presigned requests in disguise.
public enum AuthenticationToken {
  /// The password of a database user who logs in with IAM, good for 15 minutes; connections made with it last longer
  /// (Amazon RDS User Guide, "Connecting to your DB instance using IAM authentication").
  ///
  /// - Parameters:
  ///   - host: The endpoint of the instance, cluster or proxy; not a name of your own for it.
  ///   - port: The port that is connected to.
  ///   - user: The database user, who has the role `rds_iam` or the plugin `AWSAuthenticationPlugin`.
  ///   - region: The region that the database is in.
  ///   - credentials: The credentials of the caller, who is allowed `rds-db:connect`.
  ///   - time: The time of signing.
  /// - Returns: The password.
  /// - Throws: ``SigningError`` for a host, a region or credentials that can't be signed with.
  public static func rds(
    host: String, port: UInt16, user: String, region: String, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: rds-token
    try connect(
      to: "\(host):\(port)", userParameter: "DBUser", user, service: SigningService("rds-db"), region, credentials, time
    )
  }

  /// The password of a user of ElastiCache who logs in with IAM, good for 15 minutes
  /// (Amazon ElastiCache User Guide, "Authenticating with IAM").
  ///
  /// - Parameters:
  ///   - cache: The name of the serverless cache, or the id of the replication group.
  ///   - kind: Which of the two it is.
  ///   - user: The id of the user, which is the user's name too.
  ///   - region: The region that the cache is in.
  ///   - credentials: The credentials of the caller, who is allowed `elasticache:Connect`.
  ///   - time: The time of signing.
  /// - Returns: The password.
  /// - Throws: ``SigningError`` for a cache, a region or credentials that can't be signed with.
  public static func elastiCache(
    _ cache: String, _ kind: AuthenticationToken.ElastiCacheKind, user: String, region: String,
    with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: elasticache-token
    try connect(
      to: cache.lowercased(), userParameter: "User", user, kind == .serverless ? "&ResourceType=ServerlessCache" : "",
      service: SigningService("elasticache"), region, credentials, time)
  }

  /// The password of a user of MemoryDB who logs in with IAM, good for 15 minutes
  /// (Amazon MemoryDB Developer Guide, "Authenticating with IAM").
  ///
  /// - Parameters:
  ///   - cluster: The name of the cluster.
  ///   - user: The name of the user.
  ///   - region: The region that the cluster is in.
  ///   - credentials: The credentials of the caller, who is allowed `memorydb:connect`.
  ///   - time: The time of signing.
  /// - Returns: The password.
  /// - Throws: ``SigningError`` for a cluster, a region or credentials that can't be signed with.
  public static func memoryDB(
    _ cluster: String, user: String, region: String, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: elasticache-token
    try connect(
      to: cluster.lowercased(), userParameter: "User", user, service: SigningService("memorydb"), region, credentials,
      time)
  }

  /// The bearer token for the Kubernetes API of an EKS cluster, which takes it for 15 minutes: a presigned
  /// `GetCallerIdentity` that names the cluster, in base64.
  ///
  /// - Parameters:
  ///   - cluster: The name of the cluster.
  ///   - region: The region of the STS endpoint, which is the cluster's.
  ///   - endpoint: The host of the STS endpoint; defaults to the region's, such as `sts.us-west-2.amazonaws.com`.
  ///   - credentials: The credentials of the caller, whom the cluster knows.
  ///   - time: The time of signing.
  /// - Returns: The token.
  /// - Throws: ``SigningError`` for a cluster, a region or credentials that can't be signed with.
  public static func eks(
    cluster: String, region: String, endpoint: String? = nil, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> String {
    // rule: eks-token
    let host = endpoint ?? "sts.\(region).\(Partition.of(region: region).domain)"
    var request = SignableRequest(
      method: "GET", target: "/?Action=GetCallerIdentity&Version=2011-06-15",
      headers: [HeaderField("Host", host), HeaderField("x-k8s-aws-id", cluster)])
    try Signer(service: .sts, region: region).presign(&request, validFor: .seconds(60), with: credentials, at: time)
    let base64 = Data("https://\(host)\(request.target)".utf8).base64EncodedString()
    let urlSafe = base64.utf8.compactMap { byte -> UInt8? in
      switch byte {
      case 0x2B: 0x2D  // + is -
      case 0x2F: 0x5F  // / is _
      case 0x3D: nil  // no padding
      default: byte
      }
    }
    return "k8s-aws-v1." + String(decoding: urlSafe, as: UTF8.self)
  }

  /// A presigned `GET HOST/?Action=connect&…` without its scheme.
  private static func connect(
    to host: String, userParameter: String, _ user: String, _ more: String = "", service: SigningService,
    _ region: String, _ credentials: Credentials, _ time: Date
  ) throws(SigningError) -> String {
    var target = ByteBuffer(capacity: 256)
    target.append("/?Action=connect&" as StaticString)
    target.append(userParameter)
    target.append(0x3D)
    PercentEncoding.append(user, to: &target)
    target.append(more)
    var request = SignableRequest(method: "GET", target: target.string(), headers: [HeaderField("Host", host)])
    try Signer(service: service, region: region).presign(
      &request, validFor: .seconds(900), with: credentials, at: time)
    return host + request.target
  }
}

extension AuthenticationToken {
  /// How an ElastiCache cache is run.
  public enum ElastiCacheKind: Sendable, Hashable {
    /// A replication group of nodes.
    case nodes
    /// A serverless cache, which tokens name as such.
    case serverless
  }
}
