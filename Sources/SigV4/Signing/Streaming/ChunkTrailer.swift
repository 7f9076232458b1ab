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
