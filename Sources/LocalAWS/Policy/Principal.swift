/// The sender of a request, as auth policies see it.
public struct Principal: Sendable, Hashable {
  /// The ARN that 403 answers name, such as `arn:aws:sts::123456789012:assumed-role/reservations/i-0123456789abcdef0`.
  public let arn: String

  /// Creates an authenticated principal from its ARN.
  public init(arn: String) { self.arn = arn }

  /// The caller that an ARN names: a user, a role's session, a federated user or a root user; `nil` for another ARN.
  public init?(caller arn: String) {
    self.init(arn: arn)
    let kinds = ["user", "assumed-role", "federated-user", "root"]
    guard Self.flaw(ofName: arn) == nil, let kind = resource.first, kinds.contains(String(kind)) else { return nil }
  }

  /// The sender of an unsigned request.
  public static let anonymous = Principal(arn: "anonymous")

  /// The value of `aws:PrincipalType`: `Anonymous`, `Account`, `User`, `AssumedRole` or `FederatedUser`.
  public var type: String {
    if self == .anonymous { return "Anonymous" }
    return switch resource.first {
    case "assumed-role", "role": "AssumedRole"
    case "federated-user": "FederatedUser"
    case "root": "Account"
    default: "User"
    }
  }

  /// The account that the principal belongs to: the ARN's fifth field; `nil` for anonymous ones.
  public var accountID: String? { fields.count > 4 ? String(fields[4]) : nil }

  /// The value of `aws:PrincipalArn`: of a role's session, the role's ARN, without a path, which a session's ARN doesn't have.
  public var identityARN: String? {
    if self == .anonymous { return nil }
    guard resource.first == "assumed-role", resource.count > 1, let accountID else { return arn }
    return "\(fields[0]):\(fields[1]):iam::\(accountID):role/\(resource[1])"
  }

  /// The value of `aws:userid`: made up, but different for different names of roles and users.
  public var userID: String? {
    let name = resource.last.map { String($0) } ?? ""
    return switch type {
    case "Anonymous": nil
    case "Account": accountID
    case "FederatedUser": "\(accountID ?? ""):\(name)"
    case "AssumedRole": Self.uniqueID("AROA", resource.count > 1 ? resource[1] : "") + ":" + name
    default: Self.uniqueID("AIDA", resource.last ?? "")
    }
  }

  /// The value of `aws:username`: the name of an IAM user; `nil` for others.
  public var userName: String? { type == "User" ? resource.last.map { String($0) } : nil }

  private var fields: [Substring] {
    arn.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 5, omittingEmptySubsequences: false)
      .map { Substring($0) }
  }
  private var resource: [Substring] {
    fields.count > 5 ? fields[5].utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) } : []
  }

  /// An ID in the form of IAM's, from the bytes of a name.
  private static func uniqueID(_ prefix: String, _ name: Substring) -> String {
    let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    let hash = name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    return prefix + "EXAMPLE"
      + String((0..<10).map { characters[Int(truncatingIfNeeded: hash >> UInt64($0 * 5)) & 31] })
  }
}

// MARK: - Names in policies

extension Principal {
  /// Whether `name`, an entry of a policy's `Principal`, matches this principal.
  ///
  /// An entry is `*`, an account ID or its `:root` (every caller of the account), a role (each of its sessions), or the ARN of
  /// one user or session (IAM User Guide, "AWS JSON policy elements: Principal").
  func isNamed(by name: String) -> Bool {
    if name == "*" { return true }
    return accountID.map { Self.isAccount(name, $0) } == true || isIdentity(name)
  }

  /// Whether `name`, an entry of a policy's `NotPrincipal`, excludes this principal.
  ///
  /// An account excludes only its root user. The account's users and roles must be listed separately.
  func isExcepted(by name: String) -> Bool {
    if name == "*" { return true }
    return type == "Account" && accountID.map { Self.isAccount(name, $0) } == true || isIdentity(name)
  }

  /// Whether `name` is this principal's ARN, or that of its role.
  private func isIdentity(_ name: String) -> Bool {
    if self != .anonymous, name.isSame(as: arn) { return true }
    let named = Principal(arn: name)
    guard let accountID, named.accountID?.isSame(as: accountID) == true else { return false }
    // A session's ARN has the role's name without the role's path.
    return named.resource.first == "role" && resource.first == "assumed-role" && resource.count > 1
      && named.resource.last?.isSame(as: resource[1]) == true
  }

  /// Whether `name` names an account as a whole.
  static func isAccount(_ name: String, _ accountID: String) -> Bool {
    if name.isSame(as: accountID) { return true }
    let named = Principal(arn: name)
    return named.resource == ["root"] && named.accountID?.isSame(as: accountID) == true
  }

  /// The reason why `name` can't be an entry of `Principal`; `nil` if it can.
  static func flaw(ofName name: String) -> String? {
    if name == "*"
      || name.utf8.count == 12 && name.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    {
      return nil
    }
    let principal = Principal(arn: name)
    guard name.begins(with: "arn:"), principal.fields.count == 6, ["iam", "sts"].contains(principal.fields[2]),
      !principal.resource.isEmpty
    else { return "it isn't an ARN of IAM or STS, an account ID of 12 digits, or *" }
    guard !name.utf8.contains(where: { "*?".utf8.contains($0) }) else {
      return "a principal can't contain a wildcard; use a condition on aws:PrincipalArn"
    }
    return name.utf8.firstRange(of: "${".utf8) == nil ? nil : "a principal can't contain a variable"
  }
}
