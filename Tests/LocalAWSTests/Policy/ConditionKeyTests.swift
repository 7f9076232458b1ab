import Foundation
import LocalAWS
import SigV4
import Testing

/// The condition keys, with the values that a request has for each.
@Suite struct ConditionKeyTests {
  static let request: [(key: String, value: String)] = [
    ("vpc-lattice-svcs:Port", "443"), ("vpc-lattice-svcs:RequestMethod", "POST"),
    ("vpc-lattice-svcs:RequestPath", "/a/b"), ("vpc-lattice-svcs:RequestHeader/x-colour", "blue"),
    ("vpc-lattice-svcs:RequestHeader/X-COLOUR", "blue"), ("vpc-lattice-svcs:RequestQueryString/day", "1"),
    ("VPC-LATTICE-SVCS:requestquerystring/DAY", "1"), ("vpc-lattice-svcs:ServiceArn", LatticeService.exampleARN),
    ("vpc-lattice-svcs:ServiceNetworkArn", PolicyContext.exampleServiceNetworkARN),
    ("vpc-lattice-svcs:SourceVpc", "vpc-1a2b3c4d"), ("vpc-lattice-svcs:SourceVpcOwnerAccount", "123456789012"),
    ("aws:CurrentTime", "2026-02-03T04:05:06Z"), ("aws:EpochTime", "1770091506"),
    ("aws:PrincipalAccount", "123456789012"),
    ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/reservations"), ("aws:PrincipalType", "AssumedRole"),
    ("AWS:principaltype", "AssumedRole"), ("aws:PrincipalIsAWSService", "false"), ("aws:ViaAWSService", "false"),
    ("aws:referer", "https://example.com/"), ("aws:UserAgent", "tests"), ("aws:RequestedRegion", "us-west-2"),
    ("aws:ResourceAccount", "123456789012"), ("aws:SecureTransport", "true"),
  ]

