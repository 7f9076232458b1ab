/// A signed request whose payload follows in chunks.
///
/// ```swift
/// let upload: ChunkedUpload = try signer.sign(&request, chunked: ChunkedPayload(length: 1_000_000), with: credentials)
/// print(upload.contentLength, "bytes with framing")
/// for try await piece in upload.body(pieces) { print("send", piece.count, "bytes") }
/// ```
public struct ChunkedUpload: Sendable {
  /// The signed request, with the canonical request and the string to sign for debugging.
  public let signedRequest: SignedRequest
  /// The payload as it was announced.
  public let payload: ChunkedPayload
  /// The number of bytes that are sent after the headers, with framing: the value of `Content-Length`.
  public let contentLength: Int
  /// Signs each chunk, in order; `nil` for unsigned chunks.
  public let chunkSigner: ChunkSigner?

  /// Frames the payload, in pieces to send one after the other.
  ///
  /// The pieces of `source` can have any size. They are cut where chunks end, and aren't copied unless they are tiny. At most
  /// one chunk and one piece of `source` are in memory at a time.
  ///
  /// - Parameters:
  ///   - source: The payload, as pieces of bytes such as `[UInt8]` or `Data`.
  ///   - trailers: Returns the trailers, in the order of their announcement; called once the whole payload is read.
  /// - Returns: A sequence that can be iterated as often as `source` can. It throws the errors of `source` and `trailers`, and
  ///   ``SigningError`` if the payload or the trailers aren't as announced.
  public func body<Source>(
    _ source: Source, trailers: @escaping @Sendable () async throws -> [HeaderField] = { [] }
  ) -> ChunkedBody<Source> {
    ChunkedBody(source: source, framer: ChunkFramer(self, trailers: trailers))
  }
}

/// A payload framed and signed in chunks, as it is sent: the pieces of an asynchronous sequence, with framing between them.
///
/// ```swift
/// let upload = try signer.sign(&request, chunked: ChunkedPayload(length: 1_000_000), with: credentials)
/// let framed: ChunkedBody<AsyncStream<[UInt8]>> = upload.body(pieces)
/// for try await piece in framed { print("send", piece.count, "bytes") }
/// ```
public struct ChunkedBody<Source: AsyncSequence>: AsyncSequence
where
  Source.Element: Collection, Source.Element.Element == UInt8,
  Source.Element.SubSequence: RangeReplaceableCollection
{
  /// A piece of the payload, or framing: `ArraySlice<UInt8>` or `Data`, as the payload's pieces are `[UInt8]` or `Data`.
  public typealias Element = Source.Element.SubSequence

  @usableFromInline let source: Source
  @usableFromInline let framer: ChunkFramer

  init(source: Source, framer: ChunkFramer) {
    self.source = source
    self.framer = framer
  }

  /// Starts to read the payload.
  @inlinable
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: source.makeAsyncIterator(), framer: framer)
  }

  /// Reads the payload chunk by chunk.
  public struct AsyncIterator: AsyncIteratorProtocol {
    /// Shorter pieces are joined, so that a source of single bytes doesn't cost an allocation for each byte.
    @inlinable static var tiny: Int { 4096 }

    @usableFromInline var source: Source.AsyncIterator
    @usableFromInline var framer: ChunkFramer
    /// The pieces of a chunk.
    ///
    /// Those from `nextReady` on are ready to be sent.
    @usableFromInline var ready: [Element] = []
    @usableFromInline var nextReady = 0
    /// Bytes that were read and belong to the next chunk.
    @usableFromInline var rest: Element?
    @usableFromInline var hasher: ChunkHasher?

    @inlinable
    init(source: Source.AsyncIterator, framer: ChunkFramer) {
      self.source = source
      self.framer = framer
    }

    /// The next piece to send; `nil` after the last.
    @inlinable
    public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Element? {
      if nextReady < ready.count {
        defer { nextReady += 1 }
        return ready[nextReady]
      }
      ready.removeAll(keepingCapacity: true)
      nextReady = 0
      guard let size = framer.nextChunkSize() else { return nil }
      do {
        return try await prepare(size, isolation: actor)
      } catch {
        ready.removeAll()
        framer.stop()
        throw error
      }
    }

    /// Prepares the next chunk's pieces, or ends the payload if `size` is 0; returns the framing before them.
    @inlinable
    mutating func prepare(_ size: Int, isolation actor: isolated (any Actor)?) async throws -> Element {
      var missing = size
      while missing > 0 {
        guard let piece = try await nextPiece(isolation: actor) else { throw framer.endedEarly() }
        let part: Element
        if piece.count <= missing {
          part = piece
        } else {
          part = piece.prefix(missing)
          rest = piece.dropFirst(missing)
        }
        missing -= part.count
        let last = ready.count - 1
        if last >= 0, part.count < Self.tiny, ready[last].count < Self.tiny {
          ready[last].append(contentsOf: part)
        } else {
          ready.append(part)
        }
      }
      let hasher = try hasher ?? ChunkHasher()
      self.hasher = hasher
      if framer.isSigning {
        for piece in ready {
          try piece.withSpan { (span) throws(SigningError) in try hasher.update(span) }
        }
      }
      var framing = try framer.header(size, hasher)
      if size == 0 {
        if try await nextPiece(isolation: actor) != nil { throw framer.wentOn() }
        framing += try await framer.end(isolation: actor)
      }
      return Element(framing)
    }

    @inlinable
    mutating func nextPiece(isolation actor: isolated (any Actor)?) async throws -> Element? {
      if let piece = rest {
        rest = nil
        return piece
      }
      while let piece = try await source.next(isolation: actor) {
        if !piece.isEmpty { return piece[...] }
      }
      return nil
    }
  }
}

