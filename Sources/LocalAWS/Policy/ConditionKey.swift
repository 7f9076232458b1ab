import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A key of a policy's condition: the name of values that a request has.
///
/// All global keys of the IAM User Guide and all keys of VPC Lattice are known. A key that this process can't compute has the
/// values that the context gives it. Without any, it is absent, like a key that isn't in AWS's request context.
struct ConditionKey: Sendable, Hashable {
  /// The name as AWS writes it, with its suffix.
  let name: String
  /// The part of the name that identifies the key, in lower case.
  let id: [UInt8]
  /// The name of the header, parameter or tag; `nil` if the key has none.
  let suffix: String?

  /// The key called `written`, in any letter case; `nil` if it is unknown.
  init?(_ written: String) {
    let id = Array(written.utf8.asciiLowercased.utf8)
    if let known = Self.names[id], !known.hasSuffix("/") {
      (name, self.id, suffix) = (known, id, nil)
      return
    }
    let slash = id.firstIndex(of: UInt8(ascii: "/")) ?? id.endIndex
    guard let known = Self.names[Array(id[..<slash]) + [UInt8(ascii: "/")]], slash + 1 < id.endIndex else { return nil }
    let given = String(Substring(written.utf8.dropFirst(slash + 1)))
    name = known + given
    suffix = given
    guard known == Self.queryParameter else {
      self.id = id
      return
    }
    // Each form of a parameter's name is the same key.
    let parameter = ComparedText.canonicalParameter(given).utf8.asciiLowercased
    self.id = Array(id[...slash]) + Array(parameter.utf8)
  }

  /// The end of an error about `written`, which names no key: the keys with its name and another prefix.
  static func remedy(for written: String) -> String {
    let parts = written.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
    let name = parts.last.map { String(Substring($0)) } ?? ""
    let keys = ["aws:", "vpc-lattice-svcs:"].compactMap { ConditionKey($0 + name)?.name }
    return keys.isEmpty ? "" : "; use \(keys.joined(separator: " or "))"
  }

  /// Keys that policies and clients name often.
  static let principalType = ConditionKey(known: "aws:PrincipalType")
  static let requestMethod = ConditionKey(known: "vpc-lattice-svcs:RequestMethod")

  private init(known name: String) { (self.name, id, suffix) = (name, Array(name.utf8.asciiLowercased.utf8), nil) }

  /// Whether a policy's variable can't name the key.
  var isMultivalued: Bool { Self.multivalued.contains(name) }

  /// The form in which string operators compare the key's values.
  var form: PolicyText.Form {
    switch name {
    case "vpc-lattice-svcs:RequestPath": .path
    case _ where name.begins(with: Self.queryParameter): .parameter
    default: .plain
    }
  }

  /// The values that the key has in most requests, as AWS writes them; none if they can be anything.
  var frequentValues: [String] {
    switch self {
    case .principalType: ["Anonymous", "Account", "User", "AssumedRole", "FederatedUser"]
    case .requestMethod: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    default: []
    }
  }

  /// Whether the key describes the caller, so that an anonymous request has no value of the context for it.
  var describesCaller: Bool {
    let name = self.name
    return Self.ofCallers.contains { name.begins(with: $0) } && name != "aws:PrincipalType"
  }

  /// The keys that describe the caller, and have the value `anonymous` in an anonymous request.
  private static let ofEveryRequest: Set = ["aws:PrincipalAccount", "aws:userid"]

  /// Whether the key is read from each request, so that a context can't set it.
  var isOfRequest: Bool { name.begins(with: "vpc-lattice-svcs:Request") }

  /// Whether the key's values are read from the request, its sender, its service or the clock.
  var isComputed: Bool { isOfRequest || Self.computed.contains(name) }

  private static let computed: Set = [
    "aws:CurrentTime", "aws:EpochTime", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService",
    "aws:PrincipalType", "aws:RequestedRegion", "aws:ResourceAccount", "aws:UserAgent", "aws:ViaAWSService",
    "aws:referer",
    "aws:userid", "aws:username", "vpc-lattice-svcs:ServiceArn",
  ]

  private static let queryParameter = "vpc-lattice-svcs:RequestQueryString/"

  private static let ofCallers = [
    "aws:Principal", "aws:userid", "aws:username", "aws:TokenIssueTime", "aws:SourceIdentity", "aws:FederatedProvider",
    "aws:MultiFactorAuth", "aws:AssumedRoot", "aws:ChatbotSourceArn",
  ]

  private static let multivalued: Set = [
    "aws:CalledVia", "aws:PrincipalOrgPaths", "aws:PrincipalServiceNamesList", "aws:ResourceOrgPaths",
    "aws:SourceOrgPaths", "aws:TagKeys",
  ]

