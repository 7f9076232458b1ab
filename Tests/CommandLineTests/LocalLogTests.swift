import LocalAWS
import SigV4
import Testing

@testable import sigv4_cli

@Suite("The log of local")
struct LocalLogTests {
  private static let policy = #"""
    {"Statement":[{"Sid":"Readers","Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
      "Condition":{"StringEquals":{"vpc-lattice-svcs:RequestMethod":"GET"}}},
      {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*/secret"}]}
    """#

  private static func evaluation(_ method: String, _ target: String) throws -> AuthPolicy.Evaluation {
    try AuthPolicy(json: policy).evaluation(
      of: AuthPolicy.Request(
        principal: .anonymous, service: LatticeService.exampleARN,
        request: SignableRequest(method: method, target: target, headers: [])))
  }

  @Test(
    "A line says which statement decided, or why none allows the request",
    arguments: [
      ("GET", "/a", "allowed by statement 1 (Readers)"), ("GET", "/secret", "denied by statement 2"),
      (
        "POST", "/a",
        "denied: no statement allows it (statement 1 (Readers): StringEquals vpc-lattice-svcs:RequestMethod: the request has \"POST\")"
      ),
    ])
  func explanation(method: String, target: String, text: String) throws {
    #expect(LocalLog.explanation(of: try Self.evaluation(method, target)) == text)
  }
}
