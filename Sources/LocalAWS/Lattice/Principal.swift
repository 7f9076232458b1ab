/// The sender of a request, as auth policies see it.
public struct Principal: Sendable, Hashable {
  /// The ARN that 403 answers name, such as `arn:aws:sts::123456789012:assumed-role/reservations/i-0123456789abcdef0`.
  public let arn: String

  /// Creates an authenticated principal from its ARN.
  public init(arn: String) { self.arn = arn }

  /// The sender of an unsigned request.
  public static let anonymous = Principal(arn: "anonymous")

  /// The value of `aws:PrincipalType`: `anonymous`, `Account`, `User`, `AssumedRole` or `FederatedUser`.
  public var type: String {
    if self == .anonymous { return arn }
    return switch resource.first {
    case "assumed-role", "role": "AssumedRole"
    case "federated-user": "FederatedUser"
    case "root": "Account"
    default: "User"
    }
  }

  /// The account that the principal belongs to: the ARN's fifth field; `nil` for anonymous ones.
  public var accountID: String? { fields.count > 4 ? String(fields[4]) : nil }

  private var fields: [Substring] {
    arn.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 5, omittingEmptySubsequences: false)
      .map { Substring($0) }
  }
  private var resource: [Substring] {
    fields.count > 5 ? fields[5].utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) } : []
  }

  /// Whether `name`, an entry of a policy's `Principal`, matches this principal.
  ///
  /// An entry is `*`, an account id or its `:root` (everybody in the account), a role (every session of it), or the
  /// ARN of one user or session (IAM User Guide, "AWS JSON policy elements: Principal").
  func isNamed(by name: String) -> Bool {
    if name == "*" || name.isSame(as: arn) { return true }
    guard let accountID else { return false }
    if name.isSame(as: accountID) { return true }
    let named = Principal(arn: name)
    guard named.accountID?.isSame(as: accountID) == true else { return false }
    if named.resource == ["root"] { return true }
    // A session's ARN has the role's name without the role's path.
    return named.resource.first == "role" && resource.first == "assumed-role" && resource.count > 1
      && named.resource.last?.isSame(as: resource[1]) == true
  }
}
