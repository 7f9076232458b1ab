import SigV4

extension Benchmark {
  /// One chunk of 64 KiB, hashed, signed and given its header, beside its hash and an HMAC.
  static func measureChunk(_ name: String, _ bound: Double) throws -> Measurement {
    var request = SignableRequest(
      method: "PUT", target: "/key", headers: [HeaderField("Host", "bucket.s3.us-west-2.amazonaws.com")])
    let upload = try Signer(service: .s3, region: "us-west-2").sign(
      &request, chunked: ChunkedPayload(length: 65_536), with: credentials, at: time)
    var signer = upload.chunkSigner
    let chunk = [UInt8](repeating: 0x61, count: 65_536)
    let stringToSign = String(repeating: "s", count: 283)
    let floor = Floor(String(repeating: "a", count: chunk.count), stringToSign)
    let isQuick = CommandLine.arguments.contains("--quick")
    return try Measurement(name, bound: bound, rounds: isQuick ? 5 : 21, count: isQuick ? 100 : 500, floor: floor.run) {
      _ = try signer?.header(forChunk: chunk.span)
    }
  }
}
