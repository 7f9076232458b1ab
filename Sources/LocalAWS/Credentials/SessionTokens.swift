/// The session tokens that an instance metadata service has issued and that haven't expired.
struct SessionTokens: Sendable {
  /// The valid lifetimes, in seconds.
  static let lifetimes = 1...21_600

  private var expirations: [String: ContinuousClock.Instant] = [:]

  /// Creates a token that is valid for `seconds` from `now`.
  mutating func issue(seconds: Int, at now: ContinuousClock.Instant) -> String {
    expirations = expirations.filter { $0.value > now }
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let token = String((0..<54).map { _ in alphabet.randomElement() ?? "A" }) + "=="
    expirations[token] = now + .seconds(seconds)
    return token
  }

  func accepts(_ token: String, at now: ContinuousClock.Instant) -> Bool {
    // For ASCII, equal texts have the same bytes.
    token.utf8.allSatisfy { $0 < 0x80 } && expirations[token].map { $0 > now } ?? false
  }
}