  /// The known names, by their bytes in lower case; those that end in a slash have a suffix.
  private static let names: [[UInt8]: String] = {
    let global = [
      "AssumedRoot", "CalledVia", "CalledViaFirst", "CalledViaLast", "ChatbotSourceArn", "CurrentTime",
      "Ec2InstanceSourcePrivateIPv4", "Ec2InstanceSourceVpc", "EpochTime", "FederatedProvider", "MultiFactorAuthAge",
      "MultiFactorAuthPresent", "PrincipalAccount", "PrincipalArn", "PrincipalIsAWSService", "PrincipalOrgID",
      "PrincipalOrgPaths", "PrincipalServiceName", "PrincipalServiceNamesList", "PrincipalTag/", "PrincipalType",
      "referer", "RequestTag/", "RequestedRegion", "ResourceAccount", "ResourceOrgID", "ResourceOrgPaths",
      "ResourceTag/",
      "SecureTransport", "SourceAccount", "SourceArn", "SourceIdentity", "SourceIp", "SourceOrgID", "SourceOrgPaths",
      "SourceVpc", "SourceVpcArn", "SourceVpce", "TagKeys", "TokenIssueTime", "UserAgent", "userid", "username",
      "ViaAWSService", "VpceAccount", "VpceOrgID", "VpceOrgPaths", "VpcSourceIp",
    ].map { "aws:" + $0 }
    let lattice = [
      "Port", "RequestHeader/", "RequestMethod", "RequestPath", "RequestQueryString/", "ServiceArn",
      "ServiceNetworkArn",
      "SourceVpc", "SourceVpcOwnerAccount",
    ].map { "vpc-lattice-svcs:" + $0 }
    return Dictionary(
      (global + lattice).map { (Array($0.utf8.asciiLowercased.utf8), $0) }, uniquingKeysWith: { first, _ in first })
  }()
}

extension ConditionKey {
  /// The values of the key in a request; none if the request doesn't have it.
  func values(in request: AuthPolicy.Request) -> [String] {
    if describesCaller, request.principal == .anonymous {
      return Self.ofEveryRequest.contains(name) ? [Principal.anonymous.arn] : []
    }
    if !isOfRequest, let given = request.context.values[id] { return given }
    return computedValue(in: request).map { [$0] } ?? sentValues(in: request)
  }

  /// The values in the form in which string operators compare them.
  func comparedValues(in request: AuthPolicy.Request) -> [String] {
    switch form {
    case .path: [ComparedText.canonical(request.target.path)]
    case .parameter: parameters(of: request).map { ComparedText.canonical($0) }
    default: values(in: request)
    }
  }

  /// The values that the sender wrote into the request.
  private func sentValues(in request: AuthPolicy.Request) -> [String] {
    switch name {
    case "aws:UserAgent": request.request.headers[values: "user-agent"]
    case "aws:referer": request.request.headers[values: "referer"]
    case _ where name.begins(with: "vpc-lattice-svcs:RequestHeader/"): request.request.headers[values: suffix ?? ""]
    case _ where form == .parameter:
      parameters(of: request).map { String(decoding: Array($0.utf8).percentDecoded, as: UTF8.self) }
    default: []
    }
  }

  private func parameters(of request: AuthPolicy.Request) -> [Substring] {
    let name = ComparedText.canonicalParameter(suffix ?? "")
    return request.target.query.utf8.split(separator: UInt8(ascii: "&")).compactMap { pair in
      let sent = pair.prefix { $0 != UInt8(ascii: "=") }
      guard ComparedText.canonical(Substring(sent)).isSameIgnoringCase(as: name) else { return nil }
      return Substring(pair.dropFirst(sent.count + 1))
    }
  }

  private func computedValue(in request: AuthPolicy.Request) -> String? {
    switch name {
    case "aws:PrincipalType": request.principal.type
    case "aws:PrincipalAccount": request.principal.accountID
    case "aws:PrincipalArn": request.principal.identityARN
    case "aws:userid": request.principal.userID
    case "aws:username": request.principal.userName
    case "aws:CurrentTime": request.time.formatted(.iso8601)
    case "aws:EpochTime": "\(Int64(request.time.timeIntervalSince1970))"
    case "aws:RequestedRegion": request.serviceARNFields[3]
    case "aws:ResourceAccount": request.serviceARNFields[4]
    case "aws:ViaAWSService", "aws:PrincipalIsAWSService": "false"
    case "vpc-lattice-svcs:RequestMethod": request.request.method
    case "vpc-lattice-svcs:RequestPath": request.target.path
    case "vpc-lattice-svcs:ServiceArn": request.service
    default: nil
    }
  }
}
