#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// An access key pair, with the session token and the lifetime of temporary credentials.
///
/// Descriptions, reflection and `dump` show the access key ID and the expiration, never the secret or the token.
///
/// ```swift
/// let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
/// try signer.sign(&request, payload: .empty, with: credentials)
/// print(credentials)  // Credentials(AKIDEXAMPLE secret: <redacted> token: none)
/// ```
public struct Credentials: Sendable, Hashable {
  /// The access key ID, which every signature contains in plain text.
  public let accessKeyID: String
  /// The secret access key, which is never sent.
  public let secretAccessKey: String
  /// The session token of temporary credentials; `nil` for long-term keys, and never empty.
  public let sessionToken: String?
  /// The time at which these credentials expire; `nil` if they don't expire.
  public let expiration: Date?
  /// The 12-digit ID of the account that owns the credentials; `nil` if their source doesn't report it.
  public let accountID: String?

  /// Creates credentials from their parts.
  ///
  /// An empty session token or account ID becomes `nil`: AWS rejects a signed token header without a value.
  public init(
    accessKeyID: String,
    secretAccessKey: String,
    sessionToken: String? = nil,
    expiration: Date? = nil,
    accountID: String? = nil
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    // rule: empty-token-absent
    self.sessionToken = sessionToken?.isEmpty == true ? nil : sessionToken
    self.expiration = expiration
    self.accountID = accountID?.isEmpty == true ? nil : accountID
  }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The access key ID and the expiration, without the secret and the token.
  public var description: String {
    let token = sessionToken == nil ? "none" : "<redacted>"
    let expires = expiration.map { " expires: \($0)" } ?? ""
    return "Credentials(\(accessKeyID) secret: <redacted> token: \(token)\(expires))"
  }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// The access key ID, expiration and account, without the secret and the token.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: ["accessKeyID": accessKeyID, "expiration": expiration as Any, "accountID": accountID as Any],
      displayStyle: .struct)
  }
}
