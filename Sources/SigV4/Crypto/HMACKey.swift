/// A key for HMAC-SHA256 (RFC 2104), padded to the two blocks that are hashed before a message and before its hash.
///
/// Each message hashes the blocks again; use ``PreparedHMACKey`` for keys that sign often. Like every ``ByteBuffer``, the
/// blocks are wiped when they are freed.
struct HMACKey: ~Copyable {
  /// The key combined with 0x36, then the key combined with 0x5C.
  private var blocks = ByteBuffer(capacity: 2 * Self.blockByteCount)

  private static let blockByteCount = 64

  /// Creates a key from its bytes; a key longer than a block is replaced by its hash.
  init(_ key: borrowing ByteBuffer) throws(SigningError) {
    if key.count > Self.blockByteCount {
      var state = try SHA256()
      try state.update(0..<key.count, of: key)
      var hash = ByteBuffer(capacity: SHA256Digest.byteCount)
      try state.finalize(to: &hash)
      setBlocks(hash)
    } else {
      setBlocks(key)
    }
  }

  private mutating func setBlocks(_ key: borrowing ByteBuffer) {
    blocks.removeAll()
    for padding in [UInt8(0x36), 0x5C] {
      let start = blocks.count
      blocks.append(0..<key.count, of: key)
      blocks.appendZeros(Self.blockByteCount - key.count)
      blocks.combine(start..<blocks.count, with: padding)
    }
  }

  /// The hash in progress of the block before a message.
  fileprivate func inner() throws(SigningError) -> SHA256 {
    var state = try SHA256()
    try state.update(0..<Self.blockByteCount, of: blocks)
    return state
  }

  /// The hash in progress of the block before the hash of a message.
  fileprivate func outer() throws(SigningError) -> SHA256 {
    var state = try SHA256()
    try state.update(Self.blockByteCount..<2 * Self.blockByteCount, of: blocks)
    return state
  }

  /// Hashes the inner block and `message` in `state`, without finishing the hash.
  private func hash(_ message: Span<UInt8>, in state: inout SHA256) throws(SigningError) {
    try state.reset()
    try state.update(0..<Self.blockByteCount, of: blocks)
    try state.update(message)
    let innerDigest = try state.finalize()
    try state.reset()
    try state.update(Self.blockByteCount..<2 * Self.blockByteCount, of: blocks)
    try state.update(innerDigest)
  }

  /// Returns the authentication code of `message`.
  ///
  /// It overwrites `state`.
  func authenticationCode(for message: Span<UInt8>, in state: inout SHA256) throws(SigningError) -> SHA256Digest {
    try hash(message, in: &state)
    return try state.finalize()
  }

  /// Replaces the content of `code` with the authentication code of `message`.
  ///
  /// The code is a key itself, so that no copy may remain.
  func authenticationCode(
    for message: Span<UInt8>, in state: inout SHA256, replacing code: inout ByteBuffer
  ) throws(SigningError) {
    try hash(message, in: &state)
    code.removeAll()
    try state.finalize(to: &code)
  }

  /// The key whose bytes are ``chainedCode(_:prefix:over:)``.
  static func chained(_ secret: String, prefix: String, over parts: [String]) throws(SigningError) -> HMACKey {
    try HMACKey(chainedCode(secret, prefix: prefix, over: parts))
  }

  /// Chains codes: the key for the first part is `prefix` and `secret`, the key for each next part is the code before it.
  static func chainedCode(
    _ secret: String, prefix: String, over parts: [String]
  ) throws(SigningError) -> ByteBuffer {
    var state = try SHA256()
    // The secret, then each code.
    var code = ByteBuffer(capacity: Self.blockByteCount)
    code.append(prefix)
    code.append(secret)
    var key = try HMACKey(code)
    for part in parts {
      try part.withBytes { (part) throws(SigningError) in
        try key.authenticationCode(for: part, in: &state, replacing: &code)
      }
      key.setBlocks(code)
    }
    return code
  }
}

/// A key for HMAC-SHA256 that hashes its two blocks once for all messages.
final class PreparedHMACKey: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  init(_ key: borrowing HMACKey) throws(SigningError) {
    inner = try key.inner()
    outer = try key.outer()
  }

  /// Returns the authentication code of `range` of `buffer`.
  ///
  /// It overwrites `state`.
  func authenticationCode(
    for range: Range<Int>, of buffer: borrowing ByteBuffer, in state: inout SHA256
  ) throws(SigningError) -> SHA256Digest {
    try state.reset(to: inner)
    try state.update(range, of: buffer)
    let innerDigest = try state.finalize()
    try state.reset(to: outer)
    try state.update(innerDigest)
    return try state.finalize()
  }
}

extension SHA256 {
  fileprivate mutating func update(_ digest: SHA256Digest) throws(SigningError) {
    var result: Result<Void, SigningError> = .success(())
    digest.withBytes { bytes in
      do throws(SigningError) { try update(bytes) } catch { result = .failure(error) }
    }
    try result.get()
  }
}
