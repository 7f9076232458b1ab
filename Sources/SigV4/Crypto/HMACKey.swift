/// A key for HMAC-SHA256 (RFC 2104), padded to the two blocks that are hashed before a message and before its hash.
///
/// They are hashed anew for each message; ``PreparedHMACKey`` is for keys that are used often.
struct HMACKey: Sendable {
  /// The key combined with 0x36.
  private let innerBlock: SIMD64<UInt8>
  /// The key combined with 0x5C.
  private let outerBlock: SIMD64<UInt8>

  /// Takes a key of any length; one longer than a block stands for its hash.
  init(_ key: Span<UInt8>) throws(SigningError) {
    if key.count > Self.blockByteCount {
      self.init(try SHA256.hash(key))
    } else {
      self.init(short: key)
    }
  }

  /// Takes a hash, or the code that another key has made.
  init(_ digest: SHA256Digest) {
    self = digest.withBytes { HMACKey(short: $0) }
  }

  private init(short key: Span<UInt8>) {
    innerBlock = SIMD64(key, padding: 0x36)
    outerBlock = SIMD64(key, padding: 0x5C)
  }

  private static let blockByteCount = 64

  /// The hash of the block that goes before a message, in progress.
  fileprivate func inner() throws(SigningError) -> SHA256 {
    var state = try SHA256()
    try state.update(innerBlock)
    return state
  }

  /// The hash of the block that goes before a message's hash, in progress.
  fileprivate func outer() throws(SigningError) -> SHA256 {
    var state = try SHA256()
    try state.update(outerBlock)
    return state
  }

  /// The code of `message`, computed in `state`, whose former content is lost.
  func authenticationCode(for message: Span<UInt8>, in state: inout SHA256) throws(SigningError) -> SHA256Digest {
    try state.reset()
    try state.update(innerBlock)
    try state.update(message)
    let innerDigest = try state.finalize()
    try state.reset()
    try state.update(outerBlock)
    try state.update(innerDigest)
    return try state.finalize()
  }

  /// The code of the UTF-8 of `message`, computed in `state`, whose former content is lost.
  func authenticationCode(for message: String, in state: inout SHA256) throws(SigningError) -> SHA256Digest {
    try message.withBytes { (bytes) throws(SigningError) in try authenticationCode(for: bytes, in: &state) }
  }
}

/// A key for HMAC-SHA256 that has hashed its two blocks once for all messages.
final class PreparedHMACKey: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  init(_ key: HMACKey) throws(SigningError) {
    inner = try key.inner()
    outer = try key.outer()
  }

  /// The code of what stands at `range` of `buffer`, computed in `state`, whose former content is lost.
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

extension SIMD64<UInt8> {
  /// `key`, 64 bytes at most, and zeros after it, all combined with `padding`.
  fileprivate init(_ key: Span<UInt8>, padding: UInt8) {
    self.init()
    // In memory, since to write one element of so wide a vector is to write all of it.
    unsafe withUnsafeMutableBytes(of: &self) { block in
      for index in block.indices { unsafe block[index] = padding }
      for index in 0..<Swift.min(key.count, block.count) { unsafe block[index] ^= key[index] }
    }
  }
}

extension SHA256 {
  fileprivate mutating func update(_ block: SIMD64<UInt8>) throws(SigningError) {
    var result: Result<Void, SigningError> = .success(())
    unsafe withUnsafeBytes(of: block) { bytes in
      do throws(SigningError) { try update(unsafe bytes.bindMemory(to: UInt8.self).span) } catch {
        result = .failure(error)
      }
    }
    try result.get()
  }

  fileprivate mutating func update(_ digest: SHA256Digest) throws(SigningError) {
    var result: Result<Void, SigningError> = .success(())
    digest.withBytes { bytes in
      do throws(SigningError) { try update(bytes) } catch { result = .failure(error) }
    }
    try result.get()
  }
}
