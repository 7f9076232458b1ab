#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// The binary form of an event message's headers: the name's length in a byte, the name, the value's type in a byte, the value.
///
/// Smithy, "Amazon Event Stream Specification"; numbers are big-endian.
enum EventHeader {
  /// `:date`, a timestamp (type 8): milliseconds since 1970 in 8 bytes, of which signing uses whole seconds only.
  static func date(_ date: SigningDate) -> [UInt8] {
    // rule: event-date
    let milliseconds = Int64(date.secondsSince1970) * 1000
    return named(":date", type: 8)
      + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: milliseconds >> $0) }
  }

  /// `:chunk-signature`, bytes (type 6): their count in 2 bytes, and the bytes.
  static func chunkSignature(_ signature: [UInt8]) -> [UInt8] {
    named(":chunk-signature", type: 6)
      + [UInt8(truncatingIfNeeded: signature.count >> 8), UInt8(truncatingIfNeeded: signature.count)] + signature
  }

  private static func named(_ name: String, type: UInt8) -> [UInt8] {
    [UInt8(truncatingIfNeeded: name.utf8.count)] + Array(name.utf8) + [type]
  }
}

/// Signs the messages of an event stream one after the other.
///
/// Each signature covers the one before it, and the first covers the request's own. Each message is signed at its own time, so a
/// stream can last longer than a signature is valid. The last message of a stream has no payload (Amazon Transcribe Developer
/// Guide, "Setting up a streaming transcription").
///
/// ```swift
/// var events: EventSigner = try signer.signEvents(of: &request, with: credentials).events
/// for await message in pieces {
///   let event = try events.sign(message)
///   print("send", event.headers.count, "bytes of headers, then the message")
/// }
/// ```
public struct EventSigner: Sendable {
  /// The latest signature, in lower-case hex; at first, that of the request.
  public private(set) var previousSignature: String
  private let credentials: Credentials
  private let region: String
  private let service: String
  /// The key of the day on which the last message was signed.
  private var key: SigningKey?

  /// Creates a signer for the messages that follow a request.
  ///
  /// - Parameters:
  ///   - seedSignature: The signature of the request, in lower-case hex.
  ///   - credentials: The credentials that the request was signed with.
  ///   - region: The region that it was signed for.
  ///   - service: The signing name of the service.
  public init(seedSignature: String, credentials: Credentials, region: String, service: SigningService) {
    previousSignature = seedSignature
    self.credentials = credentials
    self.region = region
    self.service = service.name
  }

  /// Signs the next message.
  ///
  /// - Parameters:
  ///   - payload: The message's payload, often a complete event message; empty for the last message.
  ///   - time: The time of signing; fractional seconds are ignored.
  /// - Returns: The headers that contain the signature.
  /// - Throws: ``SigningError`` if the credentials, the region or the service are invalid.
  public mutating func sign(_ payload: Span<UInt8>, at time: Date = Date()) throws(SigningError) -> SignedEvent {
    let date = try SigningDate(time)
    let dateHeader = EventHeader.date(date)
    let signature = try signature(headers: dateHeader.span, payload: payload, date)
    return SignedEvent(signature: signature, dateHeader: dateHeader)
  }

  /// Signs the next message, as ``sign(_:at:)-(Span<UInt8>,_)`` does.
  public mutating func sign(
    _ payload: some Collection<UInt8>, at time: Date = Date()
  ) throws(SigningError) -> SignedEvent {
    try payload.withSpan { (bytes) throws(SigningError) in try sign(bytes, at: time) }
  }

  /// Signs the next message by its headers in their binary form, without the header of the signature.
  ///
  /// - Returns: The signature, 32 bytes: the value of the header `:chunk-signature`.
  /// - Throws: ``SigningError`` if the credentials, the region or the service are invalid.
  package mutating func signature(
    headers: Span<UInt8>, payload: Span<UInt8>, at time: Date
  ) throws(SigningError) -> [UInt8] {
    try signature(headers: headers, payload: payload, SigningDate(time))
  }

  private mutating func signature(
    headers: Span<UInt8>, payload: Span<UInt8>, _ date: SigningDate
  ) throws(SigningError) -> [UInt8] {
    let key = try key(on: date)
    let preface = try SHA256.hash(headers).hex
    let hash = try SHA256.hash(payload)
    // rule: event-signatures-chained
    previousSignature = try key.signature(
      purpose: "-PAYLOAD", key.lines(at: date), after: previousSignature, preface: preface, hash)
    return Hexadecimal.bytes(previousSignature) ?? []
  }

  /// The key for `date`, since a stream can continue past midnight.
  private mutating func key(on date: SigningDate) throws(SigningError) -> SigningKey {
    // rule: event-date
    if let key, key.scope.day == date.dayText { return key }
    let scope = try CredentialScope(date, region: region, service: service)
    let derived = try SigningKey(credentials, scope: scope)
    key = derived
    return derived
  }
}

/// The signature of a message of an event stream, and its date.
///
/// ```swift
/// var (_, events) = try signer.signEvents(of: &request, with: credentials)
/// let event: SignedEvent = try events.sign(body)
/// print(event.headers)  // to send before the payload
/// ```
public struct SignedEvent: Sendable, Hashable {
  /// The signature, 32 bytes: the value of the header `:chunk-signature`.
  public let signature: [UInt8]
  let dateHeader: [UInt8]

  /// The headers `:date` and `:chunk-signature` in their binary form, for a message.
  public var headers: [UInt8] {
    dateHeader + EventHeader.chunkSignature(signature)
  }
}

extension Signer {
  /// Signs `request` in its headers, and returns a signer for the event messages that it sends.
  ///
  /// Sets the fields of `sign(_:payload:with:at:)`, and `x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-EVENTS`. Signing
  /// the request again without events keeps the latter, unless the service's rules set it: start from a copy without it.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it will be sent, except those headers.
  ///   - credentials: The credentials to sign the request and its messages with.
  ///   - time: The time of signing the request.
  /// - Returns: The signed request, and the signer of its messages.
  /// - Throws: ``SigningError``, also for SigV4a, since event streams require SigV4. Then `request` is unchanged.
  public func signEvents(
    of request: inout SignableRequest, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> (request: SignedRequest, events: EventSigner) {
    guard algorithm == .sigV4 else {
      throw SigningError(
        .invalidStream, "Event streams require SigV4; this signer uses SigV4a. Create it with one region.")
    }
    guard service.payload != .unsigned else {
      throw SigningError(
        .invalidStream, "The service \(service.name) signs no event messages. Use a service that signs payloads.")
    }
    var streaming = request
    let setsContentHash = service.contentHashHeader == .omitted
    if setsContentHash {
      streaming.headers.removeAll { $0.isNamed("x-amz-content-sha256") }
      streaming.headers.append(HeaderField("x-amz-content-sha256", Self.eventsHash))
    }
    var signed = try sign(&streaming, payload: .hash(Self.eventsHash), with: credentials, at: time)
    if setsContentHash { signed.addedHeaderCount += 1 }
    request = streaming
    let region = signed.scope.region ?? ""
    let events = EventSigner(
      seedSignature: signed.signature, credentials: credentials, region: region, service: service)
    return (signed, events)
  }

  static let eventsHash = "STREAMING-AWS4-HMAC-SHA256-EVENTS"
}
