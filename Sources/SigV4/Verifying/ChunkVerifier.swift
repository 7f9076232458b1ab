/// Verifies a payload in chunks (the content coding `aws-chunked`), and returns the verified bytes.
///
/// It removes the framing of unsigned chunks (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`), and verifies only their length.
///
/// Verify the request first, with `Payload.hash` of the word in its `x-amz-content-sha256`. Its signature is the seed of the
/// chunks' signatures (S3 API Reference, "Transferring Payload in Multiple Chunks").
///
/// Pass the body as it arrives, in pieces of any size. No byte of a chunk is returned before the whole chunk is verified.
///
/// ```swift
/// var chunks = try ChunkVerifier(of: verified, with: credentials)
/// for await piece in pieces {
///   let payload = try chunks.verify(piece)
///   print(payload.count, "bytes are verified")
/// }
/// try chunks.finish()
/// ```
public struct ChunkVerifier: Sendable {
  private enum State { case header, data(size: Int, signature: String?), trailers, ended, failed }

  /// The trailers, once ``isComplete``; signed if the chunks are signed.
  public private(set) var trailers: [HeaderField] = []

  private let key: SigningKey
  private let timeAndScope: String
  private let isSigned: Bool
  private let hasTrailers: Bool
  /// The names of the trailers that `x-amz-trailer` announces and that haven't arrived yet, in lower case.
  private var announced: Set<String>
  /// The number of payload bytes that haven't arrived yet; `nil` if the request doesn't announce it.
  private var missing: Int?
  private let maximumChunkSize: Int
  private var previous: String
  private var state = State.header
  private var hasTrailerSignature = false
  private var received: [UInt8] = []
  private var start = 0

  /// The maximum length of a line with a size and a signature, and of a trailer, in bytes.
  private static let maximumLineLength = 8192
  static let unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

  /// Creates a verifier for the chunks that follow a request.
  ///
  /// - Parameters:
  ///   - request: The verified request.
  ///   - credentials: The credentials that it was verified with.
  ///   - maximumChunkSize: The maximum size of a chunk in bytes, at most 1 GiB. A chunk stays in memory until it is verified.
  /// - Throws: ``VerificationError`` for a request whose payload isn't announced as chunks.
  public init(
    of request: VerifiedRequest, with credentials: Credentials, maximumChunkSize: Int = 16_777_216
  ) throws(VerificationError) {
    let key: SigningKey
    do { key = try SigningKey(credentials, scope: request.claim.scope) } catch { throw VerificationError(error) }
    try self.init(of: request, with: key, maximumChunkSize: maximumChunkSize)
  }

  /// Creates a verifier for the chunks that follow a request, with a derived key.
  ///
  /// - Throws: ``VerificationError`` for a request whose payload isn't announced as chunks.
  init(of request: VerifiedRequest, with key: SigningKey, maximumChunkSize: Int) throws(VerificationError) {
    let plain = "STREAMING-\(request.claim.algorithm.rawValue)-PAYLOAD"
    guard [plain, "\(plain)-TRAILER", Self.unsigned].contains(request.payloadHash) else {
      throw VerificationError(
        .wrongPayload,
        "The payload isn't announced as chunks, but as \(request.payloadHash.debugDescription). Verify it as a whole.")
    }
    missing = try request.claim.fields.decodedLength.map { (text) throws(VerificationError) in
      guard let length = Int(text), length >= 0, text.utf8.first != UInt8(ascii: "+") else {
        throw .chunk("x-amz-decoded-content-length must be a number of bytes.")
      }
      return length
    }
    guard missing != nil || !SigningService(request.claim.scope.service).isS3 else {
      throw .chunk("The request has no x-amz-decoded-content-length. Send the number of the payload's own bytes.")
    }
    isSigned = request.payloadHash != Self.unsigned
    self.key = key
    timeAndScope = key.lines(at: request.claim.date)
    hasTrailers = request.payloadHash != plain
    announced = Set(
      (request.claim.fields.trailer ?? "").utf8.split(separator: UInt8(ascii: ","))
        .map { Substring($0).trimmed.utf8.asciiLowercased }.filter { !$0.isEmpty })
    previous = request.claim.signature
    self.maximumChunkSize = min(maximumChunkSize, 1_073_741_824)
  }

