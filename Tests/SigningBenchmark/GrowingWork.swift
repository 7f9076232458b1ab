import Foundation
import SigV4

/// Requests that differ only in size: a byte of a large one must cost no more than a byte of a small one.
struct GrowingWork {
  let name: String
  let small: SignableRequest
  let large: SignableRequest
  /// Whether the cost must be linear.
  ///
  /// It is, except for sorting.
  let isLinear: Bool

  /// The items to sort are given in order first, so that there is nothing to sort, and then in random order.
  static let all = [
    GrowingWork(
      name: "headers, 64 against 4", small: request(headers: 4), large: request(headers: 64), isLinear: true),
    GrowingWork(
      name: "the same, in no order", small: request(headers: 4, shuffled), large: request(headers: 64, shuffled),
      isLinear: false),
    GrowingWork(
      name: "parameters, 64 against 4", small: request(parameters: 4), large: request(parameters: 64), isLinear: true),
    GrowingWork(
      name: "the same, in disorder", small: request(parameters: 4, shuffled), large: request(parameters: 64, shuffled),
      isLinear: false),
    GrowingWork(
      name: "path, 8 KiB against 128 B", small: request(path: 128), large: request(path: 8192), isLinear: true),
  ]

  private static func inOrder(_ count: Int) -> [Int] { Array(0..<count) }
  private static func shuffled(_ count: Int) -> [Int] { (0..<count).map { $0 * 37 % 64 } }

  private static func request(
    headers: Int = 1, parameters: Int = 0, path: Int = 1, _ order: (Int) -> [Int] = inOrder
  ) -> SignableRequest {
    let query = order(parameters).map { "parameter-\($0 + 10)=value%20\($0 + 10)" }.joined(separator: "&")
    let target = "/" + String(repeating: "a/bc-", count: path / 5) + (query.isEmpty ? "" : "?\(query)")
    return SignableRequest(
      method: "GET", target: target,
      headers: [HeaderField("Host", "example.com")]
        + order(headers - 1).map { HeaderField("X-Header-\($0 + 10)", "the value  of header \($0 + 10)") })
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
