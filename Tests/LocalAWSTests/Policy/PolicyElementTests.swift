import LocalAWS
import SigV4
import Testing

/// The elements of statements, and their negations.
@Suite struct PolicyElementTests {
  private let other = Principal(arn: "arn:aws:sts::123456789012:assumed-role/other/s")
  private let foreign = Principal(arn: "arn:aws:iam::999999999999:user/adele")

  @Test func `NotPrincipal denies all principals except those that it lists`() throws {
    let sample = try PolicySample(
      #""NotPrincipal":{"AWS":["arn:aws:iam::123456789012:role/reservations","arn:aws:iam::123456789012:root"]}"#,
      effect: "Deny")
    #expect(try !sample.applies(as: PolicySample.session))
    #expect(try !sample.applies(as: Principal(arn: "arn:aws:iam::123456789012:root")))
    // The account excludes its root user, not its other users and roles.
    for principal in [other, foreign, PolicySample.user, .anonymous] { #expect(try sample.applies(as: principal)) }
  }

  @Test func `NotPrincipal is for Deny alone`() throws {
    for names in ["{\"AWS\":\"\(PolicySample.user.arn)\"}", #""*""#] {
      let error = #expect(throws: AuthPolicyError.self) { try PolicySample(#""NotPrincipal":\#(names)"#) }
      #expect(error?.message == "statement 1 has a NotPrincipal, which AWS supports only with Deny")
    }
    #expect(try !PolicySample(#""NotPrincipal":"*""#, effect: "Deny").applies(as: .anonymous))
  }

  @Test func `NotPrincipal of a Deny statement must list the account too`() {
    for name in [PolicySample.user.arn, PolicySample.session.arn, "arn:aws:iam::123456789012:role/r"] {
      let error = #expect(throws: AuthPolicyError.self) {
        try PolicySample(#""NotPrincipal":{"AWS":["\#(name)","999999999999"]}"#, effect: "Deny")
      }
      #expect(error?.message.contains("add \"arn:aws:iam::123456789012:root\" to NotPrincipal") == true)
    }
  }

  @Test func `NotPrincipal that excepts a session lists the role too`() throws {
    let names = "\"\(PolicySample.session.arn)\",\"arn:aws:iam::123456789012:root\""
    let error = #expect(throws: AuthPolicyError.self) {
      try PolicySample(#""NotPrincipal":{"AWS":[\#(names)]}"#, effect: "Deny")
    }
    #expect(error?.message.contains("add \"arn:aws:iam::123456789012:role/reservations\" to NotPrincipal") == true)
    let role = #""arn:aws:iam::123456789012:role/team/reservations""#
    let sample = try PolicySample(#""NotPrincipal":{"AWS":[\#(names),\#(role)]}"#, effect: "Deny")
    #expect(try !sample.applies(as: PolicySample.session))
  }

  @Test(arguments: [
    "arn:aws:iam::123456789012:roles/x", "arn:aws:iam::123456789012:group/x", "arn:aws:iam::123456789012:Root",
    "arn:aws:iam::123456789012:role", "arn:aws:iam::123456789012:user", "arn:aws:sts::123456789012:role/x",
    "arn:aws:iam::123456789012:assumed-role/x/s", "arn:aws:sts::123456789012:assumed-role/x",
    "arn:aws:sts::123456789012:root", "arn:aws:iam::1:root", "arn:aws:iam:us-east-1:123456789012:root",
    "arn:nonsense:iam::123456789012:root", "arn:aws:iam:::root", "arn:aws:iam::123456789012:role/ x",
    "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:role//x", "arn:aws:iam::123456789012:root/x",
    "arn:aws:sts::123456789012:assumed-role/x/s/t", "arn:aws:sts::123456789012:federated-user/",
  ])
  func `a principal that no caller has is an error that names it`(name: String) {
    for effect in ["Allow", "Deny"] {
      let error = #expect(throws: AuthPolicyError.self) {
        try PolicySample(#""Principal":{"AWS":["*","\#(name)"]}"#, effect: effect)
      }
      #expect(error?.message.hasPrefix("statement 1 has \"\(name)\" in Principal: ") == true)
    }
    #expect(Principal(caller: name) == nil)
  }

  @Test(arguments: [
    "*", "123456789012", "arn:aws:iam::123456789012:root", "arn:aws-cn:iam::123456789012:user/a/b",
    "arn:aws-us-gov:iam::123456789012:role/a+b=c,d.e@f-g_h", "arn:aws:sts::123456789012:assumed-role/r/s",
    "arn:aws:sts::123456789012:federated-user/f",
  ])
  func `a principal is everybody, an account, a user, a role or a session`(name: String) {
    #expect(throws: Never.self) { try PolicySample(#""Principal":{"AWS":"\#(name)"}"#) }
  }

  @Test(arguments: [
    "arn:foo", "arn:aws:s3:::bucket/*", "arn:aws:vpc-lattice:us-west-2:123456789012:servicenetwork/sn-1/*",
    "arn:aws:vpc-lattice-svcs:us-west-2:123456789012:service/svc-1/*",
    "arn:aws:vpc-lattice:us-west-2:123456789012:Service/svc-1/*", LatticeService.exampleARN,
    "arn:aws:vpc-lattice:us-west-2:123456789012:service//x", "arn:aws:vpc-lattice::123456789012:service/svc-1/*",
    "arn:x:vpc-lattice:us-west-2:123456789012:service/svc-1/*", "arn:${*}",
  ])
  func `a resource that matches no request is an error that names it`(resource: String) {
    for (element, effect) in [("Resource", "Allow"), ("Resource", "Deny"), ("NotResource", "Deny")] {
      let error = #expect(throws: AuthPolicyError.self) {
        try PolicySample(#""\#(element)":["*","\#(resource)"]"#, effect: effect)
      }
      #expect(error?.message.contains("it matches no path of a service") == true, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: [
    "*", "?*", "arn:*", "arn:aws:vpc-lattice:*:*:service/*", "arn:aws-cn:vpc-lattice:cn-north-1:*:service/svc-1/a",
    "*/admin", "*:service/*/x", "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-?/${aws:username}",
    "*service/svc-1/*",
  ])
  func `a resource that matches a path of some service is accepted`(resource: String) {
    #expect(throws: Never.self) { try PolicySample(#""Resource":"\#(resource)""#) }
  }

  @Test func `a Sid has letters and digits, and an empty one is none`() throws {
    let error = #expect(throws: AuthPolicyError.self) { try PolicySample(#""Sid":"a b!""#) }
    #expect(error?.message == "statement 1 has the Sid \"a b!\"; a Sid has only the characters A-Z, a-z and 0-9")
    let statement = #"{"Sid":"","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
    let policy = try AuthPolicy(json: #"{"Statement":[\#(statement),\#(statement)]}"#)
    #expect(policy.statementCount == 2)
    #expect(try PolicySample(#""Sid":"""#).result().sid == nil)
  }

  @Test(arguments: [
    (#""vpc-lattice-svcs:Connect""#, true), (#""vpc-lattice-svcs:Invoke""#, false), (#""*""#, false),
    (#"["vpc-lattice-svcs:Connect","VPC-Lattice-Svcs:inv*"]"#, false),
  ])
  func `NotAction applies to every other action`(actions: String, isMet: Bool) throws {
    #expect(try PolicySample("\"NotAction\":\(actions)").applies() == isMet)
  }

  @Test(arguments: [
    (#""*/admin""#, "/admin", false), (#""*/admin""#, "//admin", false), (#""*/admin""#, "/public", true),
    (#"["*/admin","*/admin/*"]"#, "/admin/x", false), (#""*""#, "/", false),
  ])
  func `NotResource applies to every other resource`(resources: String, target: String, isMet: Bool) throws {
    #expect(try PolicySample("\"NotResource\":\(resources)").applies(to: target) == isMet)
  }

  @Test(arguments: [
    (#""Action":"*","NotAction":"*""#, "both Action and NotAction"),
    (#""Resource":"*","NotResource":"*""#, "both Resource and NotResource"),
    (#""Principal":"*","NotPrincipal":"*""#, "both Principal and NotPrincipal"),
    (#""Principal":{"Service":"ec2.amazonaws.com"}"#, "Principal of \"Service\""),
    (#""NotPrincipal":{"Federated":"accounts.google.com"}"#, "NotPrincipal of \"Federated\""),
    (#""Principal":{"aws":"*"}"#, "Principal of \"aws\""), (#""Principal":{}"#, "needs a Principal"),
    (#""Principal":{"AWS":[]}"#, "needs a Principal"), (#""Principal":["*"]"#, "needs a Principal"),
    (#""Principal":{"AWS":"arn:aws:iam::123456789012:role/*"}"#, "can't contain a wildcard"),
    (#""Principal":{"AWS":"adele"}"#, "isn't an ARN of IAM or STS"), (#""Principal":{"AWS":"1234"}"#, "12 digits"),
    (#""Principal":{"AWS":"arn:aws:s3:::bucket"}"#, "isn't an ARN of IAM or STS"),
    (#""Principal":{"AWS":"arn:aws:iam::123456789012:user/${aws:username}"}"#, "can't contain a variable"),
    (#""Action":"Invoke""#, "matches no action"), (#""Action":"s3:GetObject""#, "matches no action"),
    (#""Action":"vpc-lattice:Invoke""#, "matches no action"),
    (#""Action":["*","vpc-lattice-svcs:Invok"]"#, "matches no action"),
    (#""NotAction":"vpc-lattice-svcs:Get*""#, "matches no action"), (#""Action":{}"#, "needs Action"),
    (#""Action":"${aws:username}""#, "matches no action"), (#""Resource":"admin""#, "begin it with arn: or a wildcard"),
    (#""Resource":"/admin/*""#, "begin it with arn: or a wildcard"),
    (#""Resource":"""#, "begin it with arn: or a wildcard"),
    (#""Resource":1"#, "needs Resource"), (#""NotResource":[]"#, "needs NotResource"), (#""Sid":1"#, "Sid"),
    (#""Extra":"x""#, "unknown element \"Extra\""), (#""effect":"Allow""#, "unknown element \"effect\""),
    (#""Condition":{"StringEquals":[]}"#, "StringEquals that isn't an object"),
  ])
  func `an invalid element is an error that names it and the statement`(elements: String, reason: String) {
    let error = #expect(throws: AuthPolicyError.self) { try PolicySample(elements) }
    let message = error?.message ?? ""
    #expect(message.hasPrefix("statement 1 ") && message.contains(reason), "\(message)")
  }

  @Test(arguments: [
    (#"{"Version":"2012-10-18","Statement":[]}"#, "Version must be"),
    (#"{"Version":2012,"Statement":[]}"#, "Version must be"),
    (#"{"version":"2012-10-17","Statement":[]}"#, "unknown element \"version\""),
    (#"{"Id":1,"Statement":[]}"#, "Id must be"),
    (#"{"Statement":null}"#, "statement 1 isn't a JSON object"), (#"{"Statement":[{},1]}"#, "statement 1 needs"),
  ])
  func `an invalid element of the document is an error that names it`(json: String, reason: String) {
    let error = #expect(throws: AuthPolicyError.self) { try AuthPolicy(json: json) }
    #expect(error?.code == .malformed)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test func `two statements with one Sid are an error`() {
    let statement = #"{"Sid":"a","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
    let error = #expect(throws: AuthPolicyError.self) {
      try AuthPolicy(json: #"{"Statement":[\#(statement),\#(statement)]}"#)
    }
    #expect(error?.message == "statement 2 has the Sid \"a\" of an earlier statement")
  }

  @Test func `an evaluation names the statement that decides, and why the others don't apply`() throws {
    let policy = try AuthPolicy(
      json: #"""
        {"Version":"2012-10-17","Statement":[
          {"Sid":"Guests","Effect":"Allow","Principal":"*","Action":"*","Resource":"*/public/*"},
          {"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"*","Resource":"*",
           "Condition":{"StringEquals":{"vpc-lattice-svcs:RequestMethod":["GET","HEAD"]}}},
          {"Sid":"NoSecrets","Effect":"Deny","Principal":"*","Action":"*","Resource":"*/secret",
           "Condition":{"StringNotEquals":{"vpc-lattice-svcs:RequestHeader/x-key":"PLANTED"}}}]}
        """#)
    func evaluate(_ method: String, _ target: String, _ principal: Principal) throws -> AuthPolicy.Evaluation {
      policy.evaluation(
        of: try AuthPolicy.Request(
          principal: principal, service: LatticeService.exampleARN,
          request: SignableRequest(method: method, target: target, headers: [HeaderField("x-key", "k")])))
    }
    let allowed = try evaluate("GET", "/a", PolicySample.session)
    #expect(allowed.description == "allowed by statement 2")
    #expect(
      allowed.statements.map(\.mismatch) == [
        "it isn't for the resource \(LatticeService.exampleARN)/a", nil,
        "it isn't for the resource \(LatticeService.exampleARN)/a",
      ])
    #expect(try evaluate("GET", "/secret", PolicySample.session).description == "denied by statement 3 (NoSecrets)")
    #expect(try evaluate("GET", "/public/a", .anonymous).deciding?.sid == "Guests")
    let denied = try evaluate("POST", "/a", PolicySample.session)
    #expect(denied.description == "denied: no statement allows it")
    #expect(denied.deciding == nil)
    #expect(
      denied.statements[1].mismatch == #"StringEquals vpc-lattice-svcs:RequestMethod: the request has "POST""#)
    let anonymous = try evaluate("GET", "/a", .anonymous).statements[1].mismatch
    #expect(anonymous == "it is for account 123456789012, and the caller is anonymous")
  }

  @Test(arguments: [
    (["role/reader"], "it is for role/reader, and the caller is role/reservations"),
    (["role/a/b", "user/adele"], "it is for role/a/b and user/adele, and the caller is role/reservations"),
    (
      ["role/a", "role/b", "role/c", "role/d", "role/e"],
      "it is for role/a, role/b, role/c and 2 more, and the caller is role/reservations"
    ),
  ])
  func `a statement for others says whom it is for, and who the caller is`(names: [String], mismatch: String) throws {
    let list = names.map { "\"arn:aws:iam::123456789012:\($0)\"" }.joined(separator: ",")
    let sample = try PolicySample(#""Principal":{"AWS":[\#(list)]}"#)
    #expect(try sample.result().mismatch == mismatch)
  }

  @Test func `callers of another account, and other sessions, are shown as far as they differ`() throws {
    let role = "arn:aws:iam::999999999999:role/reservations"
    let foreign = try PolicySample(#""Principal":{"AWS":"\#(role)"}"#)
    #expect(
      try foreign.result().mismatch
        == "it is for \(role), and the caller is arn:aws:iam::123456789012:role/reservations")
    #expect(try foreign.result(as: .anonymous).mismatch == "it is for \(role), and the caller is anonymous")
    let session = try PolicySample(
      #""Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/reservations/s"}"#)
    #expect(
      try session.result().mismatch
        == "it is for assumed-role/reservations/s, and the caller is assumed-role/reservations/i-0123456789abcdef0")
    for account in ["999999999999", "arn:aws:iam::999999999999:root"] {
      let sample = try PolicySample(#""Principal":{"AWS":"\#(account)"}"#)
      #expect(
        try sample.result().mismatch
          == "it is for account 999999999999, and the caller is arn:aws:iam::123456789012:role/reservations")
    }
    let exception = try PolicySample(
      #""NotPrincipal":{"AWS":["arn:aws:iam::123456789012:role/reservations","arn:aws:iam::123456789012:root"]}"#,
      effect: "Deny")
    #expect(
      try exception.result().mismatch
        == "it is for all except arn:aws:iam::123456789012:role/reservations and account 123456789012, and the caller is arn:aws:iam::123456789012:role/reservations"
    )
  }

  @Test func `a policy excludes whom no statement that allows names`() throws {
    func excludes(_ elements: String, effect: String = "Allow") throws -> Bool {
      try PolicySample(elements, effect: effect).policy.excludes(PolicySample.session)
    }
    #expect(try excludes(#""Principal":{"AWS":"arn:aws:iam::123456789012:role/reader"}"#))
    #expect(try excludes(#""Principal":{"AWS":["999999999999","arn:aws:iam::999999999999:role/reservations"]}"#))
    for principal in [
      #""*""#, #"{"AWS":"*"}"#, #"{"AWS":"123456789012"}"#, #"{"AWS":"arn:aws:iam::123456789012:role/a/reservations"}"#,
      #"{"AWS":["999999999999","arn:aws:sts::123456789012:assumed-role/reservations/other"]}"#,
    ] {
      #expect(try !excludes("\"Principal\":\(principal)"))
    }
    #expect(try !excludes(#""Principal":"*""#, effect: "Deny"))
  }

  @Test(arguments: [
    ("arn:aws:iam::123456789012:role/team/reader", "arn:aws:sts::123456789012:assumed-role/reader/s"),
    ("arn:aws-cn:iam::123456789012:role/r", "arn:aws-cn:sts::123456789012:assumed-role/r/s"),
    ("arn:aws:iam::123456789012:user/r", nil), ("arn:aws:sts::123456789012:assumed-role/r/s", nil),
    ("arn:aws:iam::1:role/r", nil), ("role/r", nil), ("*", nil),
  ])
  func `the ARN of a role gives that of a session`(role: String, session: String?) {
    #expect(Principal(role: role, session: "s")?.arn == session)
  }

  @Test func `a reason shows no value of a header or a parameter`() throws {
    for key in ["RequestHeader/authorization", "RequestQueryString/key"] {
      let sample = try PolicySample(condition: #"{"StringEquals":{"vpc-lattice-svcs:\#(key)":"x"}}"#)
      let mismatch = try sample.result("/?key=PLANTED", headers: [HeaderField("Authorization", "PLANTED")]).mismatch
      #expect(mismatch == "StringEquals vpc-lattice-svcs:\(key): the request has another value")
    }
  }
}