  @Test(arguments: request)
  func `a key has the value that a request has for it`(key: String, value: String) throws {
    let headers = [
      HeaderField("X-Colour", "blue"), HeaderField("User-Agent", "tests"),
      HeaderField("Referer", "https://example.com/"),
    ]
    for (name, isMet) in [("StringEquals", true), ("StringNotEquals", false)] {
      let sample = try PolicySample(condition: #"{"\#(name)":{"\#(key)":"\#(value)"}}"#)
      #expect(try sample.applies(to: "/a/b?day=1", "POST", headers: headers) == isMet)
    }
  }

  /// The keys that only a context can give a value, with all other keys of the IAM User Guide.
  static let ofContext = [
    "aws:AssumedRoot", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:ChatbotSourceArn",
    "aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc", "aws:FederatedProvider", "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList", "aws:PrincipalTag/team", "aws:RequestTag/team", "aws:ResourceOrgID",
    "aws:ResourceOrgPaths", "aws:ResourceTag/Environment", "aws:SourceAccount", "aws:SourceArn", "aws:SourceIdentity",
    "aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce",
    "aws:TagKeys", "aws:TokenIssueTime", "aws:VpcSourceIp", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths",
  ]

  @Test(arguments: ofContext)
  func `a key has the values of the context, and none without it`(key: String) throws {
    let sample = try PolicySample(condition: #"{"StringEquals":{"\#(key)":"x"}}"#)
    #expect(try !sample.applies())
    #expect(try sample.applies(context: [key.uppercased(): ["x"]]))
    #expect(try !sample.applies(context: [key: ["y"]]))
    #expect(sample.policy.keysWithoutValue(in: PolicyContext()) == [key])
    var context = PolicyContext()
    try context.set(key, to: ["x"])
    #expect(sample.policy.keysWithoutValue(in: context).isEmpty)
  }

  @Test func `a context replaces a computed value, and can remove it`() throws {
    let sample = try PolicySample(condition: #"{"StringEquals":{"vpc-lattice-svcs:SourceVpc":"vpc-2"}}"#)
    #expect(try !sample.applies())
    #expect(try sample.applies(context: ["vpc-lattice-svcs:SourceVpc": ["vpc-2"]]))
    let absent = try PolicySample(condition: #"{"Null":{"aws:SecureTransport":true,"aws:UserAgent":true}}"#)
    #expect(
      try absent.applies(
        headers: [HeaderField("User-Agent", "x")],
        context: [
          "aws:SecureTransport": [], "aws:UserAgent": [],
        ]))
  }

  @Test(arguments: [
    ("aws:PrincipalOrgId2", ""), ("vpc-lattice-svcs:RequestBody", ""), ("aws:PrincipalTag/", ""), ("", ""),
    ("s3:prefix", ""), ("RequestMethod", "; use vpc-lattice-svcs:RequestMethod"),
    ("aws:requestpath", "; use vpc-lattice-svcs:RequestPath"), ("iam:PrincipalTag/a:b", "; use aws:PrincipalTag/a:b"),
    ("SourceVpc", "; use aws:SourceVpc or vpc-lattice-svcs:SourceVpc"),
  ])
  func `an unknown key is an error that names it, and the key of this name with a prefix`(key: String, remedy: String) {
    let error = #expect(throws: AuthPolicyError.self) {
      try PolicySample(condition: #"{"StringEquals":{"\#(key)":"x"}}"#)
    }
    #expect(error?.code == .unsupported)
    #expect(
      error?.message == "statement 1 has the condition key \(key.debugDescription), which isn't supported" + remedy)
    var context = PolicyContext()
    let ofContext = #expect(throws: AuthPolicyError.self) { try context.set(key, to: ["x"]) }
    #expect(ofContext?.message.hasSuffix("isn't supported" + remedy) == true)
    let ofVariable = #expect(throws: AuthPolicyError.self) {
      try PolicySample(condition: ##"{"StringEquals":{"aws:PrincipalOrgID":"${\##(key)}"}}"##)
    }
    #expect(ofVariable?.message.hasSuffix("names no supported condition key" + remedy) == true)
  }

  @Test(arguments: [
    "vpc-lattice-svcs:RequestPath", "vpc-lattice-svcs:RequestHeader/x", "vpc-lattice-svcs:requestmethod",
  ])
  func `a context can't set a value that each request contains`(key: String) {
    var context = PolicyContext()
    let error = #expect(throws: AuthPolicyError.self) { try context.set(key, to: ["x"]) }
    #expect(error?.message.contains("is read from each request") == true)
  }

  @Test(arguments: [
    "aws:PrincipalArn", "aws:username", "aws:PrincipalOrgID", "aws:PrincipalTag/x", "aws:PrincipalIsAWSService",
    "aws:TokenIssueTime", "aws:SourceIdentity",
  ])
  func `an anonymous request has no key that describes its caller`(key: String) throws {
    let sample = try PolicySample(condition: #"{"Null":{"\#(key)":"true"}}"#)
    #expect(try sample.applies(as: .anonymous, context: ["aws:PrincipalOrgID": ["o-1"], "aws:PrincipalTag/x": ["y"]]))
  }

  @Test(arguments: ["aws:PrincipalAccount", "aws:userid"])
  func `an anonymous request has the account and the ID anonymous`(key: String) throws {
    for (condition, isMet) in [
      (#"{"StringEquals":{"\#(key)":"anonymous"}}"#, true), (#"{"Null":{"\#(key)":"true"}}"#, false),
      (#"{"StringEqualsIfExists":{"\#(key)":"123456789012"}}"#, false),
      (#"{"StringEquals":{"aws:PrincipalType":"Anonymous","vpc-lattice-svcs:RequestHeader/x":"${\#(key)}"}}"#, true),
    ] {
      let sample = try PolicySample(condition: condition)
      let headers = [HeaderField("x", "anonymous")]
      #expect(try sample.applies(headers: headers, as: .anonymous, context: [key: ["123456789012"]]) == isMet)
    }
  }

  @Test(arguments: [("Anonymous", true), ("anonymous", false)])
  func `an anonymous request has the type that AWS documents`(type: String, isMet: Bool) throws {
    let sample = try PolicySample(condition: #"{"StringEquals":{"aws:PrincipalType":"\#(type)"}}"#)
    #expect(try sample.applies(as: .anonymous) == isMet)
  }

  /// `StringNotEquals` with another letter case is met by every caller, and `StringEquals` by none.
  @Test(arguments: [
    ("StringNotEquals", "aws:PrincipalType", #""anonymous""#, "Anonymous"),
    ("StringNotLike", "aws:PrincipalType", #""anon*""#, "Anonymous"),
    ("ForAllValues:StringEqualsIfExists", "aws:PrincipalType", #"["User","assumedrole"]"#, "AssumedRole"),
    ("StringEquals", "vpc-lattice-svcs:RequestMethod", #""delete""#, "DELETE"),
    ("StringNotEquals", "aws:PrincipalType", #""Anonymous""#, nil),
    ("StringEquals", "aws:PrincipalType", #"["anonymous","Anonymous"]"#, nil),
    ("StringNotEqualsIgnoreCase", "aws:PrincipalType", #""anonymous""#, nil),
    ("StringEquals", "aws:PrincipalType", #""${aws:username}""#, nil),
    ("StringEquals", "aws:UserAgent", #""anonymous""#, nil),
  ])
  func `a value that differs from AWS's in letter case alone is found`(
    name: String, key: String, values: String, expected: String?
  ) throws {
    let sample = try PolicySample(condition: #"{"\#(name)":{"\#(key)":\#(values)}}"#)
    let expected = expected.map {
      "\(name) \(key) in statement 1 compares letter case, and AWS's value is \"\($0)\"."
    }
    #expect(sample.policy.caseMismatches == (expected.map { [$0] } ?? []))
  }

  @Test(arguments: [
    (PolicySample.user, "adele", "AIDA", "arn:aws:iam::123456789012:user/team/adele"),
    (PolicySample.session, nil, "AROA", "arn:aws:iam::123456789012:role/reservations"),
    (Principal(arn: "arn:aws:iam::123456789012:root"), nil, "123456789012", "arn:aws:iam::123456789012:root"),
    (
      Principal(arn: "arn:aws:sts::123456789012:federated-user/eve"), nil, "123456789012:eve",
      "arn:aws:sts::123456789012:federated-user/eve"
    ),
  ])
  func `a caller has a name, an ID and an ARN according to its type`(
    principal: Principal, name: String?, id: String, arn: String
  ) throws {
    #expect(principal.userName == name)
    #expect(principal.userID?.hasPrefix(id) == true)
    #expect(principal.identityARN == arn)
    let sample = try PolicySample(condition: #"{"StringEquals":{"aws:userid":"\#(principal.userID ?? "")"}}"#)
    #expect(try sample.applies(as: principal))
    #expect(try sample.applies(as: Principal(arn: "arn:aws:iam::123456789012:user/other")) == false)
    let named = try PolicySample(condition: #"{"StringEquals":{"aws:username":"adele"}}"#)
    #expect(try named.applies(as: principal) == (name == "adele"))
  }

  @Test func `time conditions follow the request's time`() throws {
    let window =
      #"{"DateGreaterThan":{"aws:CurrentTime":"2026-02-03T04:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2026-02-03T05:00:00Z"}}"#
    let sample = try PolicySample(condition: window)
    #expect(try sample.applies())
    #expect(try !sample.applies(at: PolicySample.time.addingTimeInterval(3600)))
    let epoch = try PolicySample(condition: #"{"NumericLessThan":{"aws:EpochTime":1770091507}}"#)
    #expect(try epoch.applies())
    #expect(try !epoch.applies(at: PolicySample.time.addingTimeInterval(1)))
  }
}
