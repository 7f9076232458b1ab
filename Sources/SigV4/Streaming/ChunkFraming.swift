/// The framing between the chunks of a payload that is sent: the content coding `aws-chunked`.
///
/// Each chunk is `SIZE;chunk-signature=SIGNATURE CRLF DATA CRLF`. The last chunk has size 0 and no data. The trailers and their
/// signature follow, one per line, and then an empty line. Without signatures, it is HTTP's own chunked coding.
enum ChunkFraming {
  static let signatureMark = ";chunk-signature="
  static let trailerMark = "x-amz-trailer-signature:"

  /// The length of a signature that is sent.
  ///
  /// It must be known in advance, so that signatures of ECDSA, which differ in length, are padded.
  static func signatureLength(_ algorithm: SigningAlgorithm) -> Int {
    switch algorithm {
    case .sigV4: 64
    // DER: two integers of at most 33 bytes, each after tag and length, and all after tag and length.
    case .sigV4a: 144
    }
  }

  /// The line before a chunk of `size` bytes, preceded by the end of the previous chunk, if any.
  ///
  /// `signature` is `nil` if chunks aren't signed.
  static func header(
    size: Int, _ signature: String?, _ algorithm: SigningAlgorithm, endingChunk: Bool = false
  ) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(192)
    if endingChunk { line += "\r\n".utf8 }
    var shift = max(0, (Int.bitWidth - 1 - size.leadingZeroBitCount) / 4 * 4)
    while shift >= 0 {
      line.append(Hexadecimal.lowercaseDigit(UInt8(truncatingIfNeeded: size >> shift) & 15))
      shift -= 4
    }
    if let signature { append(signatureMark, signature, algorithm, to: &line) }
    line += "\r\n".utf8
    return line
  }

  /// The trailers and their signature, after the line of the last chunk.
  static func trailer(_ fields: [HeaderField], _ signature: String?, _ algorithm: SigningAlgorithm) -> [UInt8] {
    var lines: [UInt8] = []
    for field in fields { lines += "\(field.name.utf8.asciiLowercased):\(field.value)\r\n".utf8 }
    if let signature {
      append(trailerMark, signature, algorithm, to: &lines)
      lines += "\r\n".utf8
    }
    return lines + "\r\n".utf8
  }

  private static func append(
    _ mark: String, _ signature: String, _ algorithm: SigningAlgorithm, to line: inout [UInt8]
  ) {
    line += mark.utf8
    line += signature.utf8
    let missing = signatureLength(algorithm) - signature.utf8.count
    if missing > 0 { line += repeatElement(UInt8(ascii: "*"), count: missing) }
  }
}
