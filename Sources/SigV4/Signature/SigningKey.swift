/// A key for one credential scope, derived from a secret access key.
///
/// A SigV4 key is a chain of HMACs over day, region, service and terminator. It can sign for its scope only
/// (AWS IAM User Guide, "Create a signed AWS API request", step 4). A SigV4a key, whose scope has no region, is a P-256 key
/// derived from the access key pair alone (``AsymmetricKeyDerivation``).
package struct SigningKey: Sendable {
  /// The scope that the key signs for.
  package var scope: CredentialScope { storage.scope }
  var material: any SigningMaterial { storage.material }
  /// The credential that a signature names: the access key ID and the scope.
  var credential: String { storage.credential }
  /// The beginning of `Authorization`, up to the list of signed headers.
  var authorizationStart: String { storage.authorizationStart }

  /// Shared between copies, because each signature copies the key.
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
      // rule: authorization-header
      text.append(material.algorithm.rawValue)
      text.append(" Credential=")
      text.append(credential)
      text.append(", SignedHeaders=")
      authorizationStart = text.string()
    }
  }

  /// Derives the key of `scope` from `credentials`: a SigV4 key, or a SigV4a key if the scope has no region.
  ///
  /// - Throws: ``SigningError`` if the credentials are invalid.
  package init(_ credentials: Credentials, scope: CredentialScope) throws(SigningError) {
    try credentials.validate()
    try self.init(Self.bytes(from: credentials, for: scope), scope, of: credentials.accessKeyID)
  }

  /// Creates a key from the bytes of a derived one.
  ///
  /// - Throws: ``SigningError`` if the bytes aren't a scalar of P-256, with SigV4a.
  init(bytes: [UInt8], for scope: CredentialScope, of accessKeyID: String) throws(SigningError) {
    var buffer = ByteBuffer(capacity: bytes.count)
    buffer.append(bytes.span)
    try self.init(buffer, scope, of: accessKeyID)
  }

  private init(_ bytes: borrowing ByteBuffer, _ scope: CredentialScope, of accessKeyID: String) throws(SigningError) {
    if scope.region != nil {
      self.init(try PreparedHMACKey(HMACKey(bytes)), scope, of: accessKeyID)
    } else {
      self.init(try P256.PrivateKey(scalar: bytes), scope, of: accessKeyID)
    }
  }

  /// Derives the bytes of a key: a SigV4 key, or a SigV4a key if the scope has no region.
  static func bytes(from credentials: Credentials, for scope: CredentialScope) throws(SigningError) -> ByteBuffer {
    guard let region = scope.region else { return try AsymmetricKeyDerivation.scalar(for: credentials) }
    // rule: signing-key
    return try HMACKey.chainedCode(
      credentials.secretAccessKey, prefix: "AWS4",
      over: [scope.day, region, scope.service, CredentialScope.terminator])
  }

  init(_ material: any SigningMaterial, _ scope: CredentialScope, of accessKeyID: String) {
    storage = Storage(scope, material, accessKeyID)
  }

  /// The algorithm of this key.
  package var algorithm: SigningAlgorithm { material.algorithm }

  /// Returns the signature of `stringToSign` in lower-case hex.
  ///
  /// With SigV4, it is an HMAC of 32 bytes. With SigV4a, it is an ECDSA signature in DER, which differs each time.
  ///
  /// - Throws: ``SigningError`` only if the crypto library fails.
  package func signature(for stringToSign: StringToSign) throws(SigningError) -> String {
    var buffer = ByteBuffer(capacity: 512)
    var state = try SHA256()
    buffer.append(stringToSign.text)
    return buffer.string(try appendSignature(for: 0..<buffer.count, to: &buffer, using: &state))
  }

  /// Appends the signature of the string to sign at `range` of `buffer`, in hex, and returns its range.
  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Range<Int> {
    let start = buffer.count
    try storage.material.appendSignature(for: range, to: &buffer, using: &state)
    return start..<buffer.count
  }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
  /// The scope, without the key.
  package var description: String { "SigningKey(\(scope) key: <redacted>)" }
  /// The scope, without the key.
  package var customMirror: Mirror { Mirror(self, children: ["scope": scope], displayStyle: .struct) }
}

extension Credentials {
  /// Throws if these credentials can't sign.
  func validate() throws(SigningError) {
    // rule: refuse-credentials
    guard accessKeyID.isScopeElement else {
      throw SigningError(
        .invalidCredentials,
        "The access key ID is empty, or contains white space, a slash, a comma or a character outside of ASCII. Check that it was copied completely."
      )
    }
    guard let first = secretAccessKey.utf8.first, let last = secretAccessKey.utf8.last else {
      throw SigningError(.invalidCredentials, "The secret access key of \(accessKeyID) is empty. Set it.")
    }
    guard first > ASCII.space, last > ASCII.space, secretAccessKey.withBytes({ $0.lowest }) >= ASCII.space else {
      throw SigningError(
        .invalidCredentials,
        "The secret access key of \(accessKeyID) begins or ends with white space, or contains a control character. Remove white space and line breaks."
      )
    }
    guard sessionToken?.withBytes({ $0.isVisible }) != false else {
      throw SigningError(
        .invalidCredentials,
        "The session token of \(accessKeyID) contains white space or a control character. Remove spaces and line breaks."
      )
    }
  }
}

