import LocalAWS
import SigV4
import Testing

/// Variables in resources and conditions.
@Suite struct PolicyVariableTests {
  private static let user = PolicySample.user
  private let arn = LatticeService.exampleARN

  @Test(arguments: [
    ("/users/${aws:username}/*", "/users/adele/x", true), ("/users/${aws:username}/*", "/users/bob/x", false),
    ("/users/${AWS:UserName}", "/users/%61dele", true), ("/${aws:PrincipalTag/team}/*", "/a%20b/x", true),
    ("/${aws:PrincipalTag/star}", "/*", true), ("/${aws:PrincipalTag/star}", "/x", false),
    ("/${aws:PrincipalTag/dots}", "/x", false), ("/${aws:PrincipalTag/dots}/x", "/x", false),
    ("/${aws:PrincipalTag/none, 'guest'}", "/guest", true), ("/${aws:PrincipalTag/none,'guest'}", "/guest", true),
    ("/${aws:PrincipalTag/none, 'a, b}'}", "/a,%20b%7D", true), ("/${aws:PrincipalTag/none}", "/", false),
    ("/${aws:PrincipalTag/none, ''}x", "/x", true), ("/a${*}b", "/a*b", true), ("/a${*}b", "/axb", false),
    ("/a${?}b", "/a%3Fb", true), ("/a${?}b", "/axb", false), ("/${$}{aws:username}", "/$%7Baws:username%7D", true),
    ("/?${aws:username}?", "/xadelex", true), ("/${vpc-lattice-svcs:RequestHeader/x-user}", "/header", true),
    ("/${vpc-lattice-svcs:RequestMethod}", "/GET", true),
  ])
  func `a variable in a resource is the request's value`(path: String, target: String, isMet: Bool) throws {
    let context = [
      "aws:PrincipalTag/team": ["a b"], "aws:PrincipalTag/star": ["*"], "aws:PrincipalTag/dots": [".."],
    ]
    let headers = [HeaderField("X-User", "header")]
    let sample = try PolicySample(#""Resource":"\#(arn)\#(path)""#)
    #expect(try sample.applies(to: target, headers: headers, as: Self.user, context: context) == isMet)
    let condition = try PolicySample(condition: #"{"StringLike":{"vpc-lattice-svcs:RequestPath":"\#(path)"}}"#)
    #expect(try condition.applies(to: target, headers: headers, as: Self.user, context: context) == isMet)
  }

  @Test(arguments: [
    ("StringEquals", "${aws:username}", "adele", true),
    ("StringEquals", "x-${aws:username}-${aws:username}", "x-adele-adele", true),
    ("StringNotEquals", "${aws:username}", "bob", true), ("StringNotEquals", "${aws:username}", "adele", false),
    ("StringEqualsIgnoreCase", "${aws:username}", "ADELE", true), ("StringLike", "${aws:username}*", "adele1", true),
    ("StringLike", "${aws:PrincipalTag/star}", "anything", false),
    ("StringLike", "${aws:PrincipalTag/star}", "*", true),
    ("StringEquals", "${*}${?}${$}", "*?$", true), ("StringLike", "a${*}", "ab", false),
    ("StringLike", "a${*}*", "a*b", true),
    ("StringEquals", "${aws:PrincipalTag/none}", "", false), ("StringLike", "${aws:PrincipalTag/none}*", "x", false),
    ("StringNotEquals", "${aws:PrincipalTag/none}", "x", true),
    ("StringNotEqualsIfExists", "${aws:PrincipalTag/none}", "x", true),
    ("ForAnyValue:StringNotLike", "${aws:PrincipalTag/none}", "x", true),
    ("StringNotEquals", "${aws:PrincipalTag/none, 'y'}", "x", true),
    ("StringEqualsIfExists", "${aws:PrincipalTag/none}", "x", false),
    ("ForAllValues:StringNotEquals", "${aws:PrincipalTag/none}", "x", true), ("StringEquals", "$", "$", true),
    ("StringEquals", "a}b{c", "a}b{c", true), ("Bool", "${aws:SecureTransport}", "true", true),
    ("Bool", "${aws:SecureTransport}", "false", false), ("Bool", "${aws:PrincipalTag/none, 'true'}", "true", true),
    (
      "ArnEquals", "arn:aws:iam::123456789012:user/team/${aws:username}", "arn:aws:iam::123456789012:user/team/adele",
      true
    ),
    ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:*", "arn:aws:iam::123456789012:role/x", true),
    ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:*", "arn:aws:iam::123456789013:role/x", false),
    ("ArnNotEquals", "arn:aws:iam::${aws:PrincipalTag/none}:x", "arn:aws:iam::1:x", true),
    ("StringEquals", "${vpc-lattice-svcs:RequestQueryString/one}", "1", true),
    ("StringEquals", "${vpc-lattice-svcs:RequestQueryString/two}", "1", false),
    ("StringEquals", "${vpc-lattice-svcs:RequestQueryString/two, '1'}", "1", false),
  ])
  func `a variable in a condition is the request's value`(
    name: String, listed: String, value: String, isMet: Bool
  ) throws {
    let sample = try PolicySample(condition: #"{"\#(name)":{"vpc-lattice-svcs:RequestHeader/x":"\#(listed)"}}"#)
    #expect(
      try sample.applies(
        to: "/?one=1&two=1&two=2", headers: [HeaderField("x", value)], as: Self.user,
        context: ["aws:PrincipalTag/star": ["*"]]) == isMet)
  }

  @Test func `a parameter is compared with a variable in canonical form`() throws {
    let sample = try PolicySample(
      condition: #"{"StringEquals":{"vpc-lattice-svcs:RequestQueryString/team":"${aws:PrincipalTag/team}/%61"}}"#)
    let context = ["aws:PrincipalTag/team": ["100% a+b"]]
    #expect(try sample.applies(to: "/?team=100%25%20a%2Bb%2Fa", context: context))
    #expect(try sample.applies(to: "/?team=100%25%20a+b/%61", context: context))
    #expect(try !sample.applies(to: "/?team=100", context: context))
  }

  @Test(arguments: [nil, "2008-10-17"])
  func `older versions have no variables`(version: String?) throws {
    let sample = try PolicySample(
      condition: #"{"StringEquals":{"vpc-lattice-svcs:RequestHeader/x":"${aws:username}"}}"#, version: version)
    #expect(try sample.applies(headers: [HeaderField("x", "${aws:username}")], as: Self.user))
    #expect(try !sample.applies(headers: [HeaderField("x", "adele")], as: Self.user))
    #expect(sample.policy.hasLiteralVariables)
    #expect(try !PolicySample(condition: "{}", version: version).policy.hasLiteralVariables)
    #expect(try !PolicySample(#""Resource":"\#(arn)/${aws:username}""#).policy.hasLiteralVariables)
  }

  @Test func `a resource with a variable that has no value matches nothing`() throws {
    let sample = try PolicySample(#""NotResource":["\#(arn)/${aws:PrincipalTag/none}","*/x"]"#)
    #expect(try sample.applies(to: "/y"))
    #expect(try !sample.applies(to: "/x"))
    #expect(try sample.applies(to: "/y", context: ["aws:PrincipalTag/none": ["z"]]))
    #expect(try !sample.applies(to: "/z", context: ["aws:PrincipalTag/none": ["z"]]))
  }

  @Test func `the reason names a variable that has no value`() throws {
    let resource = try PolicySample(#""Resource":"\#(arn)/${aws:username}""#)
    #expect(try resource.result().mismatch?.hasSuffix("; the request has no value for ${aws:username}") == true)
    let condition = try PolicySample(condition: #"{"StringEquals":{"aws:PrincipalType":"${aws:username}"}}"#)
    #expect(
      try condition.result().mismatch
        == "StringEquals aws:PrincipalType: the request has \"AssumedRole\"; the request has no value for ${aws:username}"
    )
    #expect(
      try PolicySample(condition: #"{"StringEquals":{"aws:PrincipalType":"${aws:SourceIp}"}}"#).policy
        .keysWithoutValue(in: PolicyContext()) == ["aws:SourceIp"])
  }

  @Test(arguments: [
    ("${aws:usernam}", "names no supported condition key"), ("${}", "names no supported condition key"),
    ("${aws:username", "closing brace"),
    ("${aws:username, guest}", "single quotes"), ("${aws:username, 'a'b'}", "closing brace"),
    ("${aws:username, '}", "closing brace"), ("${aws:PrincipalOrgPaths}", "several values"),
    ("${aws:TagKeys, 'x'}", "several values"), ("${**}", "names no supported condition key"),
    ("${ aws:username}", "space"), ("${aws:username , 'x'}", "space"), ("${aws:PrincipalTag/team }", "space"),
    ("${aws:PrincipalTag/${aws:username}}", "contains another"),
  ])
  func `an invalid variable is an error that names it`(text: String, reason: String) {
    for elements in [
      #""Resource":"\#(arn)/\#(text)""#, #""Condition":{"StringLike":{"vpc-lattice-svcs:RequestPath":"/\#(text)"}}"#,
      #""Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1:\#(text)"}}"#,
    ] {
      let error = #expect(throws: AuthPolicyError.self) { try PolicySample(elements) }
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: [
    "arn:aws:vpc-lattice:${aws:RequestedRegion}:1:service/svc-1/*", "${aws:username}", "*/${aws:username}",
  ])
  func `a variable is allowed only after the fifth colon of a resource`(resource: String) {
    let error = #expect(throws: AuthPolicyError.self) { try PolicySample(#""Resource":"\#(resource)""#) }
    #expect(error?.message.contains("fifth colon") == true)
  }

  @Test(arguments: ["/a%${aws:username}", "/a%4${aws:username}", "/${aws:username}/..", "/${aws:username}/../../x"])
  func `a variable is neither part of an escape nor removed by dots`(path: String) {
    #expect(throws: AuthPolicyError.self) { try PolicySample(#""Resource":"\#(arn)\#(path)""#) }
  }
}
