#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// The body of a verified request, which is verified while it is read.
///
/// Its iterator throws ``VerificationError`` if the body isn't the signed one. For a body in chunks, it throws before it returns
/// a byte of the wrong chunk. Otherwise it throws in place of the body's end. So act on the body only after its end, or undo the
/// action after an error. Read only this sequence: the body that was passed to the verifier isn't verified.
///
/// One piece is in memory at a time, or one chunk (``Verifier/Limits/chunkBytes``). The framing of chunks is removed, and so are
/// the trailers; ``ChunkVerifier`` returns them.
///
/// ```swift
/// let (verified, content): (VerifiedRequest, VerifiedBody<AsyncStream<[UInt8]>>) =
///   try await verifier.verify(request, body: pieces) { accessKeyID in keys[accessKeyID] }
/// for try await piece in content { print(piece.count, "bytes for", verified.target.path) }
/// ```
public struct VerifiedBody<Source: AsyncSequence>: AsyncSequence
where Source.Element: RangeReplaceableCollection, Source.Element.Element == UInt8 {
  /// A piece of the body.
  public typealias Element = Source.Element

  /// How the pieces are verified.
  enum Verification {
    /// Not at all: the signature covers no body.
    case uncovered
    /// By their hash, in lower-case hex.
    case hash(String)
    case chunks(ChunkVerifier)
    /// They were read and verified before.
    case collected(Element)
  }

  let source: Source
  let verification: Verification

  /// Starts to read the body; works a second time only if the request's own body can be read twice.
  public func makeAsyncIterator() -> AsyncIterator {
    // A server's body can often be iterated only once, and `collect` has done so.
    if case .collected = verification { return AsyncIterator(source: nil, verification: verification) }
    return AsyncIterator(source: source.makeAsyncIterator(), verification: verification)
  }

  /// Reads and verifies the body piece by piece.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private var source: Source.AsyncIterator?
    private var verification: Verification
    private var hasher: ChunkHasher?
    private var isEnded = false

    init(source: Source.AsyncIterator?, verification: Verification) {
      self.source = source
      self.verification = verification
    }

    /// The next piece; `nil` after the last.
    ///
    /// - Throws: An error of the body, or ``VerificationError``. Its code is `wrongPayload` if the hash of the body isn't the
    ///   signed one. For a body in chunks, it is `wrongSignature`, `malformedChunk` or `tooLarge`.
    public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Element? {
      guard !isEnded else { return nil }
      do {
        let piece = try await verifiedPiece(isolation: actor)
        isEnded = piece == nil
        // The source of a cancelled task can end early.
        if isEnded { try Task.checkCancellation() }
        return piece
      } catch {
        isEnded = true
        throw error
      }
    }

    private mutating func verifiedPiece(isolation actor: isolated (any Actor)?) async throws -> Element? {
      switch verification {
      case .uncovered: return try await source?.next(isolation: actor)
      case .collected(let bytes):
        verification = .collected(Element())
        return bytes.isEmpty ? nil : bytes
      case .hash(let signed):
        let hasher = try hasher ?? ChunkHasher()
        self.hasher = hasher
        if let piece = try await source?.next(isolation: actor) {
          try piece.withSpan { (span) throws(SigningError) in try hasher.update(span) }
          return piece
        }
        let hash = try hasher.finish().hex
        try Task.checkCancellation()
        guard hash == signed else { throw VerificationError.wrongPayload(hash, claimed: signed) }
        return nil
      case .chunks(var chunks):
        defer { verification = .chunks(chunks) }
        while let piece = try await source?.next(isolation: actor) {
          let proved = try chunks.verify(Array(piece))
          if !proved.isEmpty { return Element(proved) }
        }
        try Task.checkCancellation()
        try chunks.finish()
        return nil
      }
    }
  }
}

extension VerifiedBody: CustomStringConvertible, CustomReflectable {
  /// How the body is verified, without its bytes.
  public var description: String {
    switch verification {
    case .uncovered: "VerifiedBody(uncovered)"
    case .hash(let hash): "VerifiedBody(\(hash))"
    case .chunks: "VerifiedBody(in chunks)"
    case .collected(let bytes): "VerifiedBody(\(bytes.count) bytes)"
    }
  }
  /// The same as ``description``.
  public var customMirror: Mirror { Mirror(self, children: ["body": description], displayStyle: .struct) }
}

extension VerifiedBody: Sendable where Source: Sendable, Source.Element: Sendable {}
extension VerifiedBody.Verification: Sendable where Source.Element: Sendable {}

