import Foundation

/// An auth policy and a request: the target and a header field on the first two lines, then the policy.
func fuzzPolicies(_ input: [UInt8]) {
  let parts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    .map { String(decoding: $0, as: UTF8.self) }
  guard parts.count == 3 else { return }
  fuzzWildcards(pattern: parts[0], text: parts[1])
  fuzzNumbers(parts[0], parts[1])
  guard let policy = try? AuthPolicy(json: parts[2]) else { return }
  expect(
    (try? JSONSerialization.jsonObject(with: Data(parts[2].utf8))) is [String: Any], "A policy is strict JSON.",
    parts[2])
  let field = parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  var request = SignableRequest(method: "GET", target: parts[0], headers: [HeaderField("Host", "h.example")])
  if field.count == 2 { request.headers.append(HeaderField(field[0], field[1])) }
  for principal in [Principal.anonymous, caller] { fuzzDecision(of: policy, on: request, by: principal) }
}

private func fuzzDecision(of policy: AuthPolicy, on request: SignableRequest, by principal: Principal) {
  func evaluated(_ request: SignableRequest) -> AuthPolicy.Request? {
    try? AuthPolicy.Request(principal: principal, service: service, request: request, at: time)
  }
  guard let asSent = evaluated(request) else { return }
  let decision = policy.decision(for: asSent)

  var canonical = request
  canonical.target = asSent.target.path + (asSent.target.query.isEmpty ? "" : "?" + asSent.target.query)
  let asCanonical = evaluated(canonical)
  expect(asCanonical != nil, "A canonical target is a target.", canonical.target)
  expect(
    asCanonical.map(policy.decision) == decision, "A policy decides the same on a target and on its canonical form.",
    request.target, canonical.target)

  var opened = policy
  opened.statements += AuthPolicy.everybody.statements
  expect(
    opened.decision(for: asSent) == (decision == .explicitlyDenied ? .explicitlyDenied : .allowed),
    "A statement that allows everything opens what no statement denies.", decision)
  expect(
    AuthPolicy.authenticatedOnly.decision(for: asSent) == (principal == .anonymous ? .implicitlyDenied : .allowed),
    "The signed are authenticated.", principal.arn)
}

private func fuzzWildcards(pattern: String, text: String) {
  guard let policyText = try? PolicyText(pattern, .plain, wildcards: .allowed, variables: .literal) else { return }
  let (pattern, text) = (Array(pattern.unicodeScalars.prefix(200)), Array(text.unicodeScalars.prefix(200)))
  guard pattern.count < 200, text.count < 200 else { return }
  // row[j]: whether the pattern so far matches the first j characters.
  var row = [true] + text.map { _ in false }
  for element in pattern {
    var next = row.map { _ in false }
    if element == "*" { next[0] = row[0] }
    for j in text.indices {
      next[j + 1] = element == "*" ? next[j] || row[j + 1] : row[j] && (element == "?" || element == text[j])
    }
    row = next
  }
  let value = String(String.UnicodeScalarView(text))
  expect(policyText.matches(value, in: nil) == row[text.count], "A wildcard matches what it says.", value)
}

private func fuzzNumbers(_ left: String, _ right: String) {
  // A Double represents these exactly, or rounds both in the same direction.
  guard left.utf8.count < 15, right.utf8.count < 15, let a = DecimalNumber(left), let b = DecimalNumber(right) else {
    return
  }
  guard let x = Double(left), let y = Double(right), x.isFinite, y.isFinite, x != 0 || a == DecimalNumber("0"),
    y != 0 || b == DecimalNumber("0")
  else { return }
  if x != y { expect((a < b) == (x < y), "Numbers are ordered.", left, right) }
  if a == b { expect(x == y, "Equal numbers are equal.", left, right) }
}

private let time = Date(timeIntervalSince1970: 1_440_938_160)
private let service = "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0"
private let caller =
  Principal(caller: "arn:aws:sts::123456789012:assumed-role/reader/session") ?? .anonymous
