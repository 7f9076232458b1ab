/// A payload that is sent to S3 in chunks: it is read once, and is never in memory as a whole.
///
/// Each chunk has its own signature, or none has one. Trailers can follow, such as a checksum that is computed while the
/// payload is sent. The forms are those of the S3 API Reference, "Transferring Payload in Multiple Chunks" and "Including
/// Trailing Headers".
///
/// ```swift
/// let payload = ChunkedPayload(length: 5_000_000_000, signatures: .unsigned, trailers: [.crc32])
/// let upload = try await signer.sign(&request, chunked: payload, with: .default)
/// ```
public struct ChunkedPayload: Sendable, Hashable {
  /// Whether each chunk is signed.
  public enum Signatures: Sendable, Hashable {
    /// Each chunk, and the trailers, are signed.
    case signed
    /// Neither chunks nor trailers are signed: S3 accepts this over TLS, with at least one trailer.
    case unsigned
  }

  /// The number of payload bytes without framing; sent in `x-amz-decoded-content-length`.
  public var length: Int
  /// The number of bytes in each chunk; the last one can be shorter.
  ///
  /// From 8 KiB, S3's minimum, to 1 GiB.
  public var chunkSize: Int
  /// Whether each chunk is signed.
  public var signatures: Signatures
  /// The trailers after the last chunk, in the order in which they are sent.
  public var trailers: [ChunkTrailer]

  /// Describes a payload of `length` bytes, in chunks of 64 KiB by default.
  public init(
    length: Int, chunkSize: Int = 65_536, signatures: Signatures = .signed, trailers: [ChunkTrailer] = []
  ) {
    self.length = length
    self.chunkSize = chunkSize
    self.signatures = signatures
    self.trailers = trailers
  }

  /// The word that replaces the payload hash in the request; it begins with `STREAMING-`.
  func hash(_ algorithm: SigningAlgorithm) -> String {
    switch signatures {
    case .unsigned: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    // rule: chunk-seed
    case .signed: "STREAMING-\(algorithm.rawValue)-PAYLOAD\(trailers.isEmpty ? "" : "-TRAILER")"
    }
  }

  /// The number of bytes that are sent: the payload and its framing.
  func framedLength(_ algorithm: SigningAlgorithm) -> Int {
    let signature = signatures == .signed ? ChunkFraming.signatureLength(algorithm) : nil
    let header = { (size: Int) in
      String(size, radix: 16).utf8.count + (signature.map { ChunkFraming.signatureMark.utf8.count + $0 } ?? 0) + 2
    }
    let last = length % chunkSize
    let whole = length / chunkSize * (header(chunkSize) + chunkSize + 2)
    let rest = last == 0 ? 0 : header(last) + last + 2
    let trailerLines = trailers.reduce(0) { $0 + $1.name.utf8.count + 1 + $1.valueLength + 2 }
    let trailerSignature = trailers.isEmpty ? 0 : signature.map { ChunkFraming.trailerMark.utf8.count + $0 + 2 } ?? 0
    return whole + rest + header(0) + trailerLines + trailerSignature + 2
  }

  /// Throws if the payload can't be sent, or its ``framedLength(_:)`` can't be computed.
  func validate() throws(SigningError) {
    guard 0...Int.max / 4 ~= length else {
      throw SigningError(
        .invalidStream, "The length of the payload is \(length) bytes. It must be from 0 to \(Int.max / 4).")
    }
    guard 8192...1_073_741_824 ~= chunkSize else {
      throw SigningError(.invalidStream, "The chunk size is \(chunkSize) bytes. It must be from 8 KiB to 1 GiB.")
    }
    guard signatures == .signed || !trailers.isEmpty else {
      throw SigningError(.invalidStream, "Unsigned chunks require a trailer. Add one, such as .crc32.")
    }
    for trailer in trailers {
      guard trailer.name.withBytes({ $0.isToken }) else {
        throw SigningError(
          .invalidHeader,
          "The name of a trailer isn't a token (RFC 9110): \(trailer.name.debugDescription). Use a name such as x-amz-checksum-crc32."
        )
      }
      guard 1...8192 ~= trailer.valueLength else {
        throw SigningError(
          .invalidStream,
          "The value of \(trailer.name) is \(trailer.valueLength) bytes long. It must have from 1 to 8192 bytes.")
      }
    }
  }
}

/// A header field after the last chunk of a payload: its name, and the length of its value.
///
/// The length is a part of the request's `Content-Length`, so it must be known before the value.
///
/// ```swift
/// let payload = ChunkedPayload(length: 1_000_000, trailers: [ChunkTrailer.crc32])
/// let upload = try signer.sign(&request, chunked: payload, with: credentials)
/// let framed = upload.body(pieces) { [HeaderField("x-amz-checksum-crc32", "yZRlqg==")] }  // after the last piece
/// ```
public struct ChunkTrailer: Sendable, Hashable {
  /// The name, in lower case.
  public let name: String
  /// The number of bytes in the value.
  public let valueLength: Int

  /// Announces a trailer.
  public init(_ name: String, valueLength: Int) {
    self.name = name.utf8.asciiLowercased
    self.valueLength = valueLength
  }

  /// `x-amz-checksum-crc32`: 4 bytes in base64.
  public static let crc32 = ChunkTrailer("x-amz-checksum-crc32", valueLength: 8)
  /// `x-amz-checksum-crc32c`: 4 bytes in base64.
  public static let crc32c = ChunkTrailer("x-amz-checksum-crc32c", valueLength: 8)
  /// `x-amz-checksum-crc64nvme`: 8 bytes in base64.
  public static let crc64nvme = ChunkTrailer("x-amz-checksum-crc64nvme", valueLength: 12)
  /// `x-amz-checksum-sha1`: 20 bytes in base64.
  public static let sha1 = ChunkTrailer("x-amz-checksum-sha1", valueLength: 28)
  /// `x-amz-checksum-sha256`: 32 bytes in base64.
  public static let sha256 = ChunkTrailer("x-amz-checksum-sha256", valueLength: 44)
}
