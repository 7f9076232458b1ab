import LocalAWS
import SigV4
import Testing

/// Every operator of IAM's conditions, with each of its forms.
@Suite struct ConditionOperatorTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let listed: String
    /// The values of the request; none if the key is absent.
    let sent: [String]
    let isMet: Bool

    init(_ name: String, _ listed: String, _ sent: [String], _ isMet: Bool) {
      (self.name, self.listed, self.sent, self.isMet) = (name, listed, sent, isMet)
    }

    var testDescription: String { "\(name) \(listed) of \(sent)" }
  }

  static let rows: [Row] = [
    strings, numbers, dates, booleans, bytes, addresses, arns, nulls, absences, negatedAbsences, sets,
  ].flatMap(\.self)

  private static let strings: [Row] = [
    Row("StringEquals", #""blue""#, ["blue"], true), Row("StringEquals", #""blue""#, ["Blue"], false),
    Row("StringEquals", #"["red","blue"]"#, ["blue"], true), Row("StringEquals", #""b*""#, ["blue"], false),
    Row("StringEquals", #""""#, [""], true), Row("StringEquals", "5", ["5"], true),
    Row("StringEquals", "true", ["true"], true), Row("StringEquals", "1.50", ["1.5"], false),
    Row("StringNotEquals", #""blue""#, ["blue"], false), Row("StringNotEquals", #"["red","blue"]"#, ["green"], true),
    Row("StringNotEquals", #"["red","blue"]"#, ["red"], false),
    Row("StringEqualsIgnoreCase", #""BLUE""#, ["blue"], true),
    Row("StringEqualsIgnoreCase", #""red""#, ["blue"], false),
    Row("StringNotEqualsIgnoreCase", #""BLUE""#, ["blue"], false),
    Row("StringNotEqualsIgnoreCase", #""red""#, ["blue"], true),
    Row("StringLike", #""b*e""#, ["blue"], true), Row("StringLike", #""b?e""#, ["blue"], false),
    Row("StringLike", #""b??e""#, ["blue"], true), Row("StringLike", #""B*""#, ["blue"], false),
    Row("StringLike", #""**""#, [""], true), Row("StringLike", #""?""#, [""], false),
    Row("StringNotLike", #""b*""#, ["blue"], false), Row("StringNotLike", #""r*""#, ["blue"], true),
  ]

  private static let numbers: [Row] = [
    Row("NumericEquals", #""10""#, ["10"], true), Row("NumericEquals", "10", ["10.0"], true),
    Row("NumericEquals", #"["1","2"]"#, ["2"], true), Row("NumericEquals", #""10""#, ["11"], false),
    Row("NumericEquals", #""10""#, ["ten"], false), Row("NumericEquals", #""-1.5e1""#, ["-15"], true),
    Row("NumericEquals", #""10""#, ["0xA"], false),
    Row("NumericEquals", "9007199254740993", ["9007199254740992"], false),
    Row("NumericLessThan", "9007199254740993", ["9007199254740992"], true),
    Row("NumericEquals", #""0.1""#, ["0.10000000000000000001"], false),
    Row("NumericEquals", #""100""#, ["1e2"], true), Row("NumericEquals", #""0""#, ["-0.00"], true),
    Row("NumericEquals", #""0.05""#, ["5E-2"], true), Row("NumericLessThan", #""-1""#, ["-1.5"], true),
    Row("NumericLessThan", #""0""#, ["-0.1"], true), Row("NumericLessThan", #""1""#, ["-10"], true),
    Row("NumericLessThan", #""-10""#, ["-9"], false), Row("NumericLessThan", #""0.2""#, ["0.15"], true),
    Row("NumericEquals", #""1""#, ["1."], true), Row("NumericEquals", #""1""#, ["."], false),
    Row("NumericEquals", #""1""#, ["1e"], false), Row("NumericEquals", #""1""#, ["1 "], false),
    Row("NumericNotEquals", #""10""#, ["11"], true), Row("NumericNotEquals", #""10""#, ["10"], false),
    Row("NumericLessThan", #""10""#, ["9"], true), Row("NumericLessThan", #""10""#, ["10"], false),
    Row("NumericLessThanEquals", #""10""#, ["10"], true), Row("NumericLessThanEquals", #""10""#, ["11"], false),
    Row("NumericGreaterThan", #""10""#, ["11"], true), Row("NumericGreaterThan", #""10""#, ["10"], false),
    Row("NumericGreaterThanEquals", #""10""#, ["10"], true), Row("NumericGreaterThanEquals", #""10""#, ["9.9"], false),
    Row("NumericGreaterThan", #""9""#, ["10"], true), Row("NumericLessThan", #""5""#, [""], false),
  ]

  private static let dates: [Row] = [
    Row("DateEquals", #""2026-02-03T04:05:06Z""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateEquals", #""2026-02-03T05:05:06+01:00""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateEquals", #""1770091506""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateEquals", #""2026""#, ["2026-01-01"], true),
    Row("DateEquals", #""2026-02""#, ["2026-02-01T00:00Z"], true),
    Row("DateEquals", #""2026-02-03T04:05Z""#, ["2026-02-03T04:05:00.000Z"], true),
    Row("DateNotEquals", #""2026-02-03T04:05:06Z""#, ["2026-02-03T04:05:06Z"], false),
    Row("DateNotEquals", #""2026-02-03""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateLessThan", #""2026-02-03T04:05:07Z""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateLessThan", #""2026-02-03T04:05:06Z""#, ["2026-02-03T04:05:06Z"], false),
    Row("DateLessThanEquals", #""2026-02-03T04:05:06Z""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateLessThanEquals", #""2026-02-03T04:05:05Z""#, ["2026-02-03T04:05:06Z"], false),
    Row("DateGreaterThan", #""2026-02-03""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateGreaterThan", #""2026-02-03T04:05:06Z""#, ["2026-02-03T04:05:06Z"], false),
    Row("DateGreaterThanEquals", #""2026-02-03T04:05:06Z""#, ["2026-02-03T04:05:06Z"], true),
    Row("DateGreaterThanEquals", #""2027""#, ["2026-02-03T04:05:06Z"], false),
    Row("DateGreaterThan", #""2026""#, ["tomorrow"], false),
  ]

  private static let booleans: [Row] = [
    Row("Bool", #""true""#, ["true"], true), Row("Bool", "true", ["true"], true),
    Row("Bool", #""True""#, ["TRUE"], true),
    Row("Bool", #""true""#, ["false"], false), Row("Bool", "false", ["false"], true),
    Row("Bool", #""true""#, ["1"], false),
  ]

  private static let bytes: [Row] = [
    Row("BinaryEquals", #""Ymx1ZQ==""#, ["blue"], true), Row("BinaryEquals", #""Ymx1ZQ==""#, ["Ymx1ZQ=="], false),
    Row("BinaryEquals", #"["cmVk","Ymx1ZQ=="]"#, ["blue"], true), Row("BinaryEquals", #""Ymx1ZQ==""#, ["Blue"], false),
  ]

  private static let addresses: [Row] = [
    Row("IpAddress", #""203.0.113.0/24""#, ["203.0.113.255"], true),
    Row("IpAddress", #""203.0.113.0/24""#, ["203.0.114.0"], false),
    Row("IpAddress", #""203.0.113.9""#, ["203.0.113.9"], true),
    Row("IpAddress", #""203.0.113.9""#, ["203.0.113.8"], false),
    Row("IpAddress", #""203.0.113.7/24""#, ["203.0.113.200"], true),
    Row("IpAddress", #""0.0.0.0/0""#, ["8.8.8.8"], true),
    Row("IpAddress", #""203.0.113.128/25""#, ["203.0.113.127"], false),
    Row("IpAddress", #""2001:DB8:1234:5678::/64""#, ["2001:db8:1234:5678:9::1"], true),
    Row("IpAddress", #""2001:db8::/33""#, ["2001:db8:8000::"], false), Row("IpAddress", #""::/0""#, ["1.2.3.4"], false),
    Row("IpAddress", #"["10.0.0.0/8","2001:db8::/32"]"#, ["2001:db8::7"], true),
    Row("IpAddress", #""10.0.0.0/8""#, ["host"], false),
    Row("NotIpAddress", #""203.0.113.0/24""#, ["203.0.113.1"], false),
    Row("NotIpAddress", #"["203.0.113.0/24","10.0.0.0/8"]"#, ["192.0.2.1"], true),
  ]

  private static let arns: [Row] = [("ArnEquals", "ArnNotEquals"), ("ArnLike", "ArnNotLike")].flatMap {
    (name: String, negated: String) -> [Row] in
    [
      Row(name, #""arn:aws:iam::123456789012:role/*""#, ["arn:aws:iam::123456789012:role/a/b:c"], true),
      Row(name, #""arn:aws:iam::123456789012:role/?""#, ["arn:aws:iam::123456789012:role/ab"], false),
      Row(name, #""arn:aws:iam::*:role/a""#, ["arn:aws:iam::1:x:role/a"], false),
      Row(name, #""arn:aws:s:*:1:f/*""#, ["arn:aws:s:us-east-2:9:store/abc:1:f/d"], false),
      Row(name, #""arn:*:*:*:*:*""#, ["arn:aws:iam::1:a:b:c"], true),
      Row(name, #""arn:*:*:*:*:*""#, ["arn:aws"], false),
      Row(name, #""arn:aws:iam::1:role/A""#, ["arn:aws:iam::1:role/a"], false),
      Row(negated, #""arn:aws:iam::1:role/*""#, ["arn:aws:iam::1:role/a"], false),
      Row(negated, #""arn:aws:iam::1:role/*""#, ["arn:aws:iam::2:role/a"], true),
    ]
  }

  private static let nulls: [Row] = [
    Row("Null", "true", [], true), Row("Null", #""true""#, ["x"], false), Row("Null", #""false""#, ["x"], true),
    Row("Null", "false", [], false), Row("Null", "false", [""], true),
  ]

  private static let operators: [(name: String, listed: String)] = [
    ("StringEquals", #""x""#), ("StringEqualsIgnoreCase", #""x""#), ("StringLike", #""*""#), ("NumericEquals", "1"),
    ("NumericLessThan", "1"), ("NumericLessThanEquals", "1"), ("NumericGreaterThan", "1"),
    ("NumericGreaterThanEquals", "1"), ("DateEquals", #""2026""#), ("DateLessThan", #""2026""#),
    ("DateLessThanEquals", #""2026""#), ("DateGreaterThan", #""2026""#), ("DateGreaterThanEquals", #""2026""#),
    ("Bool", "true"), ("BinaryEquals", #""eA==""#), ("IpAddress", #""0.0.0.0/0""#), ("ArnEquals", #""arn:*:*:*:*:*""#),
    ("ArnLike", #""arn:*:*:*:*:*""#),
  ]

  private static let negatedOperators: [(name: String, listed: String)] = [
    ("StringNotEquals", #""x""#), ("StringNotEqualsIgnoreCase", #""x""#), ("StringNotLike", #""*""#),
    ("NumericNotEquals", "1"), ("DateNotEquals", #""2026""#), ("NotIpAddress", #""0.0.0.0/0""#),
    ("ArnNotEquals", #""arn:*:*:*:*:*""#), ("ArnNotLike", #""arn:*:*:*:*:*""#),
  ]

  private static let absences: [Row] = operators.flatMap { (name: String, listed: String) -> [Row] in
    [
      Row(name, listed, [], false), Row(name + "IfExists", listed, [], true),
      Row("ForAnyValue:" + name, listed, [], false), Row("ForAnyValue:\(name)IfExists", listed, [], true),
      Row("ForAllValues:" + name, listed, [], true), Row("ForAllValues:\(name)IfExists", listed, [], true),
    ]
  }

  private static let negatedAbsences: [Row] = negatedOperators.flatMap { (name: String, listed: String) -> [Row] in
    [
      Row(name, listed, [], true), Row(name + "IfExists", listed, [], true),
      Row("ForAnyValue:" + name, listed, [], false), Row("ForAllValues:" + name, listed, [], true),
    ]
  }

  private static let sets: [Row] = [
    Row("ForAnyValue:StringEquals", #"["a","b"]"#, ["b", "c"], true),
    Row("ForAnyValue:StringEquals", #""a""#, ["b"], false),
    Row("ForAnyValue:StringNotEquals", #""a""#, ["a", "b"], true),
    Row("ForAnyValue:StringNotEquals", #""a""#, ["a"], false),
    Row("ForAllValues:StringEquals", #"["a","b"]"#, ["a", "b"], true),
    Row("ForAllValues:StringEquals", #"["a","b"]"#, ["a", "c"], false),
    Row("ForAllValues:StringNotEquals", #""a""#, ["b", "c"], true),
    Row("ForAllValues:StringNotEquals", #""a""#, ["a", "b"], false),
    Row("ForAllValues:StringEquals", #""a""#, [""], true), Row("ForAnyValue:StringEquals", #""""#, [""], false),
    Row("ForAnyValue:StringLike", #""b*""#, ["red", "blue"], true),
    Row("ForAllValues:NumericLessThan", "10", ["1", "9"], true),
    Row("ForAllValues:NumericLessThan", "10", ["1", "10"], false),
    Row("ForAnyValue:DateLessThan", #""2026""#, ["2025", "2027"], true),
    Row("ForAllValues:Bool", "true", ["true", "false"], false),
    Row("ForAnyValue:Bool", "true", ["true", "false"], true),
    Row("ForAnyValue:BinaryEquals", #""eA==""#, ["y", "x"], true),
    Row("ForAllValues:IpAddress", #""10.0.0.0/8""#, ["10.1.1.1", "10.2.2.2"], true),
    Row("ForAnyValue:NotIpAddress", #""10.0.0.0/8""#, ["10.1.1.1", "11.2.2.2"], true),
    Row("ForAnyValue:ArnLike", #""arn:aws:iam::1:role/*""#, ["arn:aws:iam::2:role/a", "arn:aws:iam::1:role/a"], true),
    Row("ForAllValues:ArnNotEquals", #""arn:aws:iam::1:role/*""#, ["arn:aws:iam::2:role/a"], true),
    Row("StringEqualsIfExists", #""a""#, ["b"], false), Row("StringNotEqualsIfExists", #""a""#, ["a"], false),
    Row("StringEquals", #""b""#, ["a", "b"], false), Row("StringNotEquals", #""b""#, ["a", "b"], false),
    Row("StringEquals", #"["a","b"]"#, ["a", "b"], true), Row("StringNotEquals", #""c""#, ["a", "b"], true),
  ]

  @Test(arguments: [
    ("StringEquals", ["good", "bad"], true), ("StringNotEquals", ["good", "bad"], true),
    ("StringNotEquals", ["bad", "good"], true), ("StringNotEquals", ["good", "good"], false),
    ("StringEquals", ["bad", "bad"], false), ("StringNotLike", ["good", "bad"], true), ("StringNotEquals", [], true),
  ])
  func `an operator for one value denies if any of several values fits`(
    name: String, sent: [String], isDenied: Bool
  ) throws {
    for (key, target) in [
      ("RequestHeader/x", "/"), ("RequestQueryString/a", "/?" + sent.map { "a=\($0)" }.joined(separator: "&")),
    ] {
      let condition = #""Condition":{"\#(name)":{"vpc-lattice-svcs:\#(key)":"good"}}"#
      let sample = try PolicySample(condition, effect: "Deny")
      #expect(try sample.applies(to: target, headers: sent.map { HeaderField("X", $0) }) == isDenied)
    }
  }

  @Test(arguments: rows)
  func `an operator compares the request's values with those of the policy`(row: Row) throws {
    let sample = try PolicySample(condition: #"{"\#(row.name)":{"aws:PrincipalTag/x":\#(row.listed)}}"#)
    #expect(try sample.applies(context: ["aws:PrincipalTag/x": row.sent]) == row.isMet)
    let header = try PolicySample(condition: #"{"\#(row.name)":{"vpc-lattice-svcs:RequestHeader/x":\#(row.listed)}}"#)
    #expect(try header.applies(headers: row.sent.map { HeaderField("X", $0) }) == row.isMet)
  }

  @Test(arguments: [
    "StringEqual", "stringEquals", "StringEqualsIfExist", "NullIfExists", "ForAnyValue:Null", "ForAllValues:Null",
    "ForSomeValue:StringEquals", "ForAnyValue:", "IfExists", "StringEqualsIfExistsIfExists", "NotBool",
    "BinaryNotEquals",
    "NumericLike", "ForAnyValue:ForAnyValue:StringEquals", "StringEquals ", "String\u{212A}",
  ])
  func `an operator that doesn't exist is an error that names it`(name: String) {
    let error = #expect(throws: AuthPolicyError.self) {
      try PolicySample(condition: #"{"\#(name)":{"aws:PrincipalType":"true"}}"#)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message == "statement 1 has the condition operator \(name.debugDescription), which doesn't exist")
  }

  @Test(arguments: [
    ("NumericEquals", #""ten""#, "a number"), ("NumericLessThan", #""0x1""#, "a number"),
    ("NumericEquals", #""nan""#, "a number"),
    ("NumericEquals", #""1e999""#, "a number"), ("NumericEquals", #""""#, "a number"),
    ("NumericEquals", "true", "a number"),
    ("DateGreaterThan", #""20991231""#, "9 to 11 digits"), ("DateGreaterThan", "0", "9 to 11 digits"),
    ("DateGreaterThan", #""20991231000000""#, "9 to 11 digits"), ("DateEquals", #""tomorrow""#, "a date"),
    ("DateLessThan", #""2026-02-30""#, "a date"),
    ("DateEquals", #""2026-02-03T04:05:06""#, "a date"), ("DateEquals", #""2026-02-03*""#, "a date"),
    ("Bool", #""yes""#, "neither true nor false"), ("Bool", "1", "neither true nor false"),
    ("Null", #""x""#, "neither true nor false"), ("BinaryEquals", #""a b""#, "Base64"),
    ("IpAddress", #""10.0.0.0/33""#, "IP address"), ("IpAddress", #""10.0.0/8""#, "IP address"),
    ("NotIpAddress", #""::1/129""#, "IP address"), ("IpAddress", #""10.0.0.*""#, "IP address"),
    ("IpAddress", #""10.0.0.1\u0000x""#, "IP address"), ("IpAddress", #""10.0.0.0/ 8""#, "IP address"),
    ("ArnLike", #""*""#, "ARN of six parts"), ("ArnEquals", #""arn:aws:iam""#, "ARN of six parts"),
    ("NumericEquals", #""${aws:EpochTime}""#, "a number"), ("DateEquals", #""${aws:CurrentTime}""#, "a date"),
    ("IpAddress", #""${aws:SourceIp}""#, "IP address"),
    ("Null", #""${aws:SecureTransport}""#, "neither true nor false"),
  ])
  func `a value of another type than the operator's is an error that names both`(
    name: String, value: String, reason: String
  ) {
    let error = #expect(throws: AuthPolicyError.self) {
      try PolicySample(condition: #"{"\#(name)":{"aws:PrincipalTag/x":[\#(value)]}}"#)
    }
    #expect(error?.code == .malformed)
    let message = error?.message ?? ""
    #expect(message.hasPrefix("statement 1 has ") && message.contains("\(name) aws:PrincipalTag/x: "), "\(message)")
    #expect(message.contains(reason), "\(message)")
  }
}
