/// Hashes a payload piece by piece, for a request that is signed before its payload is sent.
///
/// ```swift
/// var hasher = try PayloadHasher()
/// for await piece in pieces { try hasher.update(piece) }
/// try signer.sign(&request, payload: hasher.finish(), with: credentials)
/// ```
public struct PayloadHasher: ~Copyable {
  private var state: SHA256

  /// Creates a hasher for an empty payload.
  ///
  /// - Throws: ``SigningError`` only if the crypto library fails.
  public init() throws(SigningError) {
    state = try SHA256()
  }

  /// Adds `bytes` to the payload.
  ///
  /// - Throws: ``SigningError`` only if the crypto library fails.
  public mutating func update(_ bytes: Span<UInt8>) throws(SigningError) {
    try state.update(bytes)
  }

  /// Adds `bytes` to the payload.
  ///
  /// - Throws: ``SigningError`` only if the crypto library fails.
  public mutating func update(_ bytes: some Collection<UInt8>) throws(SigningError) {
    try bytes.withSpan { (bytes) throws(SigningError) in try update(bytes) }
  }

  /// Ends the payload, and returns it as its hash.
  ///
  /// - Throws: ``SigningError`` only if the crypto library fails.
  public consuming func finish() throws(SigningError) -> Payload {
    .computed(try state.finalize())
  }
}

extension Payload {
  /// Hashes the payload that `source` yields piece by piece, one piece in memory at a time.
  ///
  /// The payload is sent afterwards, so it must be readable twice, as a file is.
  ///
  /// - Throws: An error of `source`, or ``SigningError`` if the crypto library fails.
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
