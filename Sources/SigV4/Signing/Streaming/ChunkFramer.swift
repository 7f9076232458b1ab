/// The framing of one payload from its first chunk to its end, apart from the payload's pieces themselves.
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

  /// Whether chunks are to be hashed.
  @usableFromInline var isSigning: Bool { signer != nil }

  /// How long the chunk is that comes next: 0 for the end, and `nil` after it.
  @usableFromInline
  func nextChunkSize() -> Int? {
    isFinished ? nil : min(payload.chunkSize, payload.length - framedBytes)
  }

  /// Ends the framing, after an error.
  @usableFromInline
  mutating func stop() { isFinished = true }

  /// What stands before a chunk of `size` bytes that went through `hasher`: the end of the chunk before, and its own header.
  @usableFromInline
  mutating func header(_ size: Int, _ hasher: ChunkHasher) throws(SigningError) -> [UInt8] {
    let hash = try hasher.finish()
    let signature = try signer?.signature(forChunkHashedTo: hash)
    defer { framedBytes += size }
    return ChunkFraming.header(size: size, signature, algorithm, endingChunk: framedBytes > 0)
  }

  /// What follows the header of the last chunk, which is empty.
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
        .invalidStream, "The trailers are \(list(given)); announced and signed were \(list(payload.trailers)).")
    }
    let signature = fields.isEmpty ? nil : try signer?.signature(forTrailers: fields)
    return ChunkFraming.trailer(fields, signature, algorithm)
  }

  @usableFromInline
  func endedEarly() -> SigningError {
    SigningError(
      .invalidStream,
      "The payload ended too early; \(payload.length) bytes were announced and signed.")
  }

  @usableFromInline
  func wentOn() -> SigningError {
    SigningError(.invalidStream, "The payload is longer than the \(payload.length) bytes announced and signed.")
  }
}
