#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// Verifies the messages of an event stream one after the other, each by the signature before it.
///
/// Verify the request first, with `Payload.hash` of the word in its `x-amz-content-sha256`. Its signature is the seed. Dropped,
/// repeated and reordered messages are rejected.
///
/// ```swift
/// let messages: [(headers: [UInt8], payload: [UInt8])] = []  // from a decoder of event streams
/// var events = try EventVerifier(of: verified, with: credentials)
/// for message in messages { try events.verify(headers: message.headers, payload: message.payload) }
/// print(events.isComplete)
/// ```
public struct EventVerifier: Sendable {
  /// Whether the last message, which has no payload, has arrived; a stream that ends without it was cut off.
  public private(set) var isComplete = false

  /// Computes the expected signatures.
  private var signer: EventSigner
  private let allowedSkew: Duration

  /// The maximum size of the headers and of the payload of a message, in bytes (Smithy, "Amazon Event Stream Specification").
  private static let (maximumHeaders, maximumPayload) = (131_072, 25_165_824)

  private var hasFailed = false

  /// Creates a verifier for the messages that follow a request.
  ///
  /// - Parameters:
  ///   - request: The verified request.
  ///   - credentials: The credentials that it was verified with.
  ///   - allowedSkew: The maximum difference between the date of a message and the verifier's clock.
  /// - Throws: ``VerificationError`` for a request whose payload isn't announced as signed events.
  public init(
    of request: VerifiedRequest, with credentials: Credentials, allowedSkew: Duration = .seconds(300)
  ) throws(VerificationError) {
    guard request.payloadHash == Signer.eventsHash, let region = request.claim.scope.region else {
      throw VerificationError(
        .wrongPayload,
        "The payload isn't announced as signed events, but as \(request.payloadHash.debugDescription). Verify it as a whole."
      )
    }
    signer = EventSigner(
      seedSignature: request.claim.signature, credentials: credentials, region: region,
      service: SigningService(request.claim.scope.service))
    self.allowedSkew = allowedSkew
  }

  /// Verifies the next message.
  ///
  /// - Parameters:
  ///   - headers: The message's headers in their binary form, `:date` and `:chunk-signature` among them.
  ///   - payload: The message's payload.
  ///   - time: The verifier's clock.
  /// - Throws: ``VerificationError`` with one of these codes; every later call throws too:
  ///   - `tooLarge`: The headers are longer than 128 KiB, or the payload is longer than 24 MiB.
  ///   - `malformedChunk`: The headers are malformed, or the message follows the last one.
  ///   - `skewedDate`: The message's date is too far from the verifier's clock.
  ///   - `wrongSignature`: A message was changed, dropped, repeated or reordered.
  public mutating func verify(
    headers: Span<UInt8>, payload: Span<UInt8>, at time: Date = Date()
  ) throws(VerificationError) {
    guard !hasFailed, !isComplete else {
      throw VerificationError(.malformedChunk, "The message follows the last message, or a rejected one. Discard it.")
    }
    hasFailed = true
    guard headers.count <= Self.maximumHeaders, payload.count <= Self.maximumPayload else {
      throw VerificationError(
        .tooLarge,
        "The message has \(headers.count) bytes of headers and \(payload.count) of payload; the limits are \(Self.maximumHeaders) and \(Self.maximumPayload). Send smaller messages."
      )
    }
    guard let event = EventHeader.Signed(headers) else {
      throw VerificationError(
        .malformedChunk,
        "The message's headers are malformed, or don't contain :date and :chunk-signature exactly once. Send each once."
      )
    }
    let expected: SHA256Digest?
    do throws(SigningError) {
      let age = try SigningDate(time).secondsSince1970 - event.date.secondsSince1970
      guard abs(age) <= Int(clamping: allowedSkew.components.seconds) else { throw SigningError(.invalidDate, "") }
      let date = Date(timeIntervalSince1970: Double(event.date.secondsSince1970))
      _ = try signer.signature(headers: event.signedHeaders.span, payload: payload, at: date)
      expected = signer.previousSignature.withBytes { SHA256Digest(lowercaseHex: $0) }
    } catch {
      guard error.code != .invalidDate else {
        throw VerificationError(
          .skewedDate, "The message's date is too far from the verifier's clock. Set the sender's clock by NTP.")
      }
      throw VerificationError(error)
    }
    let given = Hexadecimal.string(event.signature.span).withBytes { SHA256Digest(lowercaseHex: $0) }
    guard let given, given == expected else {
      throw VerificationError(
        .wrongSignature,
        "The signature of the message is wrong: this or an earlier message was changed or dropped. End the stream.")
    }
    hasFailed = false
    isComplete = payload.isEmpty
  }

  /// Verifies the next message, as ``verify(headers:payload:at:)-(Span<UInt8>,_,_)`` does.
  public mutating func verify(
    headers: some Collection<UInt8>, payload: some Collection<UInt8>, at time: Date = Date()
  ) throws(VerificationError) {
    try headers.withSpan { (headers) throws(VerificationError) in
      try payload.withSpan { (payload) throws(VerificationError) in
        try verify(headers: headers, payload: payload, at: time)
      }
    }
  }
}

extension EventHeader {
  /// The headers of a signed message.
  struct Signed {
    /// All headers except `:chunk-signature`, unchanged.
    var signedHeaders: [UInt8] = []
    var signature: [UInt8] = []
    var date: SigningDate

    /// Reads headers in their binary form; `nil` if they aren't, or if one of the two is absent or occurs twice.
    init?(_ bytes: Span<UInt8>) {
      var date: SigningDate?
      var index = 0
      while index < bytes.count {
        let start = index
        let nameEnd = index + 1 + Int(bytes[index])
        guard nameEnd < bytes.count else { return nil }
        let name = (index + 1..<nameEnd).map { bytes[$0] }
        guard let value = Self.value(at: nameEnd, in: bytes) else { return nil }
        index = value.upperBound
        if name == Array(":chunk-signature".utf8) {
          guard signature.isEmpty, bytes[nameEnd] == 6, !value.isEmpty else { return nil }
          signature = value.map { bytes[$0] }
          continue
        }
        if name == Array(":date".utf8) {
          let milliseconds = value.reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
          let time = Date(timeIntervalSince1970: Double(Int64(bitPattern: milliseconds)) / 1000)
          guard date == nil, bytes[nameEnd] == 8, let read = try? SigningDate(time) else { return nil }
          date = read
        }
        signedHeaders += (start..<index).map { bytes[$0] }
      }
      guard let date, !signature.isEmpty else { return nil }
      self.date = date
    }

    /// The range of the value whose type is at `index`.
    private static func value(at index: Int, in bytes: Span<UInt8>) -> Range<Int>? {
      var start = index + 1
      let length: Int
      switch bytes[index] {
      case 0, 1: length = 0
      case 2: length = 1
      case 3: length = 2
      case 4: length = 4
      case 5, 8: length = 8
      case 6, 7:
        guard start + 1 < bytes.count else { return nil }
        length = Int(bytes[start]) << 8 | Int(bytes[start + 1])
        start += 2
      case 9: length = 16
      default: return nil
      }
      return start + length <= bytes.count ? start..<start + length : nil
    }
  }
}
