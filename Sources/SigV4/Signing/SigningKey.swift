/// A key for one credential scope, derived from a secret access key.
///
/// With SigV4 it is HMAC upon HMAC over day, region, service and terminator; who has it can sign for that scope, and
/// for no other (AWS IAM User Guide, "Create a signed AWS API request", step 4). With SigV4a, whose scope has no region,
/// it is a P-256 key derived from the access key pair alone (``AsymmetricKeyDerivation``).
public struct SigningKey: Sendable {
  /// The scope that the key signs for.
  public var scope: CredentialScope { storage.scope }
  var material: any SigningMaterial { storage.material }
  /// What a signature names: the access key id and the scope.
  var credential: String { storage.credential }
  /// What `Authorization` begins with, up to the list of signed headers.
  var authorizationStart: String { storage.authorizationStart }

  /// Shared between copies, since each signature takes one.
  private let storage: Storage

  private final class Storage: Sendable {
    let scope: CredentialScope
    let material: any SigningMaterial
    let credential: String
    let authorizationStart: String

    init(_ scope: CredentialScope, _ material: any SigningMaterial, _ accessKeyID: String) {
      self.scope = scope
      self.material = material
      credential = scope.credential(of: accessKeyID)
      var text = ByteBuffer(capacity: 256)
      text.append(material.algorithm.rawValue)
      text.append(" Credential=")
      text.append(credential)
      text.append(", SignedHeaders=")
      authorizationStart = text.string()
    }
  }

  /// Derives the key of `scope` from `credentials`: a SigV4 key where the scope has a region, a SigV4a key where it has none.
  ///
  /// - Throws: ``SigningError`` for credentials that can't be signed with.
  public init(_ credentials: Credentials, scope: CredentialScope) throws(SigningError) {
    try credentials.validate()
    if let region = scope.region {
      let key = try HMACKey.signingKey(
        credentials.secretAccessKey, prefix: "AWS4", day: scope.day, region: region, service: scope.service)
      self.init(try PreparedHMACKey(key), scope, of: credentials.accessKeyID)
    } else {
      self.init(try AsymmetricKeyDerivation.key(for: credentials), scope, of: credentials.accessKeyID)
    }
  }

  init(_ material: any SigningMaterial, _ scope: CredentialScope, of accessKeyID: String) {
    storage = Storage(scope, material, accessKeyID)
  }

  /// How this key signs.
  public var algorithm: SigningAlgorithm { material.algorithm }

  /// The signature of `stringToSign` in lower-case hex: of the HMAC's 32 bytes, or of an ECDSA signature in DER, which differs each time.
  ///
  /// - Throws: ``SigningError`` only where the crypto library fails.
  public func signature(for stringToSign: StringToSign) throws(SigningError) -> String {
    try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      scratch.buffer.append(stringToSign.text)
      let signature = try appendSignature(for: 0..<scratch.buffer.count, to: &scratch.buffer, using: &scratch.state)
      return scratch.buffer.string(signature)
    }
  }

  /// Appends the signature of the string to sign at `range` of `buffer`, in hex, and says where it stands.
  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Range<Int> {
    let start = buffer.count
    try storage.material.appendSignature(for: range, to: &buffer, using: &state)
    return start..<buffer.count
  }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
  /// The scope; never the key.
  public var description: String { "SigningKey(\(scope) key: <redacted>)" }
  /// The scope; never the key.
  public var customMirror: Mirror { Mirror(self, children: ["scope": scope], displayStyle: .struct) }
}

extension Credentials {
  /// Refuses what no signature can be made with.
  func validate() throws(SigningError) {
    guard accessKeyID.isScopeElement else {
      throw SigningError(
        .invalidCredentials,
        "The access key id is empty or holds white space, a slash, a comma or something that isn't ASCII.")
    }
    guard let first = secretAccessKey.utf8.first, let last = secretAccessKey.utf8.last else {
      throw SigningError(.invalidCredentials, "The secret access key of \(accessKeyID) is empty.")
    }
    guard first > 0x20, last > 0x20, secretAccessKey.withBytes({ $0.lowest }) >= 0x20 else {
      throw SigningError(
        .invalidCredentials,
        "The secret access key of \(accessKeyID) begins or ends with white space or holds a control character; was it copied with its line?"
      )
    }
    guard sessionToken?.withBytes({ $0.isVisible }) != false else {
      throw SigningError(
        .invalidCredentials, "The session token of \(accessKeyID) holds white space or a control character.")
    }
  }
}
