#if canImport(FoundationEssentials)
  package import struct FoundationEssentials.Date
#else
  package import struct Foundation.Date
#endif

/// Signs the chunks of a payload one after the other.
///
/// Each signature covers the one before it. The first covers the request's own signature, the seed (S3 API Reference,
/// "Transferring Payload in Multiple Chunks"). For an asynchronous sequence, use ``ChunkedUpload/body(_:trailers:)``, which
/// frames and signs it.
///
/// ```swift
/// let upload = try signer.sign(&request, chunked: ChunkedPayload(length: body.count), with: credentials)
/// if var chunks: ChunkSigner = upload.chunkSigner {
///   let framed = try chunks.header(forChunk: body) + body + Array("\r\n".utf8) + chunks.end()
///   print("send", framed.count, "bytes")
/// }
/// ```
public struct ChunkSigner: Sendable {
  /// The latest signature, in lower-case hex and without padding; at first, that of the request.
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
  package init(seedSignature: String, key: SigningKey, at time: Date) throws(SigningError) {
    self.init(seedSignature: seedSignature, key: key, try SigningDate(time))
  }

  init(seedSignature: String, key: SigningKey, _ date: SigningDate) {
    previousSignature = seedSignature
    self.key = key
    timeAndScope = key.lines(at: date)
  }

  /// Signs the next chunk; the last one of a payload is empty.
  ///
  /// - Returns: The signature in lower-case hex; when sent, ECDSA's is padded with `*` to 144 characters.
  /// - Throws: ``SigningError`` only if the crypto library fails.
  public mutating func signature(forChunk chunk: Span<UInt8>) throws(SigningError) -> String {
    let hash = try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      try workspace.state.reset()
      try workspace.state.update(chunk)
      return try workspace.state.finalize()
    }
    return try signature(forChunkHashedTo: hash)
  }

  /// Signs the next chunk, as ``signature(forChunk:)-(Span<UInt8>)`` does.
  public mutating func signature(forChunk chunk: some Collection<UInt8>) throws(SigningError) -> String {
    try chunk.withSpan { (bytes) throws(SigningError) in try signature(forChunk: bytes) }
  }

  /// Signs the trailers, after the last chunk.
  ///
  /// - Returns: The signature in lower-case hex; when sent, ECDSA's is padded with `*` to 144 characters.
  /// - Throws: ``SigningError`` if a name isn't a token, or if a value contains a NUL or a line break.
  public mutating func signature(forTrailers trailers: [HeaderField]) throws(SigningError) -> String {
    let hash = try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let selected = try workspace.canonical.headers.collect(trailers, .trailers)
      let start = workspace.canonical.text.count
      workspace.canonical.headers.appendLines(of: selected, to: &workspace.canonical.text)
      return try workspace.hash(start..<workspace.canonical.text.count)
    }
    // rule: trailer-signature
    return try signature(purpose: "-TRAILER", preface: nil, hash)
  }

  /// Signs `chunk`, and returns the line to send before it, with CR LF.
  ///
  /// Send the chunk and another CR LF after it.
  ///
  /// - Throws: ``SigningError`` only if the crypto library fails.
  public mutating func header(forChunk chunk: Span<UInt8>) throws(SigningError) -> [UInt8] {
    ChunkFraming.header(size: chunk.count, try signature(forChunk: chunk), key.algorithm)
  }

  /// Signs `chunk`, and returns the line to send before it, as ``header(forChunk:)-(Span<UInt8>)`` does.
  public mutating func header(forChunk chunk: some Collection<UInt8>) throws(SigningError) -> [UInt8] {
    try chunk.withSpan { (bytes) throws(SigningError) in try header(forChunk: bytes) }
  }

  /// Signs the end of the payload: the empty chunk, the trailers and their signature.
  ///
  /// Send it after the last non-empty chunk and its CR LF.
  ///
  /// - Throws: ``SigningError`` if the name of a trailer isn't a token, or if its value contains a NUL or a line break.
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
  /// signature before, the hash of the bytes before the payload, if any, and the hash of the payload.
  func signature(
    purpose: StaticString, _ timeAndScope: String, after previous: String, preface: String?, _ hash: SHA256Digest
  ) throws(SigningError) -> String {
    try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let stringToSign = workspace.canonical.text.appendChained(
        algorithm, purpose: purpose, timeAndScope, after: previous, preface: preface, hash)
      let signature = try appendSignature(for: stringToSign, to: &workspace.canonical.text, using: &workspace.state)
      return workspace.canonical.text.string(signature)
    }
  }

  /// The lines of time and scope, with a line break before and after them.
  func lines(at date: SigningDate) -> String { "\n\(date.text)\n\(scope.text)\n" }
}

extension ByteBuffer {
  /// Appends the string to sign of a chunk, trailers or an event, and returns its range.
  mutating func appendChained(
    _ algorithm: SigningAlgorithm, purpose: StaticString, _ timeAndScope: String, after previous: String,
    preface: String?, _ hash: SHA256Digest
  ) -> Range<Int> {
    let start = count
    append(algorithm.rawValue)
    append(purpose)
    append(timeAndScope)
    append(previous)
    append(UInt8(ascii: "\n"))
    if let preface {
      append(preface)
      append(UInt8(ascii: "\n"))
    }
    hash.withBytes { appendHex($0) }
    return start..<count
  }
}
