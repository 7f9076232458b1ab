#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Data
#else
  public import struct Foundation.Data
#endif

/// The payload of a request, for signing: its hash, or a word that replaces the hash.
///
/// ```swift
/// try signer.sign(&request, payload: .bytes("{\"guests\": 2}".utf8), with: credentials)
///
/// let file: Payload = try await .hash(of: pieces)  // reads all pieces, to send them afterwards
/// try signer.sign(&request, payload: file, with: credentials)
/// ```
public struct Payload: Sendable {
  private enum Content {
    /// The text that the caller gives.
    case hash(String)
    /// The hash of bytes that were read.
    case computedHash(String)
    case bytes([UInt8])
    case data(Data)
    /// Indirect, so that other payloads stay small.
    indirect case collection(any Collection<UInt8> & Sendable)
  }

  private let content: Content

  /// No payload: the hash of nothing.
  public static let empty = Payload(content: .computedHash(SHA256Digest.hexOfNothing))

  /// A payload that the signature doesn't cover, `UNSIGNED-PAYLOAD`: S3 accepts it over TLS.
  public static let unsigned = Payload(content: .hash(unsignedWord))

  /// The word that replaces the hash of a payload that the signature doesn't cover.
  static let unsignedWord = "UNSIGNED-PAYLOAD"

  /// A payload in memory; it is hashed while signing, unless the service doesn't sign payloads.
  public static func bytes(_ bytes: [UInt8]) -> Payload {
    Payload(content: .bytes(bytes))
  }

  /// A payload in memory, such as a string's UTF-8, a slice, or a view of a NIO buffer.
  ///
  /// It is hashed while signing, in place if its bytes are contiguous. If the service doesn't sign payloads, it isn't read.
  public static func bytes(_ bytes: some Collection<UInt8> & Sendable) -> Payload {
    Payload(content: .collection(bytes))
  }

  /// A payload in memory; it is hashed while signing, unless the service doesn't sign payloads.
  public static func data(_ data: Data) -> Payload {
    Payload(content: .data(data))
  }

  /// A payload whose SHA-256 is known, in lower-case hex, or a word that the service accepts instead.
  public static func hash(_ hash: String) -> Payload {
    Payload(content: .hash(hash))
  }

  /// A payload that was read, and whose SHA-256 is `hash`.
  static func computed(_ hash: SHA256Digest) -> Payload { Payload(content: .computedHash(hash.hex)) }

  /// The bytes, if this is a payload in memory.
  var loadedBytes: [UInt8]? {
    switch content {
    case .hash, .computedHash: nil
    case .bytes(let bytes): bytes
    case .data(let data): Array(data)
    case .collection(let bytes): Array(bytes)
    }
  }

  /// Whether this is known to be no payload.
  var isEmpty: Bool {
    switch content {
    case .hash(let hash), .computedHash(let hash): hash == SHA256Digest.hexOfNothing
    case .bytes(let bytes): bytes.isEmpty
    case .data(let data): data.isEmpty
    case .collection(let bytes): bytes.isEmpty
    }
  }

  /// Whether the hash was computed here from bytes, rather than given by a caller.
  var isComputed: Bool {
    if case .hash = content { false } else { true }
  }

  /// The last line of the canonical request.
  func hash(under rule: SigningService.PayloadRule) throws(SigningError) -> String {
    // rule: payload-unsigned
    if rule == .unsigned { return Self.unsignedWord }
    switch content {
    // rule: payload-literal
    case .hash(let hash), .computedHash(let hash): return hash
    // rule: payload-hashed
    case .bytes(let bytes): return try SHA256.hash(bytes.span).hex
    case .data(let data): return try SHA256.hash(data.span).hex
    case .collection(let bytes):
      return try bytes.withSpan { (span) throws(SigningError) in try SHA256.hash(span).hex }
    }
  }
}

extension Payload? {
  /// The last line of the canonical request.
  func hash(under rule: SigningService.PayloadRule) throws(SigningError) -> String {
    guard let self else {
      // rule: payload-unsigned
      if rule == .unsigned { return Payload.unsignedWord }
      throw .missingPayload
    }
    return try self.hash(under: rule)
  }
}

extension Payload: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The hash, or the number of bytes, without the bytes, which may contain secrets.
  public var description: String {
    switch content {
    case .hash(let hash), .computedHash(let hash): "Payload(\(hash))"
    case .bytes(let bytes): "Payload(\(bytes.count) bytes)"
    case .data(let data): "Payload(\(data.count) bytes)"
    case .collection(let bytes): "Payload(\(bytes.count) bytes)"
    }
  }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The same as ``description``.
  public var customMirror: Mirror { Mirror(self, children: ["payload": description], displayStyle: .struct) }
}
