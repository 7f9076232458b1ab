import LocalAWS
import SigV4
import Testing

extension Principal {
  static let session = Principal(arn: "arn:aws:sts::123456789012:assumed-role/reservations/i-0123456789abcdef0")
}

private func json(_ elements: String, version: String = "2012-10-17") -> String {
  #"{"Version":"\#(version)","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",\#(elements)}]}"#
}

@Suite struct AuthPolicyTests {
  /// A policy of one statement that allows what meets a condition.
  private func policy(allowing condition: String) throws -> AuthPolicy {
    try AuthPolicy(json: json(#""Condition":\#(condition)"#))
  }

  /// Returns the policy's decision; `nil` if the target isn't a path.
  private func ask(
    _ policy: AuthPolicy, _ method: String = "GET", _ target: String = "/", _ headers: [HeaderField] = [],
    as principal: Principal = .session
  ) -> AuthPolicy.Decision? {
    let request = try? AuthPolicy.Request(
      principal: principal, service: LatticeService.exampleARN,
      request: SignableRequest(method: method, target: target, headers: headers))
    return request.map { policy.decision(for: $0) }
  }

  @Test(arguments: [
    ("GET", Principal.anonymous, AuthPolicy.Decision.implicitlyDenied), ("POST", .anonymous, .implicitlyDenied),
    ("GET", .session, .allowed), ("POST", .session, .allowed),
  ])
  func `the first policy allows only signed requests`(
    method: String, sender: Principal, decision: AuthPolicy.Decision
  ) throws {
    let condition = #""Condition":{"StringNotEqualsIgnoreCase":{"aws:PrincipalType":"anonymous"}}"#
    let policy = try AuthPolicy(json: json(condition))
    #expect(policy == .authenticatedOnly)
    #expect(ask(policy, method, as: sender) == decision)
  }

  @Test(arguments: [
    ("GET", Principal.anonymous, AuthPolicy.Decision.implicitlyDenied), ("POST", .anonymous, .implicitlyDenied),
    ("GET", .session, .implicitlyDenied), ("get", .session, .implicitlyDenied), ("POST", .session, .allowed),
  ])
  func `the second policy allows only signed requests that aren't GET`(
    method: String, sender: Principal, decision: AuthPolicy.Decision
  ) throws {
    let condition =
      #""Condition":{"StringNotEqualsIgnoreCase":{"aws:PrincipalType":"anonymous","vpc-lattice-svcs:RequestMethod":"GET"}}"#
    let policy = try AuthPolicy(json: json(condition, version: "2008-10-17"))
    #expect(policy == .authenticatedExceptGET)
    #expect(ask(policy, method, as: sender) == decision)
  }

  @Test func `a policy for all callers allows`() {
    #expect(ask(.everybody, as: .anonymous) == .allowed)
  }

  @Test func `an explicit deny takes precedence, at any position`() throws {
    let allow = #"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
    let deny = #"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*/secret*"}"#
    for statements in ["\(allow),\(deny)", "\(deny),\(allow)"] {
      let policy = try AuthPolicy(json: #"{"Statement":[\#(statements)]}"#)
      #expect(ask(policy, "GET", "/open") == .allowed)
      #expect(ask(policy, "GET", "/secret/1?a=b") == .explicitlyDenied)
    }
  }

  @Test(arguments: [
    (#""*""#, true), (#"{"AWS":"*"}"#, true), (#"{"AWS":"123456789012"}"#, true),
    (#"{"AWS":"arn:aws:iam::123456789012:root"}"#, true), (#"{"AWS":"arn:aws:iam::999999999999:root"}"#, false),
    (#"{"AWS":"arn:aws:iam::123456789012:role/reservations"}"#, true),
    (#"{"AWS":"arn:aws:iam::123456789012:role/team/reservations"}"#, true),
    (#"{"AWS":["arn:aws:iam::123456789012:role/other","arn:aws:iam::123456789012:role/reservations"]}"#, true),
    (#"{"AWS":"arn:aws:iam::123456789012:role/other"}"#, false),
    (#"{"AWS":"arn:aws:iam::123456789012:user/reservations"}"#, false),
    (#"{"AWS":"arn:aws:sts::123456789012:assumed-role/reservations/i-0123456789abcdef0"}"#, true),
    (#"{"AWS":"arn:aws:sts::123456789012:assumed-role/reservations/other"}"#, false),
    (#"{"AWS":"arn:aws-cn:iam::123456789012:root"}"#, false),
    (#"{"AWS":"arn:aws-us-gov:iam::123456789012:role/reservations"}"#, false),
  ])
  func `a principal is every caller, an account, a role or a session`(principal: String, isAllowed: Bool) throws {
    let json = #"{"Statement":{"Effect":"Allow","Principal":\#(principal),"Action":"*","Resource":"*"}}"#
    #expect(ask(try AuthPolicy(json: json)) == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: [
    ("*", "*", true), ("vpc-lattice-svcs:Invoke", "*", true), ("VPC-Lattice-SVCS:invoke", "*", true),
    ("vpc-lattice-svcs:*", "*", true), ("vpc-lattice-svcs:Inv?ke", "*", true), ("vpc-lattice-svcs:Connect", "*", false),
    ("*", LatticeService.exampleARN + "/a/b", true), ("*", LatticeService.exampleARN + "/*", true),
    ("*", LatticeService.exampleARN + "/?/b", true), ("*", LatticeService.exampleARN + "/A/b", false),
    ("*", "arn:*:service/*/b", true), ("*", "*/a/*/b", false),
  ])
  func `actions and resources are matched with wildcards`(action: String, resource: String, isAllowed: Bool) throws {
    let json =
      #"{"Statement":[{"Effect":"Allow","Principal":"*","Action":["vpc-lattice-svcs:connect","\#(action)"],"Resource":"\#(resource)"}]}"#
    #expect(ask(try AuthPolicy(json: json), "GET", "/a/b?c=d") == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: [
    ("StringEquals", ["blue"], true), ("StringEquals", ["Blue"], false), ("StringEquals", ["red", "blue"], true),
    ("StringNotEquals", ["blue"], false), ("StringNotEquals", ["red", "blue"], false),
    ("StringNotEquals", ["red", "green"], true), ("StringEqualsIgnoreCase", ["BLUE"], true),
    ("StringNotEqualsIgnoreCase", ["BLUE"], false), ("StringNotEqualsIgnoreCase", ["red"], true),
    ("StringLike", ["b*e"], true), ("StringLike", ["b?e"], false), ("StringLike", ["B*"], false),
    ("StringNotLike", ["b*"], false), ("StringNotLike", ["r*"], true), ("StringEquals", ["b*"], false),
    ("StringEqualsIfExists", ["red"], false), ("ForAnyValue:StringEquals", ["blue"], true),
    ("ForAllValues:StringLike", ["b*"], true), ("ForAllValues:StringEquals", ["red"], false),
  ])
  func `an operator compares a value with those listed`(name: String, listed: [String], isAllowed: Bool) throws {
    let condition = #"{"\#(name)":{"vpc-lattice-svcs:requestheader/X-Colour":\#(listed)}}"#
    let decision = ask(try policy(allowing: condition), "GET", "/", [HeaderField("x-colour", "blue")])
    #expect(decision == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: [
    ("StringEquals", false), ("StringLike", false), ("StringEqualsIgnoreCase", false), ("StringNotEquals", true),
    ("StringNotLike", true), ("StringNotEqualsIgnoreCase", true), ("StringEqualsIfExists", true),
    ("StringNotEqualsIfExists", true), ("ForAnyValue:StringEquals", false), ("ForAnyValue:StringNotEquals", false),
    ("ForAllValues:StringEquals", true),
  ])
  func `a key that is absent fails an operator, unless it is negated`(name: String, isAllowed: Bool) throws {
    let condition = #"{"\#(name)":{"vpc-lattice-svcs:RequestHeader/x-colour":"blue"}}"#
    #expect(ask(try policy(allowing: condition)) == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: [
    ("StringEquals", false), ("StringNotEquals", false), ("ForAnyValue:StringEquals", true),
    ("ForAllValues:StringEquals", false), ("ForAnyValue:StringNotEquals", true),
  ])
  func `a parameter that is sent twice has two values`(name: String, isAllowed: Bool) throws {
    let condition = #"{"\#(name)":{"vpc-lattice-svcs:RequestQueryString/colour":"light blue"}}"#
    let decision = ask(try policy(allowing: condition), "GET", "/?colour=red&colour=light%20blue")
    #expect(decision == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: [
    (#"{"StringEquals":{"AWS:principaltype":"AssumedRole"}}"#, true),
    (#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#, true),
    (#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/reserv*"}}"#, true),
    (#"{"StringLike":{"aws:PrincipalArn":"arn:aws:sts::*:assumed-role/reservations/*"}}"#, false),
    (#"{"StringEquals":{"vpc-lattice-svcs:RequestPath":"/a/b"}}"#, true),
    (#"{"StringEquals":{"vpc-lattice-svcs:RequestMethod":["PUT","GET"]}}"#, true),
    (#"{"StringEquals":{"aws:PrincipalType":"AssumedRole","vpc-lattice-svcs:RequestMethod":"PUT"}}"#, false),
    (
      #"{"StringEquals":{"aws:PrincipalType":"AssumedRole"},"StringLike":{"vpc-lattice-svcs:RequestMethod":"P*"}}"#,
      false
    ),
    ("{}", true),
  ])
  func `all keys and operators of a condition must be met`(condition: String, isAllowed: Bool) throws {
    #expect(ask(try policy(allowing: condition), "GET", "/a/b?c") == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: [
    ("anonymous", "Anonymous"), ("arn:aws:iam::1:user/a", "User"), ("arn:aws:iam::1:root", "Account"),
    ("arn:aws:sts::1:assumed-role/r/s", "AssumedRole"), ("arn:aws:sts::1:federated-user/f", "FederatedUser"),
  ])
  func `a principal's type follows from its ARN`(arn: String, type: String) {
    #expect(Principal(arn: arn).type == type)
  }

  @Test(arguments: [
    (#"{"Statement":[]}"#, "no Statement"), ("", "isn't a JSON object"), ("[]", "isn't a JSON object"),
    ("{}", "no Statement"),
    (#"{"Version":"2020-01-01","Statement":[]}"#, "Version"), (#"{"Statement":[],"Extra":1}"#, "Extra"),
    (#"{"Statement":["x"]}"#, "statement 1 isn't"), (#"{"Statement":[{"Effect":"allow"}]}"#, "Effect"),
    (#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#, "Principal"),
    (#"{"Statement":{"Effect":"Allow","Principal":"me","Action":"*","Resource":"*"}}"#, "Principal"),
    (#"{"Statement":{"Effect":"Allow","Principal":"*","Resource":"*"}}"#, "Action"),
    (#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":[]}}"#, "Resource"),
    (#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":[1]}}"#, "Resource"),
    (json(#""Actions":"*""#), "Actions"), (json(#""Condition":[]"#), "Condition"),
    (json(#""Condition":{"StringEquals":"x"}"#), "StringEquals"),
    (json(#""Condition":{"StringEquals":{"aws:PrincipalType":null}}"#), "aws:PrincipalType"),
    (json(#""Condition":{"StringEquals":{"aws:PrincipalType":[]}}"#), "aws:PrincipalType"),
    (json(#""Condition":{"StringEquals":{"aws:PrincipalType":[{}]}}"#), "aws:PrincipalType"),
  ])
  func `a policy that AWS rejects is malformed`(json: String, fragment: String) {
    let error = #expect(throws: AuthPolicyError.self) { try AuthPolicy(json: json) }
    #expect(error?.code == .malformed)
    #expect(error?.message.contains(fragment) == true)
  }

  @Test(arguments: [
    "/admin", "//admin", "/a/../admin", "/./admin", "/.//admin", "/%61dmin", "/%2e/admin", "/a/%2E%2e/admin", "/admin?",
    "/admin?\u{301}", "/admin?/../x", "/admin/.", "/x/../%61%64min?a=b", "/admin#", "/admin#x", "/admin\0",
    "/admin\u{1}",
    "/admin\u{7F}", "http://h/admin", "admin", "*", "", "?",
  ])
  func `a policy that denies a path denies each form of it`(target: String) throws {
    for condition in [
      #""Resource":"*/admin""#,
      #""Resource":"*","Condition":{"StringEquals":{"vpc-lattice-svcs:RequestPath":"/admin"}}"#,
    ] {
      let allow = #"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
      let deny = #"{"Effect":"Deny","Principal":"*","Action":"*",\#(condition)}"#
      let decision = ask(try AuthPolicy(json: #"{"Statement":[\#(allow),\#(deny)]}"#), "GET", target)
      let isPath = target.hasPrefix("/") && !target.contains("#") && target.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
      #expect(decision == (isPath ? .explicitlyDenied : nil))
    }
  }

  @Test(arguments: [
    ("/public/x", true), ("/public/../admin", false), ("/public/%2e%2e/admin", false), ("//public/x", true),
    ("/public%2Fx", false), ("/public/..%2Fadmin", true), ("/Public/x", false),
  ])
  func `a policy that allows a path allows no other`(target: String, isAllowed: Bool) throws {
    let json =
      #"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*/svc-0123456789abcdef0/public/*"}}"#
    #expect(ask(try AuthPolicy(json: json), "GET", target) == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: [
    (#"{"StringEqualsIgnoreCase":{"vpc-lattice-svcs:RequestHeader/x":"kelvin"}}"#, "\u{212A}elvin", false),
    (#"{"StringEqualsIgnoreCase":{"vpc-lattice-svcs:RequestHeader/x":"kelvin"}}"#, "KELVIN", true),
    (#"{"StringEquals":{"vpc-lattice-svcs:RequestHeader/x":"K"}}"#, "\u{212A}", false),
    (#"{"StringEquals":{"vpc-lattice-svcs:RequestHeader/x":"\u00e9"}}"#, "e\u{301}", false),
    (#"{"StringLike":{"vpc-lattice-svcs:RequestHeader/x":"K*"}}"#, "\u{212A}", false),
    (#"{"StringEquals":{"vpc-lattice-svcs:RequestHeader/\u212a":"x"}}"#, "x", false),
  ])
  func `values and names are compared by bytes, ignoring only the case of ASCII letters`(
    condition: String, value: String, isAllowed: Bool
  ) throws {
    let decision = ask(try policy(allowing: condition), "GET", "/", [HeaderField("x", value), HeaderField("k", "x")])
    #expect(decision == (isAllowed ? .allowed : .implicitlyDenied))
  }

  @Test(arguments: ["arn:aws:iam::123456789012:user/\u{212A}", "arn:aws:iam::123456789012:role/e\u{301}"])
  func `principals are ASCII texts`(name: String) {
    let json = #"{"Statement":{"Effect":"Allow","Principal":{"AWS":"\#(name)"},"Action":"*","Resource":"*"}}"#
    #expect(throws: AuthPolicyError.self) { try AuthPolicy(json: json) }
  }

  @Test(arguments: [
    (#"{"Statement":[],"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#, "Statement"),
    (#"{"Version":"2012-10-17","Version":"2008-10-17","Statement":[]}"#, "Version"),
    (#"{"Statement":{"Effect":"Deny","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#, "Effect"),
    (#"{"Statement":{"Effect":"Deny","\u0045ffect" : "Allow","Principal":"*","Action":"*","Resource":"*"}}"#, "Effect"),
    (#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Action":"x:y"}}"#, "Action"),
    (#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"1","AWS":"*"},"Action":"*","Resource":"*"}}"#, "AWS"),
    (json(#""Condition":{},"Condition":{"StringEquals":{"aws:PrincipalType":"x"}}"#), "Condition"),
    (json(#""Condition":{"StringEquals":{"aws:PrincipalType":"x"},"StringEquals":{}}"#), "StringEquals"),
    (
      json("\"Condition\":{\"StringEquals\":{\"aws:PrincipalType\":[\"x\"],\n\t\"aws:PrincipalType\"\r\n:\"y\"}}"),
      "aws:PrincipalType"
    ),
    (json(#""Sid":"a","Sid":"b""#), "Sid"),
  ])
  func `a repeated member is an error that names it`(json: String, name: String) {
    let error = #expect(throws: AuthPolicyError.self) { try AuthPolicy(json: json) }
    #expect(error?.code == .malformed)
    #expect(error?.message.contains("\"\(name)\" twice") == true, "\(error?.message ?? "")")
  }

  @Test func `one name in two objects, or as a value, isn't a repetition`() throws {
    let allow = #"{"Sid":"Effect","Effect":"Allow","Principal":"*","Action":["*","*"],"Resource":"*"}"#
    let deny = #"{"Sid":"Sid","Effect":"Deny","Principal":"*","Action":"*","Resource":"*/x"}"#
    let policy = try AuthPolicy(json: #"{"Id":"a\"Statement\":","Statement":[\#(allow),\#(deny)]}"#)
    #expect(ask(policy) == .allowed)
    #expect(ask(policy, "GET", "/x") == .explicitlyDenied)
  }

  @Test(arguments: [
    (String(repeating: "[", count: 10_000), "line 1, column 1 "),
    (String(repeating: #"{"a":"#, count: 2000), "line 1, column 321 "),
    (#"{"Statement":"# + String(repeating: "[", count: 16) + String(repeating: "]", count: 16) + "}", "statement 1"),
    ("{\n  \"Statement\": [\n  ],\n}", "line 4, column 1 "), ("{\"a\":'b'}", "line 1, column 6 "),
    (#"{"Statement":[]}"# + String(repeating: " ", count: 10_240), "the limit is 10240 bytes"),
    (#"{"a"#, "isn't a JSON object"),
    (#"{"a\"#, "isn't a JSON object"), (#"{"\uD800":1}"#, "isn't a JSON object"), ("]]]", "isn't a JSON object"),
    (#""Effect":"#, "isn't a JSON object"), (#"{"Statement":[]} {}"#, "line 1, column 18 "),
  ])
  func `a policy that is too large, too deep or cut off is malformed`(json: String, fragment: String) {
    let error = #expect(throws: AuthPolicyError.self) { try AuthPolicy(json: json) }
    #expect(error?.code == .malformed)
    #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
  }

  @Test(.timeLimit(.minutes(10)))
  func `a pattern of many stars is matched in bounded time`() throws {
    let condition = #"{"StringLike":{"vpc-lattice-svcs:RequestHeader/x":"\#(String(repeating: "*a", count: 200))b"}}"#
    let header = HeaderField("x", String(repeating: "a", count: 2000))
    #expect(ask(try policy(allowing: condition), "GET", "/", [header]) == .implicitlyDenied)
  }

  @Test(.timeLimit(.minutes(10)))
  func `a pattern of many variables with long values is decided quickly`() throws {
    let pattern = String(repeating: "*${vpc-lattice-svcs:RequestHeader/y}", count: 220)
    let policy = try policy(allowing: #"{"StringLike":{"vpc-lattice-svcs:RequestHeader/x":"\#(pattern)"}}"#)
    let long = String(repeating: "a", count: 20_000)
    #expect(ask(policy, "GET", "/", [HeaderField("x", long), HeaderField("y", long)]) == .implicitlyDenied)
    let headers = [HeaderField("x", String(repeating: "ab", count: 220)), HeaderField("y", "ab")]
    #expect(ask(policy, "GET", "/", headers) == .allowed)
  }
}
