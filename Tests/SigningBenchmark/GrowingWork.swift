import Foundation
import SigV4

/// Requests that differ in size alone: a byte of a large one is to cost no more than one of a small one.
struct GrowingWork {
  let name: String
  let small: SignableRequest
  let large: SignableRequest

  static let all = [
    GrowingWork(
      name: "headers, 64 against 4", small: request(headers: 4, parameters: 0, path: 1),
      large: request(headers: 64, parameters: 0, path: 1)),
    GrowingWork(
      name: "parameters, 64 against 4", small: request(headers: 1, parameters: 4, path: 1),
      large: request(headers: 1, parameters: 64, path: 1)),
    GrowingWork(
      name: "path, 8 KiB against 128 B", small: request(headers: 1, parameters: 0, path: 128),
      large: request(headers: 1, parameters: 0, path: 8192)),
  ]

  /// A request in no order that would help.
  private static func request(headers: Int, parameters: Int, path: Int) -> SignableRequest {
    let shuffled = { (count: Int) in (0..<count).map { $0 * 37 % 101 } }
    let query = shuffled(parameters).map { "parameter-\($0)=value%20\($0)" }.joined(separator: "&")
    let target = "/" + String(repeating: "a/bc-", count: path / 5) + (query.isEmpty ? "" : "?\(query)")
    return SignableRequest(
      method: "GET", target: target,
      headers: [HeaderField("Host", "example.com")]
        + shuffled(headers - 1).map { HeaderField("X-Header-\($0)", "the value  of header \($0)") })
  }

  /// Canonicalizing, counted by the byte.
  static func canonicalize(_ request: SignableRequest) throws -> Measurement.Work {
    let canonicalizer = Canonicalizer(.executeAPI)
    let text = try canonicalizer.canonicalRequest(for: request, payloadHash: "-").text
    return Measurement.Work(units: Double(text.utf8.count)) { count in
      for _ in 0..<count { _ = try canonicalizer.canonicalRequest(for: request, payloadHash: "-") }
    }
  }
}
