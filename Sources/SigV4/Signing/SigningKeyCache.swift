import Synchronization

/// The keys that a signer has derived, found again by credentials, day and region; the oldest makes room.
///
/// Credentials are compared whole, so that a secret replaced under the same id gets a key of its own.
final class SigningKeyCache: Sendable {
  private struct Entry {
    let credentials: Credentials
    let day: Int
    let region: String?
    let key: SigningKey
  }

  /// Enough for the credentials and regions that a process has in use at a time; each key is about 1 KB.
  private static let limit = 64

  private let entries = Mutex<[Entry]>([])

  /// The key derived earlier, if it is still known.
  func key(for credentials: Credentials, day: Int, region: String?) -> SigningKey? {
    entries.withLock { entries in
      // By index, since a loop over the entries would copy each.
      entries.indices.first {
        entries[$0].day == day && entries[$0].region == region && entries[$0].credentials == credentials
      }.map { entries[$0].key }
    }
  }

  /// Derives and keeps the key of `scope`; a SigV4a key of the same credentials serves for every day.
  func deriveKey(
    for credentials: Credentials, day: Int, scope: CredentialScope
  ) throws(SigningError) -> SigningKey {
    let known = scope.region == nil ? asymmetricMaterial(for: credentials) : nil
    let key = if let known { SigningKey(known, scope: scope) } else { try SigningKey(credentials, scope: scope) }
    keep(key, for: credentials, day: day)
    return key
  }

  /// Keeps a key for the next time.
  func keep(_ key: SigningKey, for credentials: Credentials, day: Int) {
    let entry = Entry(credentials: credentials, day: day, region: key.scope.region, key: key)
    entries.withLock { entries in
      if entries.count >= Self.limit { entries.removeLast() }
      entries.insert(entry, at: 0)
    }
  }

  private func asymmetricMaterial(for credentials: Credentials) -> SigningKey.Material? {
    entries.withLock { entries in
      entries.first { $0.region == nil && $0.credentials == credentials }?.key.material
    }
  }
}
