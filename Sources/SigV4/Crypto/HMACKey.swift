/// A key for HMAC-SHA256 (RFC 2104), with both padded blocks hashed already, so that a short message costs two blocks more.
///
/// Immutable: `inner` and `outer` are only ever copied from.
final class HMACKey: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  init(_ key: Span<UInt8>) throws(SigningError) {
    var block = [UInt8](repeating: 0, count: 64)
    if key.count > 64 {
      let hashed = try SHA256.hash(key).bytes
      block.replaceSubrange(0..<hashed.count, with: hashed)
    } else {
      for index in key.indices { block[index] = key[index] }
    }
    inner = try Self.padded(block, with: 0x36)
    outer = try Self.padded(block, with: 0x5C)
  }

  convenience init(_ key: SHA256Digest) throws(SigningError) {
    let bytes = key.bytes
    try self.init(bytes.span)
  }

  private static func padded(_ block: [UInt8], with pad: UInt8) throws(SigningError) -> SHA256 {
    let padded = block.map { $0 ^ pad }
    var state = try SHA256()
    try state.update(padded.span)
    return state
  }

  /// The code of what stands at `range` of `buffer`, computed in `state`, whose former content is lost.
  func authenticationCode(
    for range: Range<Int>, of buffer: borrowing ByteBuffer, in state: inout SHA256
  ) throws(SigningError) -> SHA256Digest {
    try buffer.withBytes(range) { (bytes) throws(SigningError) in try authenticationCode(for: bytes, in: &state) }
  }

  /// The code of `message`, computed in `state`, whose former content is lost.
  func authenticationCode(for message: Span<UInt8>, in state: inout SHA256) throws(SigningError) -> SHA256Digest {
    try state.copy(of: inner)
    try state.update(message)
    let innerDigest = try state.finalize()
    try state.copy(of: outer)
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
  fileprivate mutating func update(_ digest: SHA256Digest) throws(SigningError) {
    var result: Result<Void, SigningError> = .success(())
    digest.withBytes { bytes in
      do throws(SigningError) { try update(bytes) } catch { result = .failure(error) }
    }
    try result.get()
  }
}
