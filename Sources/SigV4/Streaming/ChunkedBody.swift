/// A signed request whose payload follows in chunks.
public struct ChunkedUpload: Sendable {
  /// The signed request, with the canonical request and the string to sign for debugging.
  public let signedRequest: SignedRequest
  /// The payload as it was announced.
  public let payload: ChunkedPayload
  /// The bytes that go on the wire after the headers, framing included: the value of `Content-Length`.
  public let contentLength: Int
  /// Signs the first chunk, and then the others; `nil` where chunks aren't signed.
  public let chunkSigner: ChunkSigner?

  /// The framed payload, in pieces to be sent one after the other.
  ///
  /// The pieces of `source`, whatever their sizes, are cut up where chunks end, and come out without being copied
  /// unless they are tiny; no more than one chunk and one piece of `source` are held at a time.
  ///
  /// - Parameters:
  ///   - source: The payload, as pieces of bytes such as `[UInt8]` or `Data`.
  ///   - trailers: Asked for the trailers, in the order they were announced, once all of the payload was read.
  /// - Returns: A sequence that can be gone through as often as `source` can. It throws what `source` and `trailers`
  ///   throw, and ``SigningError`` where the payload or the trailers aren't as announced.
  public func body<Source>(
    _ source: Source, trailers: @escaping @Sendable () async throws -> [HeaderField] = { [] }
  ) -> ChunkedBody<Source> {
    ChunkedBody(source: source, framer: ChunkFramer(self, trailers: trailers))
  }
}

/// A payload framed and signed in chunks, as it goes on the wire: the pieces of an asynchronous sequence, with framing between them.
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
    /// Pieces shorter than this are gathered, so that one byte at a time doesn't cost a piece of memory each.
    @inlinable static var tiny: Int { 4096 }

    @usableFromInline var source: Source.AsyncIterator
    @usableFromInline var framer: ChunkFramer
    /// The pieces of a chunk, which are ready to be sent from `nextReady` on.
    @usableFromInline var ready: [Element] = []
    @usableFromInline var nextReady = 0
    /// What was read and belongs to the next chunk.
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

    /// Makes the next chunk's pieces ready, or where `size` is 0 ends the payload; returns what stands before them.
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
