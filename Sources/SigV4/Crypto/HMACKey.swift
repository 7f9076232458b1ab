/// A key for HMAC-SHA256 (RFC 2104), padded to the two blocks that are hashed before a message and before its hash.
///
/// They are hashed anew for each message: that costs no more than to copy prepared states, which in libcrypto takes memory
/// and counts references that all threads share.
final class HMACKey: Sendable {
  /// The key combined with 0x36.
  private let innerBlock: SIMD64<UInt8>
  /// The key combined with 0x5C.
  private let outerBlock: SIMD64<UInt8>

  init(_ key: Span<UInt8>) throws(SigningError) {
    var block = SIMD64<UInt8>()
    if key.count > block.scalarCount {
      let hash = try SHA256.hash(key).bytes
      for index in hash.indices { block[index] = hash[index] }
    } else {
      for index in key.indices { block[index] = key[index] }
    }
    innerBlock = block ^ SIMD64(repeating: 0x36)
    outerBlock = block ^ SIMD64(repeating: 0x5C)
  }

  convenience init(_ key: SHA256Digest) throws(SigningError) {
    let bytes = key.bytes
    try self.init(bytes.span)
  }

  /// The code of what stands at `range` of `buffer`, computed in `state`, whose former content is lost.
  func authenticationCode(
    for range: Range<Int>, of buffer: borrowing ByteBuffer, in state: inout SHA256
  ) throws(SigningError) -> SHA256Digest {
    try buffer.withBytes(range) { (bytes) throws(SigningError) in try authenticationCode(for: bytes, in: &state) }
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

  /// The code of the UTF-8 of `message`.
  func authenticationCode(for message: String) throws(SigningError) -> SHA256Digest {
    let bytes = Array(message.utf8)
    var state = try SHA256()
    return try authenticationCode(for: bytes.span, in: &state)
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
