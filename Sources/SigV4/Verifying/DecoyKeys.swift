/// Keys for access key ids that nobody knows, so that such an id takes the time of one that is known.
///
/// They are derived and kept as real ones are, apart from them: strangers can't push real keys out.
struct DecoyKeys: Sendable {
  let keys = SigningKeyCache()
  private let secret: String

  init() {
    var random = SystemRandomNumberGenerator()
    secret = (0..<4).map { _ in String(random.next(), radix: 36) }.joined()
  }

  /// Credentials of the claim's own id, whose secret nobody has.
  func credentials(for claim: SignatureClaim) -> Credentials {
    Credentials(accessKeyID: claim.accessKeyID, secretAccessKey: secret)
  }
}
