/// What stands between the chunks of a payload on the wire: the content coding `aws-chunked`.
///
/// `SIZE;chunk-signature=SIGNATURE CRLF DATA CRLF` for each chunk, the same with size 0 and no data at the end, then the
/// trailers and their signature, a line each, and an empty line. Without signatures it is HTTP's own chunked coding.
enum ChunkFraming {
  static let signatureMark = ";chunk-signature="
  static let trailerMark = "x-amz-trailer-signature:"

  /// The characters of a signature on the wire, which must be known beforehand; ECDSA's differ, and are filled up.
  static func signatureLength(_ algorithm: SigningAlgorithm) -> Int {
    switch algorithm {
    case .hmacSHA256: 64
    // DER: two integers of at most 33 bytes, each after tag and length, and all after tag and length.
    case .ecdsaP256SHA256: 144
    }
  }

  /// The line before a chunk of `size` bytes; `signature` is `nil` where chunks aren't signed.
  static func header(size: Int, _ signature: String?, _ algorithm: SigningAlgorithm) -> String {
    let digits = String(size, radix: 16)
    return if let signature {
      "\(digits)\(signatureMark)\(padded(signature, algorithm))\r\n"
    } else {
      "\(digits)\r\n"
    }
  }

  /// What follows the line of the last chunk.
  static func trailer(_ fields: [HeaderField], _ signature: String?, _ algorithm: SigningAlgorithm) -> String {
    var text = ""
    for field in fields { text += "\(field.name.lowercased()):\(field.value)\r\n" }
    if let signature { text += "\(trailerMark)\(padded(signature, algorithm))\r\n" }
    return text + "\r\n"
  }

  private static func padded(_ signature: String, _ algorithm: SigningAlgorithm) -> String {
    signature + String(repeating: "*", count: max(signatureLength(algorithm) - signature.utf8.count, 0))
  }
}
