/// Credentials for one credential scope: a signing key in place of the secret access key.
///
/// A key service keeps the secret access keys. It derives a key for each scope with ``init(_:for:)``, and sends its
/// ``signingKey`` to the servers that verify requests. A signing key doesn't reveal the secret, and signs only for its scope: one
/// day, one region and one service. A signing key of SigV4a signs for every scope (AWS IAM User Guide, "Create a signed AWS API
/// request", step 4).
///
/// ```swift
/// let verified = try await verifier.verify(
///   request, payload: .bytes(body),
///   scopedCredentials: { accessKeyID, claim in
///     try keys[accessKeyID].map { try ScopedCredentials($0, for: claim.scope) }
///   })
/// ```
public struct ScopedCredentials: Sendable {
  /// The access key ID.
  public let accessKeyID: String
  /// The session token of temporary credentials.
  public let sessionToken: String?
  /// The scope that the key signs for.
  public let scope: CredentialScope
  /// The signing key, a secret of 32 bytes: an HMAC key, or with SigV4a the private scalar of a P-256 key.
  public let signingKey: [UInt8]

  let key: SigningKey

  /// Derives the signing key of `scope` from `credentials`, as a key service does.
  ///
  /// - Parameters:
  ///   - credentials: The credentials with the secret access key.
  ///   - scope: The scope, such as ``SignatureClaim/scope``.
  /// - Throws: ``SigningError`` if the credentials are invalid.
  public init(_ credentials: Credentials, for scope: CredentialScope) throws(SigningError) {
    try credentials.validate()
    let bytes = try SigningKey.bytes(from: credentials, for: scope)
    try self.init(
      accessKeyID: credentials.accessKeyID, sessionToken: credentials.sessionToken,
      signingKey: (0..<bytes.count).map { bytes[$0] }, for: scope)
  }

  /// Creates credentials from a signing key that was derived elsewhere.
  ///
  /// - Parameters:
  ///   - accessKeyID: The access key ID.
  ///   - sessionToken: The session token of temporary credentials.
  ///   - signingKey: The key, 32 bytes.
  ///   - scope: The scope that the key was derived for.
  /// - Throws: ``SigningError`` with the code ``SigningError/Code/invalidCredentials`` if the access key ID, the token or the key
  ///   is malformed. A key has 32 bytes. With SigV4a, it is a scalar of P-256.
  public init(
    accessKeyID: String, sessionToken: String? = nil, signingKey: [UInt8], for scope: CredentialScope
  ) throws(SigningError) {
    guard signingKey.count == SHA256Digest.byteCount else {
      throw SigningError(
        .invalidCredentials,
        "The signing key of \(accessKeyID) has \(signingKey.count) bytes. Pass the \(SHA256Digest.byteCount) bytes of a derived key, not its hex digits."
      )
    }
    self.accessKeyID = accessKeyID
    self.sessionToken = sessionToken
    self.signingKey = signingKey
    self.scope = scope
    guard accessKeyID.isScopeElement, sessionToken?.withBytes({ $0.isVisible && !$0.isEmpty }) != false else {
      throw SigningError(
        .invalidCredentials,
        "The access key ID or the session token is empty, or contains white space or another invalid character. Check that it was copied completely."
      )
    }
    do {
      key = try SigningKey(bytes: signingKey, for: scope, of: accessKeyID)
    } catch {
      throw scope.region == nil
        ? SigningError(
          .invalidCredentials, "The signing key of \(accessKeyID) isn't a key of P-256, as SigV4a requires.")
        : error
    }
  }
}

extension ScopedCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The access key ID and the scope, without the key and the session token.
  public var description: String { "ScopedCredentials(\(accessKeyID)/\(scope), signing key: \(Redaction.placeholder))" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The same as ``description``.
  public var customMirror: Mirror {
    Mirror(self, children: ["accessKeyID": accessKeyID, "scope": scope], displayStyle: .struct)
  }
}
