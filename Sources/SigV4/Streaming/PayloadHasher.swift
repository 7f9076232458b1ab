/// Hashes a payload piece by piece, for a request that is signed before its payload is sent.
public struct PayloadHasher: ~Copyable {
  private var state: SHA256

  /// Starts with no bytes.
  ///
  /// - Throws: ``SigningError`` only where the crypto library fails.
  public init() throws(SigningError) {
    state = try SHA256()
  }

  /// Continues with `bytes`.
  ///
  /// - Throws: ``SigningError`` only where the crypto library fails.
  public mutating func update(_ bytes: Span<UInt8>) throws(SigningError) {
    try state.update(bytes)
  }

  /// Ends the payload, which is then known by its hash.
  ///
  /// - Throws: ``SigningError`` only where the crypto library fails.
  public consuming func finish() throws(SigningError) -> Payload {
    .computed(try state.finalize())
  }
}

extension Payload {
  /// Hashes the payload that `source` yields piece by piece, one piece in memory at a time.
  ///
  /// The payload is sent afterwards, and so must be had once more: a file, say.
  ///
  /// - Throws: What `source` throws, or ``SigningError`` where the crypto library fails.
  public static func hash<Source: AsyncSequence>(
    of source: Source, isolation actor: isolated (any Actor)? = #isolation
  ) async throws -> Payload where Source.Element: Collection, Source.Element.Element == UInt8 {
    var hasher = try PayloadHasher()
    var iterator = source.makeAsyncIterator()
    while let piece = try await iterator.next(isolation: actor) {
      try piece.withSpan { (span) throws(SigningError) in try hasher.update(span) }
    }
    return try hasher.finish()
  }
}

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
