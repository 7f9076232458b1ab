#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// Signs the chunks of a payload one after the other: each signature covers the one before it, and the first covers
/// the request's own, the seed.
///
/// S3 API Reference, "Transferring Payload in Multiple Chunks". For a payload that comes as an asynchronous sequence,
/// ``ChunkedUpload/body(_:trailers:)`` does all of it.
public struct ChunkSigner: Sendable {
  /// The signature made last, in lower-case hex and without padding; the request's own at first.
  public private(set) var previousSignature: String
  private let key: SigningKey
  private let timeAndScope: String

  /// Creates a signer for the chunks that follow a request.
  ///
  /// - Parameters:
  ///   - seedSignature: The signature of the request, in lower-case hex.
  ///   - key: The key that the request was signed with.
  ///   - time: The time that the request was signed at.
  /// - Throws: ``SigningError`` for a date outside of the years 1 to 9999.
  public init(seedSignature: String, key: SigningKey, at time: Date) throws(SigningError) {
    self.init(seedSignature: seedSignature, key: key, try SigningDate(time))
  }

  init(seedSignature: String, key: SigningKey, _ date: SigningDate) {
    previousSignature = seedSignature
    self.key = key
    timeAndScope = key.lines(at: date)
  }

  /// Signs the next chunk; the last one of a payload is empty.
  ///
  /// - Returns: The signature in lower-case hex; on the wire, ECDSA's is padded with `*` to 144 characters.
  /// - Throws: ``SigningError`` only where the crypto library fails.
  public mutating func signature(forChunk chunk: Span<UInt8>) throws(SigningError) -> String {
    let hash = try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      try workspace.state.reset()
      try workspace.state.update(chunk)
      return try workspace.state.finalize()
    }
    return try signature(forChunkHashedTo: hash)
  }

  /// Signs the trailers, after the last chunk.
  ///
  /// - Returns: The signature in lower-case hex; on the wire, ECDSA's is padded with `*` to 144 characters.
  /// - Throws: ``SigningError`` for a name that isn't a token and a value that no server takes.
  public mutating func signature(forTrailers trailers: [HeaderField]) throws(SigningError) -> String {
    let hash = try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      try workspace.canonical.headers.collect(trailers, .trailers)
      workspace.canonical.headers.appendLines(to: &workspace.canonical.text)
      try workspace.state.reset()
      try workspace.state.update(0..<workspace.canonical.text.count, of: workspace.canonical.text)
      return try workspace.state.finalize()
    }
    // rule: trailer-signature
    return try signature(purpose: "-TRAILER", preface: nil, hash)
  }

  /// The line that goes before `chunk` on the wire, CR LF included; the chunk and another CR LF follow.
  ///
  /// - Throws: ``SigningError`` only where the crypto library fails.
  public mutating func header(forChunk chunk: Span<UInt8>) throws(SigningError) -> [UInt8] {
    ChunkFraming.header(size: chunk.count, try signature(forChunk: chunk), key.algorithm)
  }

  /// All that follows the last chunk that isn't empty, and its CR LF: the empty chunk, the trailers and their signature.
  ///
  /// - Throws: ``SigningError`` for a trailer's name that isn't a token and a value that no server takes.
  public mutating func end(trailers: [HeaderField] = []) throws(SigningError) -> [UInt8] {
    let nothing: [UInt8] = []
    // rule: chunk-last-is-empty
    let header = try header(forChunk: nothing.span)
    let signature = trailers.isEmpty ? nil : try signature(forTrailers: trailers)
    return header + ChunkFraming.trailer(trailers, signature, key.algorithm)
  }

  /// Signs a chunk by its hash.
  mutating func signature(forChunkHashedTo hash: SHA256Digest) throws(SigningError) -> String {
    // rule: chunk-signatures-chained
    try signature(purpose: "-PAYLOAD", preface: SHA256Digest.hexOfNothing, hash)
  }

  private mutating func signature(
    purpose: StaticString, preface: String?, _ hash: SHA256Digest
  ) throws(SigningError) -> String {
    previousSignature = try key.signature(
      purpose: purpose, timeAndScope, after: previousSignature, preface: preface, hash)
    return previousSignature
  }
}

extension SigningKey {
  /// A signature that covers the one before it: of a chunk, of trailers, or of an event message.
  ///
  /// The string to sign is the algorithm with `purpose` at its end, the time and the scope (``lines(at:)``), the
  /// signature before, the hash of what stands before the payload where there is such a line, and the payload's.
  func signature(
    purpose: StaticString, _ timeAndScope: String, after previous: String, preface: String?, _ hash: SHA256Digest
  ) throws(SigningError) -> String {
    try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let stringToSign = workspace.canonical.text.appendChained(
        algorithm, purpose, timeAndScope, after: previous, preface: preface, hash)
      let signature = try appendSignature(for: stringToSign, to: &workspace.canonical.text, using: &workspace.state)
      return workspace.canonical.text.string(signature)
    }
  }

  /// The lines of time and scope, with the line break before them and that after them.
  func lines(at date: SigningDate) -> String { "\n\(date.text)\n\(scope.text)\n" }
}

extension ByteBuffer {
  /// Appends the string to sign of something that follows another signature, and says where it stands.
  mutating func appendChained(
    _ algorithm: SigningAlgorithm, _ purpose: StaticString, _ timeAndScope: String, after previous: String,
    preface: String?, _ hash: SHA256Digest
  ) -> Range<Int> {
    let start = count
    append(algorithm.rawValue)
    append(purpose)
    append(timeAndScope)
    append(previous)
    append(0x0A)
    if let preface {
      append(preface)
      append(0x0A)
    }
    hash.withBytes { appendHex($0) }
    return start..<count
  }
}
