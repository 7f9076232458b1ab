import Testing

@testable import SigV4

/// The order of the known mistakes.
@Suite struct MistakeTests {
  /// A request, the change of it, and the mistakes that yield its signature.
  struct Overlap: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let sample: SignedSample
    /// Replacements in the canonical request that is signed.
    var signing: [String: String] = [:]
    /// A change after signing.
    var change: @Sendable (inout SignableRequest) throws -> Void = { _ in }
    /// A part of each explanation, in order.
    let mistakes: [String]
  }

  static let overlaps: [Overlap] = [
    Overlap(
      testDescription: "a path encoded once without dot segments", sample: SignedSample(target: "/a%20b"),
      signing: ["/a%2520b": "/a%20b"],
      mistakes: ["%20 becomes %2520.", "dot segments and repeated slashes", "signed decoded"]),
    Overlap(
      testDescription: "a query signed as empty", sample: SignedSample(target: "/?a=1"), signing: ["a=1": ""],
      mistakes: ["signed as empty", "signed without a", "signed without a"]),
    Overlap(
      testDescription: "a media type with a parameter",
      sample: SignedSample(headers: [HeaderField("Host", "h"), HeaderField("Content-Type", "text/plain")]),
      change: { try $0.change("Content-Type") { $0 + "; charset=utf-8" } },
      mistakes: ["sets its own", "appended to it"]),
    Overlap(
      testDescription: "an encoding appended to a list",
      sample: SignedSample(headers: [HeaderField("Host", "h"), HeaderField("Accept-Encoding", "gzip")]),
      change: { try $0.change("Accept-Encoding") { $0 + ", br" } },
      mistakes: ["a proxy or the HTTP client changed it", "appended to it"]),
    Overlap(
      testDescription: "a rewritten path with its first segment removed",
      sample: SignedSample(target: "/b"),
      change: {
        $0.target = "/v1/b"
        $0.add("X-Original-URI", "/b")
      }, mistakes: ["without its first segment", "x-original-uri"]),
  ]

  @Test(arguments: overlaps)
  func `of mistakes that yield the same signature, the first of the list explains it`(overlap: Overlap) throws {
    var request = try overlap.sample.request(signing: overlap.signing)
    try overlap.change(&request)
    let credentials = overlap.sample.credentials
    let check = try #require(SignatureCheck(Evidence(request, .empty, credentials: credentials)))
    let mistakes = Array(Mistake.explaining(MistakeContext(check, credentials)))
    #expect(mistakes.count == overlap.mistakes.count)
    for (mistake, words) in zip(mistakes, overlap.mistakes) {
      #expect(mistake.explanation.contains(words), "\(mistake.explanation)")
    }
    let diagnosis = SignatureDiagnosis(of: request, credentials: credentials)
    #expect(diagnosis.cause == mistakes.first?.cause)
    #expect(diagnosis.explanation == mistakes.first?.explanation)
  }
}