extension Verifier {
  /// Verifies `request` with the secret that `lookup` finds, before its body is read if the request sends the body's hash.
  nonisolated(nonsending) func verify<Body>(
    _ request: SignableRequest, body: Body, at time: Date?, lookup: (SignatureClaim) async throws -> Secret
  ) async throws -> (request: VerifiedRequest, body: VerifiedBody<Body>) {
    let time = time ?? Date()
    let reading: Reading? = try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) {
      (workspace) throws(VerificationError) in
      let (claim, selected) = try claim(of: request, at: time, &workspace.canonical.headers)
      guard let announced = try announcedPayload(of: claim, in: request) else { return nil }
      return try self.reading(of: claim, selected, in: request, payload: .hash(announced), &workspace)
    }
    guard let reading else {
      let bytes = try await collect(body, of: request)
      let verified = try await verify(request, payload: .bytes(Array(bytes)), at: time, lookup: lookup)
      return (verified, VerifiedBody(source: body, verification: .collected(bytes)))
    }
    let secret = try await lookup(reading.claim)
    var verified = try prove(reading, with: secret)
    let verification: VerifiedBody<Body>.Verification =
      switch verified.bodyCoverage {
      case .coveredPieceByPiece: .chunks(try chunks(of: verified, with: secret))
      case .uncovered where verified.payloadHash == ChunkVerifier.unsigned:
        .chunks(try chunks(of: verified, with: secret))
      case .uncovered: .uncovered
      default: .hash(verified.payloadHash)
      }
    if verified.bodyCoverage != .uncovered { verified.bodyCoverage = .coveredWhileRead }
    return (verified, VerifiedBody(source: body, verification: verification))
  }

  /// The last line of the canonical request, if it is known before the body is read.
  private func announcedPayload(
    of claim: SignatureClaim, in request: SignableRequest
  ) throws(VerificationError) -> String? {
    guard !hasFormInQuery(request) else { return nil }
    guard service.payload != .unsigned else { return Payload.unsignedWord }
    guard let announced = claim.contentHash else {
      if claim.placement == .query, service.payload == .unsignedWhenPresigned { return Payload.unsignedWord }
      // Reading an absent body needs three times the time of the verification.
      return request.announcesNoBody ? SHA256Digest.hexOfNothing : nil
    }
    let isUnsigned = announced == Payload.unsignedWord || announced == ChunkVerifier.unsigned
    let isHash = announced.withBytes { SHA256Digest(lowercaseHex: $0) } != nil
    guard isHash || announced.hasPrefix("STREAMING-AWS4-") || isUnsigned && service.payload == .unsignedWhenPresigned
    else {
      throw VerificationError(
        .wrongPayload,
        "x-amz-content-sha256 must be the payload's SHA-256 in lower-case hex, or announce signed chunks.",
        cause: announced == Payload.unsignedWord ? .payloadUnsigned : nil)
    }
    return announced
  }

  /// Reads a body of bounded length.
  nonisolated(nonsending) private func collect<Body: AsyncSequence>(
    _ body: Body, of request: SignableRequest
  ) async throws -> Body.Element where Body.Element: RangeReplaceableCollection, Body.Element.Element == UInt8 {
    let announcedLength = request.headers["content-length"].flatMap { Int($0) } ?? 0
    guard announcedLength <= limits.collectedBodyBytes else { throw VerificationError.tooLargeBody(limits) }
    var bytes = Body.Element()
    var iterator = body.makeAsyncIterator()
    while let piece = try await iterator.next(isolation: #isolation) {
      guard piece.count <= limits.collectedBodyBytes - bytes.count else { throw VerificationError.tooLargeBody(limits) }
      bytes.append(contentsOf: piece)
    }
    return bytes
  }

  private func chunks(of request: VerifiedRequest, with secret: Secret) throws(VerificationError) -> ChunkVerifier {
    switch secret {
    case .credentials(let credentials?):
      return try ChunkVerifier(of: request, with: credentials, maximumChunkSize: limits.chunkBytes)
    case .scopedCredentials(let credentials?):
      return try ChunkVerifier(of: request, with: credentials.key, maximumChunkSize: limits.chunkBytes)
    // Without a secret, nothing can be verified.
    case .credentials(nil), .scopedCredentials(nil): throw .wrongSignature(of: request.claim)
    }
  }
}

extension SignableRequest {
  /// Whether the request says that it has no body, or is a GET or HEAD that doesn't say that it has one.
  fileprivate var announcesNoBody: Bool {
    guard headers["transfer-encoding"] == nil else { return false }
    guard let length = headers["content-length"] else { return method == "GET" || method == "HEAD" }
    return length == "0"
  }
}

extension VerificationError {
  fileprivate static func tooLargeBody(_ limits: Verifier.Limits) -> VerificationError {
    VerificationError(
      .tooLarge,
      "The body has more than \(limits.collectedBodyBytes) bytes, and the request doesn't send its hash. Send x-amz-content-sha256, so that the body can be verified while it is read."
    )
  }
}
