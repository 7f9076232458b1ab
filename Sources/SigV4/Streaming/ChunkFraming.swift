/// What stands between the chunks of a payload on the wire: the content coding `aws-chunked`.
///
/// `SIZE;chunk-signature=SIGNATURE CRLF DATA CRLF` for each chunk, the same with size 0 and no data at the end, then the
/// trailers and their signature, a line each, and an empty line. Without signatures it is HTTP's own chunked coding.
enum ChunkFraming {
  static let signatureMark = ";chunk-signature="
  static let trailerMark = "x-amz-trailer-signature:"

  /// The characters of a signature on the wire, which must be known beforehand; ECDSA's differ, and are filled up.
  static func signatureLength(_ algorithm: SigningAlgorithm) -> Int {
    switch algorithm {
    case .sigV4: 64
    // DER: two integers of at most 33 bytes, each after tag and length, and all after tag and length.
    case .sigV4a: 144
    }
  }

  /// The line before a chunk of `size` bytes, after the end of the chunk before it where there was one; `signature` is
  /// `nil` where chunks aren't signed.
  static func header(
    size: Int, _ signature: String?, _ algorithm: SigningAlgorithm, endingChunk: Bool = false
  ) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(192)
    if endingChunk { line += [0x0D, 0x0A] }
    var shift = max(0, (Int.bitWidth - 1 - size.leadingZeroBitCount) / 4 * 4)
    while shift >= 0 {
      line.append(Hexadecimal.lowercaseDigit(UInt8(truncatingIfNeeded: size >> shift) & 15))
      shift -= 4
    }
    if let signature { append(signatureMark, signature, algorithm, to: &line) }
    line.append(0x0D)
    line.append(0x0A)
    return line
  }

  /// What follows the line of the last chunk.
  static func trailer(_ fields: [HeaderField], _ signature: String?, _ algorithm: SigningAlgorithm) -> [UInt8] {
    var lines: [UInt8] = []
    for field in fields { lines += "\(field.name.utf8.asciiLowercased):\(field.value)\r\n".utf8 }
    if let signature {
      append(trailerMark, signature, algorithm, to: &lines)
      lines += [0x0D, 0x0A]
    }
    return lines + [0x0D, 0x0A]
  }

  private static func append(
    _ mark: String, _ signature: String, _ algorithm: SigningAlgorithm, to line: inout [UInt8]
  ) {
    line += mark.utf8
    line += signature.utf8
    let missing = signatureLength(algorithm) - signature.utf8.count
    if missing > 0 { line += repeatElement(0x2A, count: missing) }
  }
}

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
    // rule: chunk-last-is-empty
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
