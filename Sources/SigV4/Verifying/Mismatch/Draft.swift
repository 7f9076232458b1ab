/// A signature somebody may have made: every input of it, right or wrong, and whether it is the one at hand.
struct Draft {
  var algorithm: SigningAlgorithm
  var canonicalRequest: String
  /// The second line of the string to sign.
  var date: String
  /// The third line of the string to sign.
  var scope: String
  /// What the key is derived from.
  var accessKeyID: String
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
    secret = credentials.secretAccessKey
    day = claim.scope.day
    region = claim.scope.region ?? ""
    service = claim.scope.service
  }

  /// Whether `signature` is what comes of this.
  func makes(_ signature: String) -> Bool {
    guard let hash = try? SHA256.hash(canonicalRequest).hex else { return false }
    let stringToSign = Array([algorithm.rawValue, date, scope, hash].joined(separator: "\n").utf8)
    switch algorithm {
    case .hmacSHA256: return (try? hmac(stringToSign)) == signature
    case .ecdsaP256SHA256:
      // Derived without the checks of a signer: a secret with white space is just what is looked for.
      let credentials = Credentials(accessKeyID: accessKeyID, secretAccessKey: secret)
      guard let key = try? AsymmetricKeyDerivation.key(for: credentials), let bytes = Hexadecimal.bytes(signature)
      else {
        return false
      }
      return (try? P256.isValid(bytes, for: stringToSign.span, by: key.publicKey)) ?? false
    }
  }

  private func hmac(_ stringToSign: [UInt8]) throws(SigningError) -> String {
    let key = try HMACKey.signingKey(
      secret, prefix: secretPrefix, day: day, region: region, service: service)
    var state = try SHA256()
    return try key.authenticationCode(for: stringToSign.span, in: &state).hex
  }
}
