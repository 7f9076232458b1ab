/// Verifies a payload that comes in chunks, the content coding `aws-chunked`, and hands out what is proved.
///
/// Of unsigned chunks (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`) it takes the framing off and proves nothing but the length.
///
/// The request itself is verified first, with `Payload.hash` of the word in its `x-amz-content-sha256`; its signature is
/// the seed of the chunks' own (S3 API Reference, "Transferring Payload in Multiple Chunks").
///
/// Give it the body as it comes in, in pieces of any size; nothing of a chunk comes out before all of it is proved.
public struct ChunkVerifier: Sendable {
  private enum State { case header, data(size: Int, signature: String?), trailers, ended, failed }

  /// The trailers, once ``isComplete``: all of them signed, if the chunks are.
  public private(set) var trailers: [HeaderField] = []

  private let key: SigningKey
  private let timeAndScope: String
  private let isSigned: Bool
  private let hasTrailers: Bool
  /// The names of the trailers that `x-amz-trailer` announces and that are yet to come, in lower case.
  private var announced: Set<String>
  /// The bytes of the payload that are yet to come; `nil` where the request doesn't announce them.
  private var missing: Int?
  private let maximumChunkSize: Int
  private var previous: String
  private var state = State.header
  private var hasTrailerSignature = false
  private var received: [UInt8] = []
  private var start = 0

  /// A line with a size and a signature, or a trailer, is never longer than this.
  private static let maximumLineLength = 8192
  private static let unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

  /// Creates a verifier for the chunks that follow a request.
  ///
  /// - Parameters:
  ///   - request: The request, verified.
  ///   - credentials: The credentials that it was verified with.
  ///   - maximumChunkSize: The most bytes that a chunk may have, as each is held in memory until it is proved; 1 GiB at most.
  /// - Throws: ``VerificationError`` for a request whose payload isn't announced as chunks.
  public init(
    of request: VerifiedRequest, with credentials: Credentials, maximumChunkSize: Int = 16_777_216
  ) throws(VerificationError) {
    let plain = "STREAMING-\(request.claim.algorithm.rawValue)-PAYLOAD"
    guard [plain, "\(plain)-TRAILER", Self.unsigned].contains(request.payloadHash) else {
      throw VerificationError(
        .wrongPayload, "The payload isn't announced as chunks, but as \(request.payloadHash.debugDescription).")
    }
    missing = try request.claim.fields.decodedLength.map { (text) throws(VerificationError) in
      guard let length = Int(text), length >= 0, text.utf8.first != 0x2B else {
        throw .chunk("x-amz-decoded-content-length must be a number of bytes.")
      }
      return length
    }
    guard missing != nil || !SigningService.named(request.claim.scope.service).isS3 else {
      throw .chunk("The request has no x-amz-decoded-content-length; send the number of the payload's own bytes.")
    }
    isSigned = request.payloadHash != Self.unsigned
    do { key = try SigningKey(credentials, scope: request.claim.scope) } catch { throw VerificationError(error) }
    timeAndScope = key.lines(at: request.claim.date)
    hasTrailers = request.payloadHash != plain
    announced = Set(
      (request.claim.fields.trailer ?? "").utf8.split(separator: UInt8(ascii: ","))
        .map { Substring($0).trimmingSpaces.utf8.asciiLowercased }.filter { !$0.isEmpty })
    previous = request.claim.signature
    self.maximumChunkSize = min(maximumChunkSize, 1_073_741_824)
  }

  /// Whether the last chunk has come, and all that follows it.
  public var isComplete: Bool { if case .ended = state { true } else { false } }

  /// Takes the next bytes of the body, and returns what is proved of the payload by now.
  ///
  /// - Throws: ``VerificationError``: `wrongSignature`, `malformedChunk` or `tooLarge`; the payload is then to be
  ///   thrown away, with what came out of earlier calls, and every later call throws too.
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

  /// Makes sure that the payload has come to its end.
  ///
  /// - Throws: ``VerificationError``: `malformedChunk` where it was cut off.
  public func finish() throws(VerificationError) {
    guard isComplete else { throw .chunk("The payload ended before its last chunk.") }
  }