/// The key that makes and verifies signatures: an HMAC key, or with SigV4a a P-256 key.
///
/// A protocol, not an enum: an enum's tag bits hide the pointer from leak checkers.
protocol SigningMaterial: Sendable {
  var algorithm: SigningAlgorithm { get }

  /// Appends the signature of the string to sign at `range` of `buffer`, in hex.
  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError)

  /// Whether `signature`, in lower-case hex, is valid for the string to sign at `range` of `buffer`.
  func isSignature(
    _ signature: Span<UInt8>, of range: Range<Int>, in buffer: borrowing ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Bool
}

extension PreparedHMACKey: SigningMaterial {
  var algorithm: SigningAlgorithm { .sigV4 }

  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError) {
    let code = try authenticationCode(for: range, of: buffer, in: &state)
    code.withBytes { buffer.appendHex($0) }
  }

  func isSignature(
    _ signature: Span<UInt8>, of range: Range<Int>, in buffer: borrowing ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Bool {
    let code = try authenticationCode(for: range, of: buffer, in: &state)
    return SHA256Digest(lowercaseHex: signature).map { $0 == code } ?? false
  }
}

extension P256.PrivateKey: SigningMaterial {
  var algorithm: SigningAlgorithm { .sigV4a }

  func appendSignature(
    for range: Range<Int>, to buffer: inout ByteBuffer, using state: inout SHA256
  ) throws(SigningError) {
    // rule: sigv4a-signature
    let signature = try buffer.withBytes(range) { (bytes) throws(SigningError) in
      try self.signature(for: bytes, using: &state)
    }
    buffer.appendHex(signature.span)
  }

  func isSignature(
    _ signature: Span<UInt8>, of range: Range<Int>, in buffer: borrowing ByteBuffer, using state: inout SHA256
  ) throws(SigningError) -> Bool {
    guard let bytes = Hexadecimal.bytes(String(copying: signature)) else { return false }
    return try buffer.withBytes(range) { (stringToSign) throws(SigningError) in
      try P256.isValid(bytes, for: stringToSign, by: publicKey)
    }
  }
}

/// Derives the P-256 key of SigV4a from an access key pair, in the counter mode of NIST SP 800-108 over HMAC-SHA256.
///
/// The private key is one more than the first candidate of at most the order of the group minus two
/// (AWS IAM User Guide, "Create a signed AWS API request", SigV4a).
enum AsymmetricKeyDerivation {
  static func key(for credentials: Credentials) throws(SigningError) -> P256.PrivateKey {
    try P256.PrivateKey(scalar: scalar(for: credentials))
  }

  static func scalar(for credentials: Credentials) throws(SigningError) -> ByteBuffer {
    // The secret, then each candidate.
    var candidate = ByteBuffer(capacity: 64)
    // rule: sigv4a-key
    candidate.append("AWS4A")
    candidate.append(credentials.secretAccessKey)
    let key = try HMACKey(candidate)
    var state = try SHA256()
    for counter in UInt8(1)...254 {
      // The counter of the mode, the label, a zero, the context (access key ID and SigV4a's counter), the length in bits: 256.
      let input =
        [0, 0, 0, 1] + Array(SigningAlgorithm.sigV4a.rawValue.utf8) + [0]
        + Array(credentials.accessKeyID.utf8) + [counter] + [0, 0, 1, 0]
      try key.authenticationCode(for: input.span, in: &state, replacing: &candidate)
      // rule: sigv4a-key
      if candidate.isAtMost(P256.orderMinusTwo) {
        candidate.addOne()
        return candidate
      }
    }
    // The probability is 2^-32 for each of 254 candidates.
    throw .crypto("No SigV4a key can be derived from the key pair of \(credentials.accessKeyID)")
  }
}

// The buffer as a big-endian number.
extension ByteBuffer {
  /// Whether this is at most `other`, of the same length, in constant time.
  fileprivate func isAtMost(_ other: [UInt8]) -> Bool {
    var borrow = 0
    for index in other.indices.reversed() {
      borrow = (Int(other[index]) - Int(self[index]) - borrow) < 0 ? 1 : 0
    }
    return borrow == 0
  }

  /// Adds one, in constant time.
  fileprivate mutating func addOne() {
    var carry: UInt16 = 1
    for index in (0..<count).reversed() {
      carry += UInt16(self[index])
      self[index] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
  }
}
