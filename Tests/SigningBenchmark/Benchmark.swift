import Foundation
import SigV4

/// Times the signer and the verifier against their floor, in one run.
@main
enum Benchmark {
  static let token = String(repeating: "AgoJb3JpZ2luX2VjEXAMPLEtoken", count: 33).prefix(900)
  static let credentials = Credentials(
    accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: String(token))
  static let time = Date(timeIntervalSince1970: 1_440_938_160)
  static let host = HeaderField("Host", "reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws")

  static func main() throws {
    let lattice = Signer(service: .vpcLattice, region: "us-west-2")
    let s3 = Signer(service: .s3, region: "us-west-2")
    let get = SignableRequest(method: "GET", target: "/", headers: [host])
    let post = SignableRequest(
      method: "POST", target: "/orders/42/items?b=2&a=1",
      headers: [
        host, HeaderField("Content-Type", "application/json"), HeaderField("Accept", "*/*"),
        HeaderField("User-Agent", "benchmark"),
      ])
    let object = SignableRequest(
      method: "GET", target: "/key", headers: [HeaderField("Host", "bucket.s3.us-west-2.amazonaws.com")])

    let verifier = Verifier(service: .vpcLattice, region: "us-west-2")

    let works: [(name: String, measure: (String) throws -> Measurement)] = [
      ("Lattice GET", { try measure($0, 1.25, get) { try lattice.sign(&$0, with: credentials, at: time) } }),
      ("Lattice POST", { try measure($0, 1.30, post) { try lattice.sign(&$0, with: credentials, at: time) } }),
      (
        "S3 presign",
        { try measure($0, 1.60, object) { try s3.presign(&$0, validFor: .seconds(3600), with: credentials, at: time) } }
      ),
      ("S3 chunk", { try measureChunk($0, 1.03) }),
      ("Verify GET", { try measureVerifying($0, 1.40, get, lattice, verifier) }),
    ]
    let wanted = CommandLine.arguments.dropFirst().filter { $0 != "--quick" }
    for work in works where wanted.isEmpty || wanted.contains(work.name) {
      let result = try work.measure(work.name)
      print(
        String(
          format: "%-14@ floor %7.0f  ours %7.0f  ratio %.2f (bound %.2f)  allocations %.1f", result.name,
          Measurement.median(result.floor), Measurement.median(result.ours), result.ratio, result.bound,
          result.allocations))
    }
  }

  static func measure(
    _ name: String, _ bound: Double, _ request: SignableRequest, sign: (inout SignableRequest) throws -> SignedRequest
  ) throws -> Measurement {
    var copy = request
    let signed = try sign(&copy)
    let floor = Floor(try signed.canonicalRequest.text, try signed.stringToSign.text)
    return try measure(name, bound, floor) {
      var copy = request
      _ = try sign(&copy)
    }
  }

  static func measureVerifying(
    _ name: String, _ bound: Double, _ request: SignableRequest, _ signer: Signer, _ verifier: Verifier
  ) throws -> Measurement {
    var request = request
    let signed = try signer.sign(&request, with: credentials, at: time)
    let floor = Floor(try signed.canonicalRequest.text, try signed.stringToSign.text)
    let received = request
    return try measure(name, bound, floor) { _ = try verifier.verify(received, with: credentials, at: time) }
  }

  private static func measure(
    _ name: String, _ bound: Double, _ floor: Floor, _ work: () throws -> Void
  ) rethrows -> Measurement {
    let isQuick = CommandLine.arguments.contains("--quick")
    return try Measurement(
      name, bound: bound, rounds: isQuick ? 5 : 21, count: isQuick ? 2_000 : 20_000, floor: floor.run, ours: work)
  }
}
