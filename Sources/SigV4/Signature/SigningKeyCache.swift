/// The keys that a thread has derived, found again by credentials, day, region and service; the oldest makes room.
///
/// One a thread, as a part of its ``SigningWorkspace``: threads that looked for keys in one place would wait for each other,
/// and count the references of the same objects, which costs more than to derive a key on each thread.
///
/// Credentials are compared whole, so that a secret replaced under the same id gets a key of its own.
struct SigningKeyCache {
  private struct Entry {
    let credentials: Credentials
    let idEnd: UInt32
    let day: Int
    let key: SigningKey
  }

  /// The entries in a ring.
  private var entries: [Entry] = []
  /// Where the oldest stands, and the next will.
  private var oldest = 0

  /// Enough for the credentials, regions and services that a process has in use at a time; each key is about 1 KB.
  private static let limit = 64

  /// The key derived earlier, if it is still known.
  func key(for credentials: Credentials, day: Int, region: String?, service: String) -> SigningKey? {
    let idEnd = credentials.idEnd
    return key { entry in
      entry.idEnd == idEnd && entry.day == day && entry.key.scope.region == region && entry.key.scope.service == service
        && entry.credentials.isSame(as: credentials)
    }
  }

  /// Derives and keeps the key of `scope`; a SigV4a key of the same credentials serves for every day and service.
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

  /// Keeps a key for the next time, if the secret is ASCII, as all of AWS's are.
  mutating func keep(_ key: SigningKey, for credentials: Credentials, day: Int) {
    guard credentials.secretAccessKey.utf8.allSatisfy({ $0 < 0x80 }) else { return }
    let entry = Entry(credentials: credentials, idEnd: credentials.idEnd, day: day, key: key)
    if entries.count < Self.limit {
      entries.append(entry)
    } else {
      entries[oldest] = entry
      oldest = (oldest + 1) % Self.limit
    }
  }

  private func asymmetricMaterial(for credentials: Credentials) -> (any SigningMaterial)? {
    key { $0.key.scope.region == nil && $0.credentials.isSame(as: credentials) }?.material
  }

  /// The key of the youngest entry that fits; in place, since a loop over the entries would copy each.
  private func key(where fits: (borrowing Entry) -> Bool) -> SigningKey? {
    let entries = entries.span
    var index = oldest
    for _ in entries.indices {
      index = index == 0 ? entries.count - 1 : index - 1
      if fits(entries[index]) { return entries[index].key }
    }
    return nil
  }
}

extension Credentials {
  /// Whether `other` is the same, byte by byte; this secret is ASCII.
  ///
  /// `==` also equates texts that Unicode holds to be the same. Of those, only the same ASCII text is as long.
  fileprivate borrowing func isSame(as other: borrowing Credentials) -> Bool {
    self == other && secretAccessKey.utf8.count == other.secretAccessKey.utf8.count
  }

  /// The last four bytes of the access key id, which tell most credentials apart without a comparison of texts.
  fileprivate var idEnd: UInt32 {
    accessKeyID.withBytes { bytes in
      var end: UInt32 = 0
      for index in max(0, bytes.count - 4)..<bytes.count { end = end << 8 | UInt32(bytes[index]) }
      return end
    }
  }
}
