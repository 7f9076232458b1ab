import Foundation
import SigV4

/// The signed and verified requests: those of the table in Docs/Performance.md.
enum SigningWork {
  static let token = String(repeating: "AgoJb3JpZ2luX2VjEXAMPLEtoken", count: 33).prefix(900)
  static let credentials = Credentials(
    accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: String(token))
  static let time = Date(timeIntervalSince1970: 1_440_938_160)
  static let lattice = Signer(service: .vpcLattice, region: "us-west-2")
  static let s3 = Signer(service: .s3, region: "us-west-2")

  private static let host = HeaderField("Host", "reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws")
  static let get = SignableRequest(method: "GET", target: "/", headers: [host])
  static let post = SignableRequest(
    method: "POST", target: "/orders/42/items?b=2&a=1",
    headers: [
      host, HeaderField("Content-Type", "application/json"), HeaderField("Accept", "*/*"),
      HeaderField("User-Agent", "benchmark"),
    ])
  static let object = SignableRequest(
    method: "GET", target: "/key", headers: [HeaderField("Host", "bucket.s3.us-west-2.amazonaws.com")])

  /// Signing in headers.
  static func sign(_ request: SignableRequest, _ signer: Signer = lattice) -> Measurement.Work {
    Measurement.Work { count in
      for _ in 0..<count {
        var copy = request
        try signer.sign(&copy, with: credentials, at: time)
      }
    }
  }

  /// The floor of signing `request`.
  static func floor(_ request: SignableRequest) throws -> Floor {
    var copy = request
    let signed = try lattice.sign(&copy, with: credentials, at: time)
    return Floor(try signed.canonicalRequest.text, try signed.stringToSign.text)
  }

  static func presign() -> Measurement.Work {
    Measurement.Work { count in
      for _ in 0..<count {
        var copy = object
        try s3.presign(&copy, validFor: .seconds(3600), with: credentials, at: time)
      }
    }
  }

  static func presignFloor() throws -> Floor {
    var copy = object
    let signed = try s3.presign(&copy, validFor: .seconds(3600), with: credentials, at: time)
    return Floor(try signed.canonicalRequest.text, try signed.stringToSign.text)
  }

  static func verify() throws -> Measurement.Work {
    let verifier = Verifier(service: .vpcLattice, region: "us-west-2")
    var received = get
    try lattice.sign(&received, with: credentials, at: time)
    return Measurement.Work { [received] count in
      for _ in 0..<count { _ = try verifier.verify(received, payload: .unsigned, with: credentials, at: time) }
    }
  }

  /// Chunks of 64 KiB, each hashed, signed and given its header.
  static func signChunks() throws -> Measurement.Work {
    var request = SignableRequest(method: "PUT", target: "/key", headers: object.headers)
    let upload = try s3.sign(&request, chunked: ChunkedPayload(length: chunk.count), with: credentials, at: time)
    let first = upload.chunkSigner
    return Measurement.Work { count in
      var signer = first
      for _ in 0..<count { _ = try signer?.header(forChunk: chunk.span) }
    }
  }

  static let chunk = [UInt8](repeating: 0x61, count: 65_536)

  /// A text as long as a chunk's string to sign.
  static func chunkFloor() -> Floor {
    Floor(String(decoding: chunk, as: UTF8.self), String(repeating: "s", count: 283))
  }
}
