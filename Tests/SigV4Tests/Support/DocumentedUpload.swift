@testable import SigV4

/// S3's documented example: 66,560 bytes of `a` in chunks of 64 KiB (S3 API Reference, "Transferring Payload in
/// Multiple Chunks" and "Including Trailing Headers").
enum DocumentedUpload {
  static let credentials = Credentials(
    accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
  static let payload = [UInt8](repeating: 0x61, count: 66_560)
  static let signer = Signer(service: .s3, region: "us-east-1")

  static func request(_ more: [HeaderField] = []) -> SignableRequest {
    SignableRequest(
      method: "PUT", target: "/examplebucket/chunkObject.txt",
      headers: [HeaderField("Host", "s3.amazonaws.com"), HeaderField("x-amz-storage-class", "REDUCED_REDUNDANCY")]
        + more)
  }

  /// The body with the signatures of its chunks, and the lines between the last chunk and the empty line.
  static func body(_ signatures: [String], _ end: String) -> [UInt8] {
    Array("10000;chunk-signature=\(signatures[0])\r\n".utf8) + payload[..<65536]
      + Array("\r\n400;chunk-signature=\(signatures[1])\r\n".utf8) + payload[65536...]
      + Array("\r\n0;chunk-signature=\(signatures[2])\r\n\(end)\r\n".utf8)
  }

  /// Whether the SigV4a key of the credentials made `signature`; the tests of AWS's C signer have its public key.
  static func isSigned(_ stringToSign: String, _ signature: String) throws -> Bool {
    let publicKey = P256.Point(
      x: Hexadecimal.bytes("18b7d04643359f6ec270dcbab8dce6d169d66ddc9778c75cfb08dfdb701637ab") ?? [],
      y: Hexadecimal.bytes("fa36b35e4fe67e3112261d2e17a956ef85b06e44712d2850bcd3c2161e9993f2") ?? [])
    let message = Array(stringToSign.utf8)
    return try P256.isValid(Hexadecimal.bytes(signature) ?? [], for: message.span, by: publicKey)
  }
}
