/// A payload framed and signed in chunks, as it goes on the wire: the pieces of an asynchronous sequence, with framing between them.
public struct ChunkedBody<Source: AsyncSequence>: AsyncSequence
where
  Source.Element: Collection, Source.Element.Element == UInt8,
  Source.Element.SubSequence: RangeReplaceableCollection
{
  /// A piece of the payload, or framing: `ArraySlice<UInt8>` or `Data`, as the payload's pieces are `[UInt8]` or `Data`.
  public typealias Element = Source.Element.SubSequence

  let source: Source
  let upload: ChunkedUpload
  let trailers: @Sendable () async throws -> [HeaderField]

  /// Starts to read the payload.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(
      source: source.makeAsyncIterator(), payload: upload.payload, signer: upload.chunkSigner,
      algorithm: upload.signedRequest.algorithm, trailers: trailers)
  }

  /// Reads the payload chunk by chunk.
  public struct AsyncIterator: AsyncIteratorProtocol {
    /// Pieces shorter than this are gathered, so that one byte at a time doesn't cost a piece of memory each.
    private static var tiny: Int { 4096 }

    private var source: Source.AsyncIterator
    private let payload: ChunkedPayload
    private var signer: ChunkSigner?
    private let algorithm: SigningAlgorithm
    private let trailers: @Sendable () async throws -> [HeaderField]

    /// What is ready to be sent, from `nextReady` on: a chunk's header and its pieces.
    private var ready: [Element] = []
    private var nextReady = 0
    /// What was read and belongs to the next chunk.
    private var rest: Element?
    private var bytesRead = 0
    private var isFinished = false

    init(
      source: Source.AsyncIterator, payload: ChunkedPayload, signer: ChunkSigner?, algorithm: SigningAlgorithm,
      trailers: @escaping @Sendable () async throws -> [HeaderField]
    ) {
      self.source = source
      self.payload = payload
      self.signer = signer
      self.algorithm = algorithm
      self.trailers = trailers
    }

    /// The next piece to send; `nil` after the last.
    public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Element? {
      if nextReady == ready.count {
        if isFinished { return nil }
        do {
          try await prepare(isolation: actor)
        } catch {
          isFinished = true
          ready.removeAll()
          nextReady = 0
          throw error
        }
      }
      defer { nextReady += 1 }
      return ready[nextReady]
    }

    /// Makes the next chunk ready, or the end.
    private mutating func prepare(isolation actor: isolated (any Actor)?) async throws {
      let isFirst = bytesRead == 0
      let size = Swift.min(payload.chunkSize, payload.length - bytesRead)
      ready.removeAll(keepingCapacity: true)
      nextReady = 0
      ready.append(Element())  // The header's place.
      try await read(size, isolation: actor)
      var header = isFirst ? "" : "\r\n"
      header += try chunkHeader(size)
      if size == 0 {
        header += try await end(isolation: actor)
        isFinished = true
      }
      ready[0].append(contentsOf: header.utf8)
    }

    /// Reads exactly `size` bytes of the payload; 0 is its end.
    private mutating func read(_ size: Int, isolation actor: isolated (any Actor)?) async throws {
      var missing = size
      while missing > 0 {
        guard let piece = try await nextPiece(isolation: actor) else {
          throw SigningError(
            .invalidStream, "The payload ended after \(bytesRead) bytes; \(payload.length) were announced and signed.")
        }
        let part = piece.prefix(missing)
        let left = piece.dropFirst(missing)
        rest = left.isEmpty ? nil : left
        missing -= part.count
        bytesRead += part.count
        if ready.count > 1, part.count + ready[ready.count - 1].count < Self.tiny {
          ready[ready.count - 1].append(contentsOf: part)
        } else {
          ready.append(part)
        }
      }
      if size == 0, try await nextPiece(isolation: actor) != nil {
        throw SigningError(
          .invalidStream, "The payload is longer than the \(payload.length) bytes announced and signed.")
      }
    }

    private mutating func nextPiece(isolation actor: isolated (any Actor)?) async throws -> Element? {
      if let rest { return rest }
      while let piece = try await source.next(isolation: actor) {
        if !piece.isEmpty { return piece[...] }
      }
      return nil
    }

    private mutating func chunkHeader(_ size: Int) throws(SigningError) -> String {
      guard signer != nil else { return ChunkFraming.header(size: size, nil, algorithm) }
      var state = try SHA256()
      for piece in ready.dropFirst() { try state.update(piece) }
      return ChunkFraming.header(size: size, try signer?.signature(forChunkHashedTo: state.finalize()), algorithm)
    }

    private mutating func end(isolation actor: isolated (any Actor)?) async throws -> String {
      let fields = payload.trailers.isEmpty ? [] : try await trailers()
      let given = fields.map { ChunkTrailer($0.name, valueLength: $0.value.utf8.count) }
      guard given == payload.trailers else {
        let list = { (trailers: [ChunkTrailer]) in
          trailers.map { "\($0.name) (\($0.valueLength) bytes)" }.joined(separator: ", ")
        }
        throw SigningError(
          .invalidStream, "The trailers are \(list(given)); announced and signed were \(list(payload.trailers)).")
      }
      let signature = fields.isEmpty ? nil : try signer?.signature(forTrailers: fields)
      return ChunkFraming.trailer(fields, signature, algorithm)
    }
  }
}

extension ChunkedBody: Sendable where Source: Sendable {}