extension ChunkedBody: Sendable where Source: Sendable {}

/// Frames one payload from its first chunk to its end, without the bytes of the payload.
@usableFromInline
struct ChunkFramer: Sendable {
  private let payload: ChunkedPayload
  private let algorithm: SigningAlgorithm
  private let trailers: @Sendable () async throws -> [HeaderField]
  private var signer: ChunkSigner?
  private var framedBytes = 0
  private var isFinished = false

  init(_ upload: ChunkedUpload, trailers: @escaping @Sendable () async throws -> [HeaderField]) {
    payload = upload.payload
    algorithm = upload.signedRequest.algorithm
    signer = upload.chunkSigner
    self.trailers = trailers
  }

  /// Whether chunks must be hashed.
  @usableFromInline var isSigning: Bool { signer != nil }

  /// The length of the next chunk: 0 for the end, and `nil` after it.
  @usableFromInline
  func nextChunkSize() -> Int? {
    // rule: chunk-last-is-empty
    isFinished ? nil : min(payload.chunkSize, payload.length - framedBytes)
  }

  /// Ends the framing, after an error.
  @usableFromInline
  mutating func stop() { isFinished = true }

  /// The framing before a chunk of `size` bytes that `hasher` has hashed: the end of the previous chunk, and the chunk's header.
  @usableFromInline
  mutating func header(_ size: Int, _ hasher: ChunkHasher) throws(SigningError) -> [UInt8] {
    let hash = try hasher.finish()
    let signature = try signer?.signature(forChunkHashedTo: hash)
    defer { framedBytes += size }
    return ChunkFraming.header(size: size, signature, algorithm, endingChunk: framedBytes > 0)
  }

  /// The framing after the header of the last chunk, which is empty.
  @usableFromInline
  mutating func end(isolation actor: isolated (any Actor)?) async throws -> [UInt8] {
    isFinished = true
    let fields = payload.trailers.isEmpty ? [] : try await trailers()
    let given = fields.map { ChunkTrailer($0.name, valueLength: $0.value.utf8.count) }
    guard given == payload.trailers else {
      let list = { (trailers: [ChunkTrailer]) in
        trailers.map { "\($0.name) (\($0.valueLength) bytes)" }.joined(separator: ", ")
      }
      throw SigningError(
        .invalidStream,
        "The trailers are \(list(given)), but \(list(payload.trailers)) were announced and signed. Return the announced trailers."
      )
    }
    let signature = fields.isEmpty ? nil : try signer?.signature(forTrailers: fields)
    return ChunkFraming.trailer(fields, signature, algorithm)
  }

  @usableFromInline
  func endedEarly() -> SigningError {
    SigningError(
      .invalidStream,
      "The payload ended too early: \(payload.length) bytes were announced and signed. Pass the payload's own length to ChunkedPayload."
    )
  }

  @usableFromInline
  func wentOn() -> SigningError {
    SigningError(
      .invalidStream,
      "The payload is longer than the \(payload.length) bytes announced and signed. Pass the payload's own length to ChunkedPayload."
    )
  }
}

/// Hashes one chunk after the other, in one state.
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

  /// Returns the chunk's hash, and prepares for the next chunk.
  func finish() throws(SigningError) -> SHA256Digest {
    let digest = try state.finalize()
    try state.reset()
    return digest
  }
}
