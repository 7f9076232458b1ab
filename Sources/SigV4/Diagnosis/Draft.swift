/// The inputs of a signature, right or wrong, and whether they yield the one that was sent.
struct Draft {
  var algorithm: SigningAlgorithm
  var canonicalRequest: String
  /// The second line of the string to sign.
  var date: String
  /// The third line of the string to sign.
  var scope: String
  var accessKeyID: String
  /// The secret without white space and quotes around it.
  var secret: String
  var secretPrefix = "AWS4"
  var day: String
  var region: String
  var service: String

  init(_ claim: SignatureClaim, canonicalRequest: String, credentials: Credentials) {
    algorithm = claim.algorithm
    self.canonicalRequest = canonicalRequest
    date = claim.date.text
    scope = claim.scope.text
    accessKeyID = credentials.accessKeyID
    secret = Self.bare(credentials.secretAccessKey)
    day = claim.scope.day
    region = claim.scope.region ?? ""
    service = claim.scope.service
  }

  static func bare(_ secret: String) -> String {
    secret.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
  }

  /// Whether these inputs yield `signature`.
  func makes(_ signature: String) -> Bool {
    guard let hash = try? SHA256.hash(canonicalRequest).hex else { return false }
    let stringToSign = Array([algorithm.rawValue, date, scope, hash].joined(separator: "\n").utf8)
    switch algorithm {
    case .sigV4: return (try? hmac(stringToSign)) == signature
    case .sigV4a:
      // Not through Signer, which rejects a secret with white space: one of the mistakes.
      let credentials = Credentials(accessKeyID: accessKeyID, secretAccessKey: secret)
      guard let key = try? AsymmetricKeyDerivation.key(for: credentials), let bytes = Hexadecimal.bytes(signature)
      else {
        return false
      }
      return (try? P256.isValid(bytes, for: stringToSign.span, by: key.publicKey)) ?? false
    }
  }

  private func hmac(_ stringToSign: [UInt8]) throws(SigningError) -> String {
    let key = try HMACKey.chained(
      secret, prefix: secretPrefix, over: [day, region, service, CredentialScope.terminator])
    var state = try SHA256()
    return try key.authenticationCode(for: stringToSign.span, in: &state).hex
  }
}
