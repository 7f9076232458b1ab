import LocalAWS
import SigV4
import Testing

/// Paths and query parameters of policies, written in other forms than those of requests.
@Suite struct AuthPolicyFormsTests {
  private func policy(denying elements: String) throws -> AuthPolicy {
    let allow = #"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
    let deny = #"{"Effect":"Deny","Principal":"*","Action":"*",\#(elements)}"#
    return try AuthPolicy(json: #"{"Statement":[\#(allow),\#(deny)]}"#)
  }

  private func isDenied(_ target: String, by elements: String) throws -> Bool {
    let request = SignableRequest(method: "GET", target: target, headers: [])
    let question = try AuthPolicy.Request(
      principal: .anonymous, service: LatticeService.exampleARN, request: request)
    return try policy(denying: elements).decision(for: question) == .explicitlyDenied
  }

  private func condition(_ name: String, _ key: String, _ value: String) -> String {
    #""Resource":"*","Condition":{"\#(name)":{"vpc-lattice-svcs:\#(key)":"\#(value)"}}"#
  }

  /// The statements that deny `path`, whose wildcards have their meaning.
  private func denials(of path: String) -> [String] {
    [
      #""Resource":"*\#(path)""#, #""Resource":"\#(LatticeService.exampleARN)\#(path)""#,
      #""Resource":"arn:*:service/svc-*\#(path)""#, condition("StringLike", "RequestPath", path),
      condition("ForAnyValue:StringLikeIfExists", "requestpath", path),
    ]
  }

  static let forms: [(policy: [String], requests: [String])] = [
    (
      ["/a:b", "/a%3Ab", "/a%3ab", "/%61:b", "//a:b", "/./a%3Ab"],
      ["/a:b", "/a%3Ab", "/a%3ab", "//%61%3Ab", "/x/../a:b"]
    ),
    (["/café", "/caf%c3%a9", "/caf%C3%A9", "/%63afé"], ["/café", "/caf%c3%a9", "/caf%C3%A9", "/./caf%C3%a9?x"]),
    (["/a b", "/a%20b", "/%61 b"], ["/a b", "/a%20b", "/a%20%62"]),
    (["/A", "/%41"], ["/A", "/%41"]), (["/100%", "/100%25"], ["/100%", "/100%25"]),
    (["/%2A", "/%2a"], ["/*", "/%2A", "/%2a"]), (["/%3F", "/%3f"], ["/%3F", "/%3f"]),
    (["/a%2Fb", "/a%2fb"], ["/a%2Fb", "/a%2fb"]), (["/a/", "/a//", "/x/../a/", "/a/./"], ["/a/", "//a//"]),
    (["/%25", "/%"], ["/%", "/%25"]), (["/a\u{301}", "/a%CC%81"], ["/a\u{301}", "/a%cc%81"]),
    (["/\u{E000}", "/%EE%80%80"], ["/\u{E000}", "/%ee%80%80"]), (["/\u{F0041}"], ["/\u{F0041}"]),
  ]

  /// Deny statements whose path looks like the end of an ARN.
  @Test(arguments: [
    ("*/%41:service/y/z", "/A:service/y/z"), ("*//x:service/y/z", "/x:service/y/z"),
    ("*/:service/%20.../%25", "/:service/%20.../%25"), ("*/a/:service/%62/c", "/a/:service/b/c"),
  ])
  func `a path that contains the words of an ARN is denied in every form`(resource: String, path: String) throws {
    #expect(try isDenied(path, by: #""Resource":"\#(resource)""#))
  }

  @Test(arguments: forms.indices)
  func `a policy that denies a path in one form denies every form of it`(index: Int) throws {
    let form = Self.forms[index]
    for path in form.policy {
      for request in form.requests {
        for denial in denials(of: path) { #expect(try isDenied(request, by: denial), "\(request) by \(denial)") }
        for name in ["StringEquals", "StringEqualsIgnoreCase"] {
          #expect(try isDenied(request, by: condition(name, "RequestPath", path)), "\(request) by \(path)")
        }
      }
    }
  }

  @Test(arguments: [
    ("/a?b", "/a b", true), ("/a?b", "/a%3ab", true), ("/a?b", "/axb", true), ("/a?b", "/ab", false),
    ("/a?b", "/axxb", false), ("/caf??", "/café", true), ("/caf?", "/café", false), ("/a%3a*", "/a:xyz", true),
    ("/%61*", "/axyz", true), ("/*%3Fx", "/a%3fx", true), ("/*%3Fx", "/abx", false), ("/%2A", "/x", false),
    ("/%3F", "/x", false), ("/a%20*", "/a bc", true), ("//x/*", "/x/y", true), ("/*//x", "/y/x", true),
    ("/x/../y/*", "/y/z", true), ("/*/x/%2e./y", "/a/y", true), ("/x?*", "/x", false), ("/*?0", "/%20", false),
    ("/a?\u{301}", "/ax\u{301}", true),
    ("/*.*", "/a.b", true), ("/a/*/", "/a/b/", true), ("/a/*/", "/a/b", false), ("/%2Fa", "/a", false),
  ])
  func `wildcards of a path match characters and escaped bytes`(path: String, target: String, isMatched: Bool) throws {
    for denial in denials(of: path) { #expect(try isDenied(target, by: denial) == isMatched, "\(denial)") }
  }

  @Test(arguments: [
    ("*:b", "/a%3Ab", true), ("*%3ab", "/a:b", true), ("*", "/a", true), ("*/./a", "/a", true),
    ("arn:*/a%3Ab", "/a:b", true),
    ("\(LatticeService.exampleARN)/x/../../a", "/a", true),
    ("arn:aws:vpc-lattice:us-west-2:123456789012:service/*", "/a", true),
  ])
  func `a resource is an ARN and a path`(resource: String, target: String, isMatched: Bool) throws {
    #expect(try isDenied(target, by: #""Resource":"\#(resource)""#) == isMatched)
  }

  static let values: [(policy: [String], requests: [String])] = [
    (["light blue", "light%20blue", "l%69ght blue"], ["light blue", "light%20blue", "light%20bl%75e"]),
    (["1+2", "1%2B2", "1%2b2"], ["1+2", "1%2B2", "1%2b2"]), (["a&b", "a%26b"], ["a%26b"]),
    (["é", "%c3%a9"], ["é", "%C3%A9"]), (["100%", "100%25"], ["100%", "100%25"]), ([""], [""]),
    (["a=b", "a%3Db"], ["a=b", "a%3Db"]), (["%2A", "%2a"], ["*", "%2A"]), (["%3F"], ["?", "%3F"]),
    (["a#b", "a%23b"], ["a%23b"]),
  ]

  @Test(arguments: values.indices)
  func `a policy that denies a parameter in one form denies every form of it`(index: Int) throws {
    let form = Self.values[index]
    for value in form.policy {
      for request in form.requests {
        for name in ["StringEquals", "StringLike", "StringEqualsIgnoreCase"] {
          for (key, sent) in [
            ("colour", "colour"), ("C%6Flour", "%63olour"), ("a%3ab", "a:b"), ("a:b", "a%3ab"), ("a*", "a%2A"),
          ] {
            let denial = condition(name, "RequestQueryString/\(key)", value)
            #expect(try isDenied("/?x&\(sent)=\(request)&y", by: denial), "\(sent)=\(request) by \(denial)")
            #expect(try !isDenied("/?x&other=\(request)&y", by: denial))
          }
        }
      }
    }
  }

  @Test(arguments: [
    ("l?ght*", "light%20blue", true), ("light?blue", "light%20blue", true), ("light?blue", "light%20%20blue", false),
    ("*%20*", "light blue", true), ("%2A*", "*x", true), ("%2A*", "xx", false), ("*%3f", "x?", true),
    ("*%3f", "xy", false),
  ])
  func `wildcards of a parameter match characters and escaped bytes`(
    value: String, sent: String, isMatched: Bool
  ) throws {
    #expect(try isDenied("/?a=\(sent)", by: condition("StringLike", "RequestQueryString/a", value)) == isMatched)
  }

  /// Bytes that aren't UTF-8 are compared as they are, not as U+FFFD.
  @Test func `bytes that aren't UTF-8 are compared as bytes`() throws {
    #expect(try isDenied("/%fe", by: condition("StringEquals", "RequestPath", "/%FE")))
    #expect(try !isDenied("/%ff", by: condition("StringEquals", "RequestPath", "/%FE")))
    #expect(try isDenied("/?a=%fd", by: condition("StringLike", "RequestQueryString/a", "%FD")))
    #expect(try !isDenied("/?a=%fc", by: condition("StringLike", "RequestQueryString/a", "%FD")))
  }

  @Test(arguments: [
    ("\"Resource\":\"*/../y\"", "Resource", "removes a wildcard"),
    ("\"Resource\":[\"*\",\"arn:*:service/a/%2e%2E/y\"]", "Resource", "removes a wildcard"),
    ("\"Resource\":\"*/a%2*\"", "Resource", "an escape contains"),
    ("\"Resource\":\"*/a%?0\"", "Resource", "an escape contains"),
    ("\"Resource\":\"*/a#b\"", "Resource", "#"), ("\"Resource\":\"*/a\\u0001\"", "Resource", "control character"),
    ("\"Resource\":\"*/%FF\"", "Resource", "UTF-8"),
    (
      #""Resource":"*","Condition":{"StringEquals":{"vpc-lattice-svcs:RequestPath":["/","admin"]}}"#, "RequestPath", "/"
    ),
    (#""Resource":"*","Condition":{"StringEquals":{"vpc-lattice-svcs:RequestPath":"/a?b"}}"#, "RequestPath", "%3F"),
    (#""Resource":"*","Condition":{"StringLike":{"vpc-lattice-svcs:RequestPath":"*/../b"}}"#, "StringLike", ".."),
    (#""Resource":"*","Condition":{"StringLike":{"vpc-lattice-svcs:RequestPath":"http://a/*"}}"#, "StringLike", "/"),
    (#""Resource":"*","Condition":{"StringLike":{"vpc-lattice-svcs:RequestQueryString/a":"%4?"}}"#, "/a", "%25"),
  ])
  func `a text without a canonical form is malformed, and the error names its place`(
    elements: String, place: String, reason: String
  ) {
    let error = #expect(throws: AuthPolicyError.self) { try policy(denying: elements) }
    #expect(error?.code == .malformed)
    let message = error?.message ?? ""
    #expect(message.hasPrefix("statement 2 has ") && message.contains(place) && message.contains(reason), "\(message)")
  }

  @Test(arguments: ["", "*", "admin", "http://h/admin", "/a#b", "/a\u{1}", "?"])
  func `a request whose target isn't a path has no decision`(target: String) {
    let error = #expect(throws: SigningError.self) {
      try AuthPolicy.Request(
        principal: .session, service: LatticeService.exampleARN,
        request: SignableRequest(method: "GET", target: target, headers: []))
    }
    #expect(error?.code == .invalidTarget)
  }
}
