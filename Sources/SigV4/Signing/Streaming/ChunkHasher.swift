/// The hash of one chunk after the other, in one state that is used again and again.
@usableFromInline
final class ChunkHasher {
  private var state: SHA256

  @usableFromInline
  init() throws(SigningError) {
    state = try SHA256()
  }

  @usableFromInline
  func update(_ bytes: Span<UInt8>) throws(SigningError) {
    try state.update(bytes)
  }

  /// The chunk's hash; the next chunk may begin.
  func finish() throws(SigningError) -> SHA256Digest {
    let digest = try state.finalize()
    try state.reset()
    return digest
  }
}