  /// Takes one step; false where more bytes are needed.
  private mutating func advance(_ payload: inout [UInt8]) throws(VerificationError) -> Bool {
    switch state {
    case .failed: throw .chunk("The payload was refused before.")
    case .ended:
      guard start == received.count else { throw .chunk("Something follows the end of the payload.") }
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
        guard received[end] == 0x0D, received[end + 1] == 0x0A else { throw .chunk("CR LF must follow a chunk.") }
        payload += chunk
        start = end + 2
      }
      missing = missing.map { $0 - size }
      guard size == 0 ? missing ?? 0 == 0 : missing ?? 0 >= 0 else {
        throw .chunk("The payload isn't of the length that x-amz-decoded-content-length announces.")
      }
      state = size > 0 ? .header : .trailers
    case .trailers:
      guard let line = try nextLine() else { return false }
      try takeTrailer(line)
    }
    return true
  }

  private mutating func takeTrailer(_ bytes: ArraySlice<UInt8>) throws(VerificationError) {
    guard let line = String(validating: bytes, as: UTF8.self) else { throw .chunk("A trailer must be UTF-8.") }
    if line.isEmpty {
      // Where trailers are announced, only their signature ends them.
      guard !hasTrailers || !isSigned || hasTrailerSignature else { throw .chunk("The trailers have no signature.") }
      guard announced.isEmpty else {
        throw .chunk("The trailer \(announced.min() ?? "") is announced in x-amz-trailer, but didn't come.")
      }
      state = .ended
      return
    }
    guard hasTrailers, !hasTrailerSignature, let colon = line.utf8.firstIndex(of: 0x3A) else {
      throw .chunk("A line follows the last chunk that is no announced trailer.")
    }
    let value = String(line[line.utf8.index(after: colon)...])
    let field = HeaderField(String(line[..<colon]), value)
    guard field.name.withBytes({ $0.isToken }), value.withBytes({ $0.firstControlCharacter }) == nil else {
      throw .chunk("A trailer contains a character that no header field has.")
    }
    guard isSigned, field.isNamed("x-amz-trailer-signature") else {
      guard announced.remove(field.name.utf8.asciiLowercased) != nil else {
        throw .chunk("The trailer \(field.name.debugDescription) isn't announced in x-amz-trailer, or came before.")
      }
      trailers.append(field)
      return
    }
    hasTrailerSignature = true
    let fields = trailers
    try checkSignature(unpadded(value), "-TRAILER", nil) { (state) throws(SigningError) in
      var lines = ByteBuffer()
      var headers = CanonicalHeaders()
      try headers.collect(fields, .trailers)
      headers.appendLines(to: &lines)
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
        key.algorithm, purpose, timeAndScope, after: previous, preface: preface, hash)
      isRight = try signature.withBytes { (signature) throws(SigningError) in
        try key.material.isSignature(signature, of: stringToSign, in: buffer, using: &state)
      }
    } catch {
      throw VerificationError(error)
    }
    guard isRight else {
      throw VerificationError(
        .wrongSignature, "A chunk, or the trailers, aren't what was signed after what came before them.")
    }
    previous = signature
  }

  /// The next line without its CR LF; `nil` where it isn't whole yet.
  private mutating func nextLine() throws(VerificationError) -> ArraySlice<UInt8>? {
    guard let end = received[start...].firstIndex(of: 0x0A) else {
      guard received.count - start <= Self.maximumLineLength else {
        throw VerificationError(.tooLarge, "A line between chunks has more than \(Self.maximumLineLength) bytes.")
      }
      return nil
    }
    guard end > start, received[end - 1] == 0x0D, end - start <= Self.maximumLineLength else {
      throw .chunk("A line between chunks must end in CR LF, after at most \(Self.maximumLineLength) bytes.")
    }
    defer { start = end + 1 }
    return received[start..<(end - 1)]
  }

  /// Reads `SIZE;chunk-signature=SIGNATURE`, or `SIZE` alone where chunks are unsigned.
  private func header(_ line: ArraySlice<UInt8>) throws(VerificationError) -> State {
    let mark = line.firstRange(of: ChunkFraming.signatureMark.utf8)
    guard (mark != nil) == isSigned else {
      throw .chunk(
        "A chunk must begin with SIZE\(isSigned ? ";chunk-signature=SIGNATURE" : " alone, as it is unsigned").")
    }
    let digits = line[..<(mark?.lowerBound ?? line.endIndex)]
    guard 1...16 ~= digits.count, digits.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil }),
      let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .chunk("The size of a chunk must be in hex.") }
    guard size <= maximumChunkSize else {
      throw VerificationError(.tooLarge, "A chunk has \(size) bytes; \(maximumChunkSize) are taken.")
    }
    return .data(
      size: size,
      signature: try mark.map { (mark) throws(VerificationError) in
        try unpadded(String(decoding: line[mark.upperBound...], as: UTF8.self))
      })
  }

  /// ECDSA's signatures differ in length, and are filled up with asterisks to the length that all have on the wire.
  private func unpadded(_ signature: String) throws(VerificationError) -> String {
    guard key.algorithm == .sigV4a else { return signature }
    let digits = signature.utf8.prefix { $0 != 0x2A }
    guard signature.utf8.count == ChunkFraming.signatureLength(key.algorithm),
      signature.utf8[digits.endIndex...].allSatisfy({ $0 == 0x2A })
    else { throw .malformed("The signature of a chunk must be DER in lower-case hex, filled up with * to 144.") }
    return String(Substring(digits))
  }
}

extension ChunkVerifier: CustomStringConvertible, CustomReflectable {
  /// Whether the payload is complete; never its bytes.
  public var description: String { "ChunkVerifier(isComplete: \(isComplete))" }
  /// Whether the payload is complete; never its bytes.
  public var customMirror: Mirror { Mirror(self, children: ["isComplete": isComplete], displayStyle: .struct) }
}

extension VerificationError {
  fileprivate static func chunk(_ message: String) -> VerificationError {
    VerificationError(.malformedChunk, message)
  }
}
