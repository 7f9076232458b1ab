import SigV4

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

  /// The session of the role that an ARN names; `nil` for another ARN.
  public init?(role arn: String, session: String) {
    let role = Principal(arn: arn)
    guard Self.flaw(ofName: arn) == nil, role.isRole else { return nil }
    self.init(arn: role.sessionARN(session))
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

  /// The ARN's second field, such as `aws`; empty for anonymous ones.
  var partition: Substring { fields.count > 1 ? fields[1] : "" }

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
  /// An entry is `*`, an account, a role, or the ARN of one user or session. An account ID or its `:root` matches every caller of
  /// the account, and a role each of its sessions (IAM User Guide, "AWS JSON policy elements: Principal").
  func isNamed(by name: String) -> Bool {
    if name == "*" { return true }
    return isOfAccount(name) || isIdentity(name)
  }

  /// Whether `name`, an entry of a policy's `NotPrincipal`, excludes this principal.
  ///
  /// An account excludes only its root user. The account's users and roles must be listed separately.
  func isExcepted(by name: String) -> Bool {
    if name == "*" { return true }
    return type == "Account" && isOfAccount(name) || isIdentity(name)
  }

  /// Whether `name` is this principal's ARN, or that of its role.
  private func isIdentity(_ name: String) -> Bool { self != .anonymous && name.isSame(as: arn) || isOfRole(name) }

  /// Whether `name` is the ARN of the role whose session this is; a session's ARN has the role's name without its path.
  func isOfRole(_ name: String) -> Bool {
    let named = Principal(arn: name)
    return resource.first == "assumed-role" && resource.count > 1 && named.resource.first == "role"
      && named.resource.last?.isSame(as: resource[1]) == true && hasAccount(of: named)
  }

  /// Whether `name` names this principal's account as a whole.
  func isOfAccount(_ name: String) -> Bool {
    if let accountID, name.isSame(as: accountID) { return true }
    let named = Principal(arn: name)
    return named.resource == ["root"] && hasAccount(of: named)
  }

  /// Whether both are of one account in one partition.
  private func hasAccount(of other: Principal) -> Bool {
    guard let accountID, let account = other.accountID else { return false }
    return accountID.isSame(as: account) && partition.isSame(as: other.partition)
  }

  /// Whether a name of a policy is this principal's, or that of another session of its role.
  func isNamedWithAnySession(by name: String) -> Bool {
    isNamed(by: name) || Principal(arn: name).identityARN.map { $0.isSame(as: identityARN ?? "") } ?? false
  }

  /// Whether the ARN is that of a role, rather than of a session.
  var isRole: Bool { resource.first == "role" }

  /// The ARN of a session of this role, which has the role's name without its path.
  func sessionARN(_ name: String) -> String {
    "arn:\(partition):sts::\(accountID ?? ""):assumed-role/\(resource.last ?? "")/\(name)"
  }

  /// The ARN that names the principal's account as a whole; `nil` for anonymous ones.
  var accountARN: String? {
    accountID.map { "arn:\(partition):iam::\($0):root" }
  }

  /// The reason why a statement for these names isn't for this principal.
  func mismatch(with names: AuthPolicy.Statement.Listed<String>) -> String {
    let listed = names.elements.map { Principal(arn: $0) }
    // Policies mostly name roles, whose sessions the callers are.
    let isBySession = listed.contains { $0.resource.first == "assumed-role" }
    let caller = isBySession ? self : Principal(arn: identityARN ?? arn)
    // Within one account, the ends of the ARNs differ.
    let isShort = listed.allSatisfy { $0.hasAccount(of: caller) && $0.resource.count > 1 }
    func shown(_ principal: Principal) -> String { isShort ? principal.resource.joined(separator: "/") : principal.arn }
    var texts = listed.prefix(3).map {
      $0.arn == "*" ? "everyone" : $0.resource.count > 1 ? shown($0) : "account \($0.accountID ?? $0.arn)"
    }
    if listed.count > 3 { texts.append("\(listed.count - 3) more") }
    let joined = [texts.dropLast().joined(separator: ", "), texts.last ?? ""].filter { !$0.isEmpty }
    let exception = if case .none = names { "all except " } else { "" }
    return "it is for \(exception)\(joined.joined(separator: " and ")), and the caller is \(shown(caller))"
  }

  /// The reason why `name` can't be an entry of `Principal`; `nil` if it can.
  static func flaw(ofName name: String) -> String? {
    if name == "*" || isAccountID(name) { return nil }
    let principal = Principal(arn: name)
    let fields = principal.fields
    guard name.begins(with: "arn:"), fields.count == 6, ["iam", "sts"].contains(fields[2]) else {
      return "it isn't an ARN of IAM or STS, an account ID of 12 digits, or *"
    }
    guard !name.utf8.contains(where: { "*?".utf8.contains($0) }) else {
      return "a principal can't contain a wildcard; use a condition on aws:PrincipalArn"
    }
    guard name.utf8.firstRange(of: "${".utf8) == nil else { return "a principal can't contain a variable" }
    guard fields[1] == "aws" || fields[1].utf8.starts(with: "aws-".utf8) else {
      return "\(fields[1].debugDescription) isn't a partition such as aws"
    }
    guard fields[3].isEmpty, isAccountID(fields[4]) else {
      return "the ARN of a principal has no region, and an account ID of 12 digits"
    }
    let parts = fields[5].utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isForm: Bool
    switch (fields[2], Substring(parts[0])) {
    case ("iam", "root"): isForm = parts.count == 1
    case ("iam", "user"), ("iam", "role"): isForm = parts.count > 1
    case ("sts", "assumed-role"): isForm = parts.count == 3
    case ("sts", "federated-user"): isForm = parts.count == 2
    default: isForm = false
    }
    guard isForm, parts.allSatisfy({ !$0.isEmpty }),
      fields[5].utf8.allSatisfy({ $0 > ASCII.space && $0 < ASCII.delete })
    else { return "it isn't the ARN of an account's root, a user, a role, a role's session or a federated user" }
    return nil
  }

  /// Whether a text has the form of the name of a role, a user or a session.
  package static func isName(_ text: some StringProtocol) -> Bool {
    1...64 ~= text.utf8.count && text.utf8.allSatisfy { $0.isLetterOrDigit || "_+=,.@-".utf8.contains($0) }
  }

  /// Whether a text has the form of an account ID.
  package static func isAccountID(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 12 && text.utf8.allSatisfy(\.isASCIIDigit)
  }
}

extension UInt8 {
  /// Whether the byte is an ASCII letter or digit.
  package var isLetterOrDigit: Bool { isASCIILetter || isASCIIDigit }
}
