/// A payload that is sent to S3 chunk by chunk, so that it needs neither be in memory nor be read twice.
///
/// Each chunk goes with a signature of its own, or none of them does; trailers may follow, such as a checksum that was
/// computed on the way (S3 API Reference, "Transferring Payload in Multiple Chunks" and "Including Trailing Headers").
public struct ChunkedPayload: Sendable, Hashable {
  /// Whether each chunk is signed.
  public enum Signatures: Sendable, Hashable {
    /// Each chunk, and the trailers, are signed.
    case signed
    /// No chunk is signed, and trailers neither: S3 takes it over TLS, with at least one trailer.
    case unsigned
  }

  /// The bytes of the payload itself, without any framing; sent in `x-amz-decoded-content-length`.
  public var length: Int
  /// The bytes of each chunk but the last, which is shorter: from 8 KiB, which is S3's least, to 1 GiB.
  public var chunkSize: Int
  /// Whether each chunk is signed.
  public var signatures: Signatures
  /// The trailers that will follow the last chunk, in the order they are sent.
  public var trailers: [ChunkTrailer]

  /// Describes a payload of `length` bytes, in chunks of 64 KiB unless told otherwise.
  public init(
    length: Int, chunkSize: Int = 65_536, signatures: Signatures = .signed, trailers: [ChunkTrailer] = []
  ) {
    self.length = length
    self.chunkSize = chunkSize
    self.signatures = signatures
    self.trailers = trailers
  }

  /// What stands for the payload hash in the request: one of the words that begin with `STREAMING-`.
  func hash(_ algorithm: SigningAlgorithm) -> String {
    switch signatures {
    case .unsigned: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    // rule: chunk-seed
    case .signed: "STREAMING-\(algorithm.rawValue)-PAYLOAD\(trailers.isEmpty ? "" : "-TRAILER")"
    }
  }

  /// The bytes that go on the wire: the payload and all framing.
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

  /// Refuses what can't be sent, and what ``framedLength(_:)`` can't be computed for.
  func validate() throws(SigningError) {
    guard 0...Int.max / 4 ~= length else {
      throw SigningError(.invalidStream, "A payload can't be \(length) bytes long.")
    }
    guard 8192...1_073_741_824 ~= chunkSize else {
      throw SigningError(.invalidStream, "Chunks must have from 8 KiB to 1 GiB, not \(chunkSize) bytes.")
    }
    guard signatures == .signed || !trailers.isEmpty else {
      throw SigningError(.invalidStream, "Unsigned chunks must be followed by a trailer, such as a checksum.")
    }
    for trailer in trailers {
      guard trailer.name.withBytes({ $0.isToken }) else {
        throw SigningError(
          .invalidHeader, "The name of a trailer isn't a token (RFC 9110): \(trailer.name.debugDescription).")
      }
      guard 1...8192 ~= trailer.valueLength else {
        throw SigningError(
          .invalidStream, "The value of \(trailer.name) must have 1 to 8192 bytes, not \(trailer.valueLength).")
      }
    }
  }
}

/// A header field that follows the last chunk of a payload: its name, and how long its value will be.
///
/// The length is part of the request's `Content-Length`, and so must be known before the value is.
public struct ChunkTrailer: Sendable, Hashable {
  /// The name, in lower case.
  public let name: String
  /// The bytes of the value.
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
