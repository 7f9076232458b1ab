#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// A role, and the name under which its use is recorded.
struct RoleToAssume: Sendable, Hashable {
  let arn: String
  let sessionName: String

  /// Checks the parts against the constraints of the STS API Reference.
  ///
  /// - Parameters:
  ///   - arn: The role's ARN, of 20 to 2048 characters.
  ///   - sessionName: The session's name; where left out, one that tells this library and the time.
  ///   - clock: The time.
  /// - Throws: ``CredentialError`` with the code `misconfigured`.
  init(arn: String, sessionName: String?, _ clock: ProviderClock) throws(CredentialError) {
    guard (20...2048).contains(arn.utf8.count), arn.hasPrefix("arn:") else {
      throw CredentialError(
        .misconfigured, "\(arn.quoted) is no ARN of a role, such as arn:aws:iam::123456789012:role/reservations.")
    }
    let name = sessionName ?? "swift-sigv4-\(Int64(exactly: clock.now().timeIntervalSince1970.rounded()) ?? 0)"
    let isName = name.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "_+=,.@-".utf8.contains(byte)
    }
    guard (2...64).contains(name.utf8.count), isName else {
      throw CredentialError(
        .misconfigured, "The role session name must have 2 to 64 characters, letters, digits and _+=,.@- only.")
    }
    self.arn = arn
    self.sessionName = name
  }

  /// The fields that every action has.
  var fields: [(name: String, value: String)] { [("RoleArn", arn), ("RoleSessionName", sessionName)] }
}
