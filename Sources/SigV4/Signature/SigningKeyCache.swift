/// The keys that a thread has derived, by credentials, day, region and service; a new key replaces the oldest.
///
/// Each thread has its own cache in its ``SigningWorkspace``. A shared cache would contend on its lock and on reference counts,
/// which costs more than deriving a key on each thread.
///
/// Lookups compare all of the credentials, so that a new secret with the same access key ID gets a new key.
struct SigningKeyCache {
  private struct Entry {
    let credentials: Credentials
    let idEnd: UInt32
    let day: Int
    let key: SigningKey
    /// Whether the key was used since ``dropUnused()`` was called last.
    var wasUsed = true
  }

  /// The entries in a ring.
  private var entries: [Entry] = []
  /// The index of the oldest entry, which the next one replaces.
  private var oldest = 0

  /// Enough for the credentials, regions and services that a process uses at the same time.
  ///
  /// Each key needs about 1 KB.
  private static let limit = 64

  /// Returns the key if it is cached.
  mutating func key(for credentials: Credentials, day: Int, region: String?, service: String) -> SigningKey? {
    let idEnd = credentials.idEnd
    return key { entry in
      let scope = entry.key.scope
      return entry.idEnd == idEnd && entry.day == day && scope.region == region && scope.service == service
        && scope.service.utf8.count == service.utf8.count && scope.region?.utf8.count == region?.utf8.count
        && entry.credentials.isSame(as: credentials)
    }
  }

  /// Derives and keeps the key of `scope`; a SigV4a key of the same credentials is valid for every day and service.
  mutating func deriveKey(
    for credentials: Credentials, day: Int, scope: CredentialScope
  ) throws(SigningError) -> SigningKey {
    let known = scope.region == nil ? asymmetricMaterial(for: credentials) : nil
    let key =
      if let known { SigningKey(known, scope, of: credentials.accessKeyID) } else {
        try SigningKey(credentials, scope: scope)
      }
    keep(key, for: credentials, day: day)
    return key
  }

  /// Keeps a key if the secret is ASCII, like all secrets of AWS.
  mutating func keep(_ key: SigningKey, for credentials: Credentials, day: Int) {
    guard credentials.secretAccessKey.withBytes({ $0.isASCII }) else { return }
    let entry = Entry(credentials: credentials, idEnd: credentials.idEnd, day: day, key: key)
    if entries.count < Self.limit {
      entries.append(entry)
    } else {
      entries[oldest] = entry
      oldest = (oldest + 1) % Self.limit
    }
  }

  private mutating func asymmetricMaterial(for credentials: Credentials) -> (any SigningMaterial)? {
    key { $0.key.scope.region == nil && $0.credentials.isSame(as: credentials) }?.material
  }

  /// Returns the key of the newest entry that fits; reads entries in place, because a loop over the array copies each.
  private mutating func key(where fits: (borrowing Entry) -> Bool) -> SigningKey? {
    var index = oldest
    for _ in entries.indices {
      index = index == 0 ? entries.count - 1 : index - 1
      guard fits(entries.span[index]) else { continue }
      if !entries.span[index].wasUsed { entries[index].wasUsed = true }
      return entries.span[index].key
    }
    return nil
  }

  var isEmpty: Bool { entries.isEmpty }

  /// Drops the keys that weren't used since the last call.
  mutating func dropUnused() {
    // Begins with the oldest, because a ring that isn't full begins there.
    entries = (entries[oldest...] + entries[..<oldest]).filter(\.wasUsed)
    oldest = 0
    for index in entries.indices { entries[index].wasUsed = false }
  }
}

extension Credentials {
  /// Whether `other` has the same bytes.
  ///
  /// These credentials must be ASCII, as those of every cached key are.
  ///
  /// `==` also equates canonically equivalent texts. Among those, only the same ASCII text has the same length.
  fileprivate borrowing func isSame(as other: borrowing Credentials) -> Bool {
    self == other && secretAccessKey.utf8.count == other.secretAccessKey.utf8.count
      && accessKeyID.utf8.count == other.accessKeyID.utf8.count
      && sessionToken?.utf8.count == other.sessionToken?.utf8.count
  }

  /// The last four bytes of the access key ID, which distinguish most credentials.
  ///
  /// With 60 keys in the cache, comparing texts instead would add a fifth to the time of a signature.
  fileprivate var idEnd: UInt32 {
    accessKeyID.withBytes { bytes in
      var end: UInt32 = 0
      for index in max(0, bytes.count - 4)..<bytes.count { end = end << 8 | UInt32(bytes[index]) }
      return end
    }
  }
}
