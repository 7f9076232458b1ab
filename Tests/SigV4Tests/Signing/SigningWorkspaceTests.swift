import Testing

@testable import SigV4

/// The buffers that a thread keeps between signatures.
@Suite struct SigningWorkspaceTests {
  private static let large = String(repeating: "a ", count: 4_000_000)

  /// Requests that are large in one part each.
  private static let requests: [SignableRequest] = [
    SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("x", large)]),
    SignableRequest(
      method: "GET", target: "/" + large.replacing(" ", with: "/"), headers: [HeaderField("Host", "h")]),
    SignableRequest(
      method: "GET", target: "/?a=" + large.replacing(" ", with: "%20"), headers: [HeaderField("Host", "h")]),
    SignableRequest(
      method: "GET", target: "/?" + String(repeating: "a&", count: 100_000), headers: [HeaderField("Host", "h")]),
    SignableRequest(
      method: "GET", target: "/",
      headers: [HeaderField("Host", "h")] + (0..<100_000).map { HeaderField("x\($0)", "") }),
    SignableRequest(method: String(repeating: "A", count: 4_000_000), target: "/", headers: [HeaderField("Host", "h")]),
    // Large in a header that isn't signed, and in a path that normalization makes short.
    SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("User-Agent", large)]),
    SignableRequest(
      method: "GET", target: "/" + String(repeating: "a/../", count: 1_000_000), headers: [HeaderField("Host", "h")]),
    // One that can't be signed, when much of it has been read.
    SignableRequest(
      method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("x", large), HeaderField("", "")]),
  ]

  @Test(arguments: requests.indices)
  func `a thread gives back the memory that a large request took`(index: Int) throws {
    let request = Self.requests[index]
    let sample = SignedSample()
    // In one function without suspension, so that all of it is on one thread.
    var (inHeaders, inQuery) = (request, request)
    let signer = Signer(service: sample.service, region: "us-west-2")
    _ = try? signer.sign(&inHeaders, payload: .empty, with: sample.credentials, at: SignedSample.time)
    try expectSmall()
    _ = try? signer.presign(&inQuery, validFor: .seconds(60), with: sample.credentials, at: SignedSample.time)
    try expectSmall()
    var limits = Verifier.Limits()
    (limits.headerBytes, limits.targetBytes, limits.headerCount) = (Int.max, Int.max, Int.max)
    let verifier = Verifier(service: sample.service, nonCanonicalTargets: .accepted, limits: limits)
    _ = verifier.refusal(of: inHeaders, with: sample.credentials)
    try expectSmall()
    _ = try? verifier.claim(of: inHeaders, at: SignedSample.time)
    try expectSmall()
    // And what is left still serves.
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
  }

  private func expectSmall() throws {
    try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let large = [
        workspace.canonical.text.isLarge, workspace.target.isLarge, workspace.canonical.headers.text.isLarge,
        workspace.canonical.query.text.isLarge,
      ]
      #expect(large == [false, false, false, false], "buffer, target, headers, query")
    }
  }
}