  /// Whether the last chunk has arrived, with its trailers.
  public var isComplete: Bool { if case .ended = state { true } else { false } }

  /// Verifies the next bytes of the body, and returns the payload bytes that are now verified.
  ///
  /// - Throws: ``VerificationError``: `wrongSignature`, `malformedChunk` or `tooLarge`; then discard the
  ///   payload, with the result of earlier calls. Every later call throws too.
  public mutating func verify(_ bytes: [UInt8]) throws(VerificationError) -> [UInt8] {
    received.removeFirst(start)
    start = 0
    received += bytes
    var payload: [UInt8] = []
    do throws(VerificationError) {
      while try advance(&payload) {}
    } catch {
      state = .failed
      throw error
    }
    return payload
  }

  /// Checks that the payload is complete.
  ///
  /// - Throws: ``VerificationError``: `malformedChunk` if the payload was cut off.
  public func finish() throws(VerificationError) {
    guard isComplete else {
      throw .chunk("The payload ended before its last chunk. Send the empty chunk that ends it.")
    }
  }

  /// Reads one line or chunk; returns false if that needs more bytes.
  private mutating func advance(_ payload: inout [UInt8]) throws(VerificationError) -> Bool {
    switch state {
    case .failed: throw .chunk("The payload was already rejected. Discard it.")
    case .ended:
      guard start == received.count else { throw .chunk("Bytes follow the end of the payload. Send none.") }
      return false
    case .header:
      guard let line = try nextLine() else { return false }
      state = try header(line)
    case .data(let size, let signature):
      let end = start + size
      guard size == 0 || received.count >= end + 2 else { return false }
      let chunk = received[start..<end]
      if let signature {
        try checkSignature(signature, "-PAYLOAD", SHA256Digest.hexOfNothing) { (state) throws(SigningError) in
          try state.update(chunk.span)
        }
      }
      if size > 0 {
        guard received[end] == UInt8(ascii: "\r"), received[end + 1] == UInt8(ascii: "\n") else {
          throw .chunk("CR LF must follow a chunk.")
        }
        payload += chunk
        start = end + 2
      }
      missing = missing.map { $0 - size }
      guard size == 0 ? missing ?? 0 == 0 : missing ?? 0 >= 0 else {
        throw .chunk("The payload isn't as long as x-amz-decoded-content-length says. Send its own length there.")
      }
      state = size > 0 ? .header : .trailers
    case .trailers:
      guard let line = try nextLine() else { return false }
      try readTrailer(line)
    }
    return true
  }

