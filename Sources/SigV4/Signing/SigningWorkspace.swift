#if HTTPTypes
  import HTTPTypes
#endif

/// The buffers and derived keys of one thread, which its next signature reuses.
///
/// A signature needs no lock and no new buffer, so that threads that share a signer don't slow each other down.
struct SigningWorkspace: ~Copyable {
  /// The canonical request, with the string to sign and the header value after it.
  var canonical = CanonicalRequestWriter()
  /// The target that presigning builds.
  var target = ByteBuffer()
  /// The hash in progress.
  var state: SHA256
  /// The keys derived on this thread.
  var keys = SigningKeyCache()
  /// The time that was written last.
  ///
  /// Many signatures have the same second.
  private var lastDate = SigningDate(secondsSince1970: 0)
  private var lastTimestamp = "19700101T000000Z"
  /// The host that was read last, and its region.
  ///
  /// Most signers send to one host.
  private var lastHost: (name: String, region: String?) = ("", nil)
  #if HTTPTypes
    /// The fields that signing added last, except the signature.
    var sentFields: [SentField] = []
  #endif

  init() throws(SigningError) {
    state = try SHA256()
  }

  /// `date` as it is sent and signed.
  mutating func timestamp(_ date: SigningDate) -> String {
    if date != lastDate {
      lastDate = date
      lastTimestamp = date.text
    }
    return lastTimestamp
  }

  /// The region that `host` names.
  mutating func region(ofHost host: String) -> String? {
    // `==` also equates canonically equivalent texts, whose lengths differ.
    if host == lastHost.name, host.utf8.count == lastHost.name.utf8.count { return lastHost.region }
    let region = AWSHost(host).region
    // A host name has at most 253 bytes (RFC 1035); a longer text isn't kept in memory.
    if host.utf8.count < 256 { lastHost = (host, region) }
    return region
  }

  /// Whether a request made any memory large.
  var isLarge: Bool { canonical.isLarge || target.isLarge }

  /// Frees the memory of a large request, which the thread would otherwise keep until it ends.
  @inline(never)
  mutating func shrink() {
    canonical.shrink()
    target.shrink()
  }

  /// Removes the keys that weren't used since the last call.
  ///
  /// If no key is left, it also frees the buffers, which can contain tokens.
  mutating func dropUnused() {
    keys.dropUnused()
    guard keys.isEmpty else { return }
    canonical = CanonicalRequestWriter()
    target = ByteBuffer()
    #if HTTPTypes
      sentFields = []
    #endif
    // With swift-crypto and CryptoKit, it still contains the last key's state.
    if let fresh = try? SHA256() { state = fresh }
  }
}

extension SigningWorkspace {
  /// The hash of the canonical request.
  mutating func hash(of request: CanonicalRequestWriter.Written) throws(SigningError) -> SHA256Digest {
    try hash(request.range)
  }

  /// The hash of a part of the buffer.
  mutating func hash(_ range: Range<Int>) throws(SigningError) -> SHA256Digest {
    try state.reset()
    try state.update(range, of: canonical.text)
    return try state.finalize()
  }

  /// Appends the string to sign of the canonical request with that hash, and returns its range.
  mutating func appendStringToSign(
    _ scope: CredentialScope, at date: SigningDate, over canonicalRequestHash: SHA256Digest
  ) -> Range<Int> {
    let start = canonical.text.count
    let algorithm: SigningAlgorithm = scope.region == nil ? .sigV4a : .sigV4
    StringToSign.append(algorithm, timestamp(date), scope, over: canonicalRequestHash, to: &canonical.text)
    return start..<canonical.text.count
  }

  /// The key for a scope: cached by this thread, or derived now.
  mutating func key(
    for credentials: Credentials, on date: SigningDate, region: String?, service: String
  ) throws(SigningError) -> SigningKey {
    if let key = keys.key(for: credentials, day: date.day, region: region, service: service) { return key }
    let scope = try CredentialScope(date, region: region, service: service)
    return try keys.deriveKey(for: credentials, day: date.day, scope: scope)
  }

  /// The signature of `text`, in lower-case hex.
  mutating func signature(of text: String, with key: SigningKey) throws(SigningError) -> String {
    let text = append(text)
    return canonical.text.string(try key.appendSignature(for: text, to: &canonical.text, using: &state))
  }

  /// Appends `text`, and returns its range.
  mutating func append(_ text: String) -> Range<Int> {
    let start = canonical.text.count
    canonical.text.append(text)
    return start..<canonical.text.count
  }

  /// Appends the value of `Authorization`, and returns it.
  mutating func authorization(_ key: SigningKey, _ signedHeaders: Range<Int>, _ signature: Range<Int>) -> String {
    let start = canonical.text.count
    // rule: authorization-header
    canonical.text.append(key.authorizationStart)
    canonical.text.appendPart(signedHeaders)
    canonical.text.append(", Signature=")
    canonical.text.appendPart(signature)
    return canonical.text.string(start..<canonical.text.count)
  }

  /// Appends the signature of the canonical request, and returns its range.
  mutating func appendSignature(
    of request: CanonicalRequestWriter.Written, at date: SigningDate, with key: SigningKey
  ) throws(SigningError) -> Range<Int> {
    let stringToSign = appendStringToSign(key.scope, at: date, over: try hash(of: request))
    return try key.appendSignature(for: stringToSign, to: &canonical.text, using: &state)
  }
}

#if HTTPTypes
  /// A field that signing has added to a request, kept for the next one.
  struct SentField {
    let header: HeaderField
    let field: HTTPField

    /// Whether `other` has the same bytes.
    ///
    /// Fields are ASCII, so that no other text of the same length is equal.
    func isOf(_ other: HeaderField) -> Bool {
      header == other && header.value.utf8.count == other.value.utf8.count
    }
  }
#endif
