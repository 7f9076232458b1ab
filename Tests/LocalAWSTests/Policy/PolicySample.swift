import Foundation
import LocalAWS
import SigV4

/// A policy of one statement, and the requests that it decides on.
struct PolicySample {
  static let time = Date(timeIntervalSince1970: 1_770_091_506)  // 2026-02-03T04:05:06Z
  static let user = Principal(arn: "arn:aws:iam::123456789012:user/team/adele")
  static let session = Principal(arn: "arn:aws:sts::123456789012:assumed-role/reservations/i-0123456789abcdef0")

  let policy: AuthPolicy

  /// A policy whose statement has these elements, and those of `defaults` that they don't replace.
  init(_ elements: String, version: String? = "2012-10-17", effect: String = "Allow") throws(AuthPolicyError) {
    let defaults = [("Principal", #""*""#), ("Action", #""*""#), ("Resource", #""*""#)]
      .filter { !elements.contains("\"\($0.0)\"") && !elements.contains("\"Not\($0.0)\"") }
      .map { "\"\($0.0)\":\($0.1)," }.joined()
    let element = version.map { #""Version":"\#($0)","# } ?? ""
    policy = try AuthPolicy(json: #"{\#(element)"Statement":[{"Effect":"\#(effect)",\#(defaults)\#(elements)}]}"#)
  }

  init(condition: String, version: String? = "2012-10-17") throws(AuthPolicyError) {
    try self.init("\"Condition\":\(condition)", version: version)
  }

  /// Whether the statement applies to a request.
  func applies(
    to target: String = "/", _ method: String = "GET", headers: [HeaderField] = [], as principal: Principal = session,
    context: [String: [String]] = [:], at time: Date = time
  ) throws -> Bool {
    try result(target, method, headers: headers, as: principal, context: context, at: time).mismatch == nil
  }

  func result(
    _ target: String = "/", _ method: String = "GET", headers: [HeaderField] = [], as principal: Principal = session,
    context: [String: [String]] = [:], at time: Date = time
  ) throws -> AuthPolicy.Evaluation.StatementResult {
    var given = PolicyContext()
    for (key, values) in context { try given.set(key, to: values) }
    let request = try AuthPolicy.Request(
      principal: principal, service: LatticeService.exampleARN,
      request: SignableRequest(method: method, target: target, headers: headers), context: given, at: time)
    return policy.evaluation(of: request).statements[0]
  }
}
