#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// An access key pair, with the session token and the lifetime of temporary credentials.
///
/// Descriptions, reflection and `dump` show the access key id and the expiration, never the secret or the token.
public struct Credentials: Sendable, Hashable {
  /// The access key id, which is sent in clear in every signature.
  public let accessKeyID: String
  /// The secret access key, which never leaves the process.
  public let secretAccessKey: String
  /// The session token of temporary credentials; `nil` for long-term keys, and never empty.
  public let sessionToken: String?
  /// The time from which AWS refuses these credentials; `nil` when they don't expire.
  public let expiration: Date?
  /// The 12-digit id of the account that the credentials belong to, where their source tells it.
  public let accountID: String?

  /// Creates credentials from their parts.
  ///
  /// An empty session token or account id counts as absent: a signed header without a value is refused by AWS.
  public init(
    accessKeyID: String,
    secretAccessKey: String,
    sessionToken: String? = nil,
    expiration: Date? = nil,
    accountID: String? = nil
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken?.isEmpty == true ? nil : sessionToken
    self.expiration = expiration
    self.accountID = accountID?.isEmpty == true ? nil : accountID
  }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The access key id and the expiration; never the secret or the token.
  public var description: String {
    let token = sessionToken == nil ? "none" : "<redacted>"
    let expires = expiration.map { " expires: \($0)" } ?? ""
    return "Credentials(\(accessKeyID) secret: <redacted> token: \(token)\(expires))"
  }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// The access key id, expiration and account; never the secret or the token.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: ["accessKeyID": accessKeyID, "expiration": expiration as Any, "accountID": accountID as Any],
      displayStyle: .struct)
  }
}
