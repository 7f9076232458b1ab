import SigV4
import Testing

@Suite struct CanonicalTargetTests {
  private func target(_ text: String, _ service: SigningService = .vpcLattice) throws -> CanonicalTarget {
    try CanonicalTarget(text, for: service)
  }

  @Test(arguments: [
    "//admin", "///admin", "/./admin", "/a/../admin", "/a/b/../../admin", "/../admin", "/%61dmin", "/%61%64%6D%69%6e",
    "/%2e/admin", "/a/%2e%2e/admin", "/a/.%2E/admin", "/.//admin?b=c", "/admin/.", "/admin/x/..",
  ])
  func `every form of a path that is verified as one has one path to route by`(text: String) throws {
    #expect(try target(text).path == "/admin")
    #expect(try target(text).pathSegments == ["admin"])
  }

  @Test(arguments: [
    ("/", "/", [""]), ("/..", "/", [""]), ("/a/", "/a/", ["a", ""]), ("/a/../", "/", [""]), ("/a b", "/a%20b", ["a b"]),
    ("/a%20b/c", "/a%20b/c", ["a b", "c"]), ("/a%2fb", "/a%2Fb", ["a/b"]), ("/x%3Ay%40z", "/x:y@z", ["x:y@z"]),
    ("/x:y@z", "/x:y@z", ["x:y@z"]), ("/%252e", "/%252e", ["%2e"]), ("/100%", "/100%25", ["100%"]),
    ("/ä", "/%C3%A4", ["ä"]), ("/%ff", "/%FF", ["\u{FFFD}"]), ("/À", "/%C3%80", ["À"]), ("/a+b", "/a+b", ["a+b"]),
    ("/a%2Bb", "/a+b", ["a+b"]),
    ("/%3f%23%5b", "/%3F%23%5B", ["?#["]), ("/a?b/../c", "/a", ["a"]), ("/a?\u{301}", "/a", ["a"]),
  ])
  func `a path is written in one way, and its segments are decoded`(
    text: String, path: String, segments: [String]
  ) throws {
    #expect(try target(text).path == path)
    #expect(try target(text).pathSegments == segments)
  }

  @Test(arguments: [
    ("/a//b", "/a//b", ["a", "", "b"]), ("/a/../b/.", "/a/../b/.", ["a", "..", "b", "."]), ("//", "//", ["", ""]),
    ("/", "/", [""]), ("/a%20%61", "/a%20a", ["a a"]),
  ])
  func `the key of an S3 object keeps its slashes and dots`(text: String, path: String, segments: [String]) throws {
    #expect(try target(text, .s3).path == path)
    #expect(try target(text, .s3).pathSegments == segments)
  }

  @Test func `the query is sorted, encoded in one way, and has no signature`() throws {
    let target = try target("/?page=2&page=1&%66=a/b&g=1+2&g=%20&&h&X-Amz-Signature=00&=i")
    #expect(target.query == "=i&f=a%2Fb&g=%20&g=1%2B2&h=&page=1&page=2")
    #expect(target.parameters.map(\.name) == ["", "f", "g", "g", "h", "page", "page"])
    #expect(target.parameters.map(\.value) == ["i", "a/b", " ", "1+2", "", "1", "2"])
    #expect(try self.target("/?").query == "")
    #expect(try self.target("/").parameters.isEmpty)
  }

  /// Differences that a signature doesn't cover, although each target is in canonical form.
  @Test(arguments: [
    ("/?a=2&a=1", "/?a=1&a=2"), ("/?b=1&a=2", "/?a=2&b=1"), ("/?&a=1", "/?a=1"), ("/?a&", "/?a"), ("/?a&&b", "/?a&b"),
    ("/?a", "/?a="), ("/?", "/"), ("/?&", "/"), ("/?a=/", "/?a=%2F"), ("/?a=b=c", "/?a=b%3Dc"), ("/?a:b", "/?a%3Ab"),
  ])
  func `targets that differ in the form of their parameters alone verify as one`(sent: String, signed: String) throws {
    for service in [SigningService("service"), .s3] {
      let sample = SignedSample(service: service, target: signed)
      let verified = try sample.verifier.verify(
        sample.request { $0.target = sent }, payload: .empty, with: sample.credentials, at: SignedSample.time)
      let expected = try CanonicalTarget(signed, for: service)
      #expect(verified.target == expected)
      #expect(verified.target.parameters.map(\.value) == expected.parameters.map(\.value))
    }
  }

  @Test func `targets are compared in canonical form`() throws {
    #expect(try target("//a?c&b=1") == target("/a?b=1&c="))
    #expect(try target("/a?b=1") != target("/a?b=2"))
    #expect(try Set([target("/a/./b"), target("/a/b")]).count == 1)
  }

  @Test(arguments: ["", "a", "*", "?a", "http://h/a", "/a#b", "/a\rb", "/a\n", "/a\u{1}", "/a?\u{7F}", "/\0"])
  func `an invalid target is an error`(text: String) {
    let error = #expect(throws: SigningError.self) { try target(text) }
    #expect(error?.code == .invalidTarget)
  }

  @Test func `a session token isn't shown`() throws {
    let target = try target("/a?X-Amz-Security-Token=SECRETTOKEN")
    var dumped = ""
    dump(target, to: &dumped)
    #expect(!"\(target) \(String(reflecting: target)) \(dumped)".contains("SECRETTOKEN"))
    #expect(target.description == "/a?X-Amz-Security-Token=<redacted>")
  }

  @Test(arguments: SignedSample.all)
  func `a verified request gives the target that was signed`(sample: SignedSample) throws {
    var sample = sample
    sample.target = "/orders/a%20b?page=2&page=1&filter=a%2Fb"
    let verified = try Verifier(service: sample.service, nonCanonicalTargets: .accepted).verify(
      sample.request { if sample.service != .s3 { $0.target = "//x/.." + $0.target } }, payload: .empty,
      with: sample.credentials, at: SignedSample.time)
    #expect(verified.target.path == "/orders/a%20b")
    #expect(verified.target.pathSegments == ["orders", "a b"])
    let parameters = verified.target.parameters.filter { !$0.name.hasPrefix("X-Amz-") }
    #expect(parameters.map(\.name) == ["filter", "page", "page"])
    #expect(parameters.map(\.value) == ["a/b", "1", "2"])
    if sample.placement == .header { #expect(verified.target.query == "filter=a%2Fb&page=1&page=2") }
  }
}