  private mutating func readTrailer(_ bytes: ArraySlice<UInt8>) throws(VerificationError) {
    guard let line = String(validating: bytes, as: UTF8.self) else { throw .chunk("A trailer must be UTF-8.") }
    if line.isEmpty {
      // Announced trailers of signed chunks end only with their signature.
      guard !hasTrailers || !isSigned || hasTrailerSignature else {
        throw .chunk("The trailers are signed, but x-amz-trailer-signature is missing. Send it after the trailers.")
      }
      guard announced.isEmpty else {
        throw .chunk("The trailer \(announced.min() ?? "") is announced in x-amz-trailer, but is missing. Send it.")
      }
      state = .ended
      return
    }
    guard hasTrailers, !hasTrailerSignature, let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      throw .chunk("A line after the last chunk isn't a trailer. Announce trailers in x-amz-trailer.")
    }
    let value = String(line[line.utf8.index(after: colon)...])
    let field = HeaderField(String(line[..<colon]), value)
    guard field.name.withBytes({ $0.isToken }), value.withBytes({ $0.firstControlCharacter }) == nil else {
      throw .chunk("A trailer contains a character that a header field can't contain. Remove it.")
    }
    guard isSigned, field.isNamed("x-amz-trailer-signature") else {
      guard announced.remove(field.name.utf8.asciiLowercased) != nil else {
        throw .chunk(
          "The trailer \(field.name.debugDescription) isn't announced in x-amz-trailer, or is repeated. Announce and send it once."
        )
      }
      trailers.append(field)
      return
    }
    hasTrailerSignature = true
    let fields = trailers
    try checkSignature(unpadded(value), "-TRAILER", nil) { (state) throws(SigningError) in
      var lines = ByteBuffer()
      var headers = CanonicalHeaders()
      let selected = try headers.collect(fields, .trailers)
      headers.appendLines(of: selected, to: &lines)
      try state.update(0..<lines.count, of: lines)
    }
  }

  private mutating func checkSignature(
    _ signature: String, _ purpose: StaticString, _ preface: String?,
    hashing update: (inout SHA256) throws(SigningError) -> Void
  ) throws(VerificationError) {
    var parts = SignatureClaim.Parts(text: signature)
    parts.signature = 0..<signature.utf8.count
    try parts.checkSignature(key.algorithm)
    let isRight: Bool
    do throws(SigningError) {
      var state = try SHA256()
      try update(&state)
      let hash = try state.finalize()
      var buffer = ByteBuffer(capacity: 512)
      let stringToSign = buffer.appendChained(
        key.algorithm, purpose: purpose, timeAndScope, after: previous, preface: preface, hash)
      isRight = try signature.withBytes { (signature) throws(SigningError) in
        try key.material.isSignature(signature, of: stringToSign, in: buffer, using: &state)
      }
    } catch {
      throw VerificationError(error)
    }
    guard isRight else {
      throw VerificationError(
        .wrongSignature,
        "The signature of a chunk or of the trailers is wrong: these or earlier bytes changed after signing. Discard the payload."
      )
    }
    previous = signature
  }

  /// The next line without its CR LF; `nil` if it isn't complete yet.
  private mutating func nextLine() throws(VerificationError) -> ArraySlice<UInt8>? {
    guard let end = received[start...].firstIndex(of: UInt8(ascii: "\n")) else {
      guard received.count - start <= Self.maximumLineLength else {
        throw VerificationError(
          .tooLarge, "A line between chunks is too long; the limit is \(Self.maximumLineLength) bytes. Shorten it.")
      }
      return nil
    }
    guard end > start, received[end - 1] == UInt8(ascii: "\r"), end - start <= Self.maximumLineLength else {
      throw .chunk("A line between chunks must end in CR LF, after at most \(Self.maximumLineLength) bytes.")
    }
    defer { start = end + 1 }
    return received[start..<(end - 1)]
  }

  /// Reads `SIZE;chunk-signature=SIGNATURE`, or `SIZE` alone if chunks are unsigned.
  private func header(_ line: ArraySlice<UInt8>) throws(VerificationError) -> State {
    let mark = line.firstRange(of: ChunkFraming.signatureMark.utf8)
    guard (mark != nil) == isSigned else {
      throw .chunk(
        "A chunk must begin with SIZE\(isSigned ? ";chunk-signature=SIGNATURE" : " alone, because it is unsigned").")
    }
    let digits = line[..<(mark?.lowerBound ?? line.endIndex)]
    guard 1...16 ~= digits.count, digits.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil }),
      let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .chunk("The size of a chunk must be in hex.") }
    guard size <= maximumChunkSize else {
      throw VerificationError(
        .tooLarge, "A chunk is \(size) bytes long; the limit is \(maximumChunkSize). Send smaller chunks.")
    }
    return .data(
      size: size,
      signature: try mark.map { (mark) throws(VerificationError) in
        try unpadded(String(decoding: line[mark.upperBound...], as: UTF8.self))
      })
  }

  /// The signature without its padding.
  ///
  /// Signatures of ECDSA differ in length, and are sent with asterisks as padding.
  private func unpadded(_ signature: String) throws(VerificationError) -> String {
    guard key.algorithm == .sigV4a else { return signature }
    let digits = signature.utf8.prefix { $0 != UInt8(ascii: "*") }
    guard signature.utf8.count == ChunkFraming.signatureLength(key.algorithm),
      signature.utf8[digits.endIndex...].allSatisfy({ $0 == UInt8(ascii: "*") })
    else {
      throw .malformed("The signature of a chunk must be DER in lower-case hex, padded with * to 144 characters.")
    }
    return String(Substring(digits))
  }
}

extension ChunkVerifier: CustomStringConvertible, CustomReflectable {
  /// Whether the payload is complete, without its bytes.
  public var description: String { "ChunkVerifier(isComplete: \(isComplete))" }
  /// Whether the payload is complete, without its bytes.
  public var customMirror: Mirror { Mirror(self, children: ["isComplete": isComplete], displayStyle: .struct) }
}

extension VerificationError {
  fileprivate static func chunk(_ message: String) -> VerificationError {
    VerificationError(.malformedChunk, message)
  }
}
