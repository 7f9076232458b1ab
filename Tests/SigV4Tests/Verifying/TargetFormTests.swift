import SigV4
import Testing

@Suite struct TargetFormTests {
  private static let presigned = SignedSample(placement: .query)

  /// The outcome of a verifier that accepts targets in any form; any other verifier rejects them as not canonical.
  static let nonCanonical: [Trick] = [
    Trick("the parameters in lower case", .missingSignature, presigned) { $0.target = $0.target.lowercased() },
    Trick("a second signature in the query, with an escape in its name", .ambiguousSignature) {
      try $0.replaceInTarget("?", "?X%2DAmz%2DSignature=00&")
    },
    Trick("X-Amz-Signature twice, with an escape in the name", .ambiguousSignature, presigned) {
      $0.target += "&%58-Amz-Signature=00"
    },
    Trick("no signature", .missingSignature) {
      $0.remove("Authorization")
      $0.target = "/" + $0.target
    },
    Trick("a slash twice at the start", nil) { $0.target = "/" + $0.target },
    Trick("slashes twice", nil) { try $0.replaceInTarget("/orders/", "//orders//") },
    Trick("a dot segment at the start", nil) { $0.target = "/." + $0.target },
    Trick("a dot segment at the end", nil, SignedSample(target: "/")) { $0.target = "/." },
    Trick("a segment taken back", nil) { $0.target = "/public/.." + $0.target },
    Trick("a segment taken back at the end", nil, SignedSample(target: "/?a=b")) { $0.target = "/x/..?a=b" },
    Trick("dot segments that are removed", nil) { $0.target = "/x/.././" + $0.target.dropFirst() },
    Trick("escaped dots", .wrongSignature) { $0.target = "/x/%2e%2e/" + $0.target.dropFirst() },
    Trick("a letter of the path escaped", .wrongSignature) { try $0.replaceInTarget("/orders", "/%6Frders") },
    Trick("a letter of the path escaped before signing", nil, SignedSample(target: "/%61dmin")) { _ in },
    Trick("an escape of the path in lower case", .wrongSignature, SignedSample(target: "/a%2Fb")) {
      try $0.replaceInTarget("%2F", "%2f")
    },
    Trick("an escape of the query in lower case", nil) { try $0.replaceInTarget("a%2Fb", "a%2fb") },
    Trick("a letter of the query escaped", nil) { try $0.replaceInTarget("page=2", "p%61ge=2") },
    Trick("a plus for an escaped plus", nil, SignedSample(target: "/?a=1%2B2")) {
      try $0.replaceInTarget("%2B", "+")
    },
    Trick("a plus for a space", .wrongSignature, SignedSample(target: "/?a=1%202")) {
      try $0.replaceInTarget("%20", "+")
    },
    Trick("a semicolon for an escaped one", nil, SignedSample(target: "/?a=1%3Bb=2")) {
      try $0.replaceInTarget("%3B", ";")
    },
    Trick("semicolons for escaped ones in the signed headers", nil, presigned) {
      try $0.replaceInTarget("%3B", ";")
    },
    Trick("a space in the query", nil, SignedSample(target: "/?a=1%202")) { try $0.replaceInTarget("%20", " ") },
    Trick("a space in the path", nil, SignedSample(target: "/a b")) { _ in },
    Trick("a letter outside of ASCII", nil, SignedSample(target: "/ሴ")) { _ in },
    Trick("a percent sign alone", nil, SignedSample(target: "/100%")) { _ in },
    Trick("a percent sign before one digit", nil, SignedSample(target: "/?a=%4")) { _ in },
    Trick("a bracket", nil, SignedSample(target: "/?a[]=%4")) { _ in },
    Trick("a space in S3", nil, SignedSample(service: .s3, target: "/a b")) { _ in },
    Trick("a letter of an S3 key escaped", nil, SignedSample(service: .s3, target: "/%61")) { _ in },
  ]

  @Test(arguments: nonCanonical)
  func `a target that isn't in canonical form is rejected, unless the verifier accepts it`(trick: Trick) throws {
    #expect(try trick.outcome() == .nonCanonicalTarget)
    #expect(try trick.outcome(.accepted) == trick.code)
  }

  @Test(arguments: [
    "/", "/a/", "/a.b/..c/...", "/.well-known/x", "/a%2Fb/%20", "/~user/x:y@z/a;b=1,2/(c)!$&'*+", "/?", "/?a",
    "/?a=&b=c=d",
    "/?a=/b:c@d?e!$'()*,", "/?list-type=2&delimiter=/", "/a?b=//../.", "/%C3%A4?%C3%A4=%2B%20%3B%23",
  ])
  func `a target in canonical form is accepted`(target: String) throws {
    for service in [SigningService("service"), .s3] {
      let sample = SignedSample(service: service, target: target)
      #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
    }
  }

  @Test(arguments: ["/a//b", "//", "/./a", "/a/..", "/a/../b"])
  func `dot segments and repeated slashes are a part of a key in S3`(target: String) throws {
    let sample = SignedSample(service: .s3, target: target)
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
  }
}
