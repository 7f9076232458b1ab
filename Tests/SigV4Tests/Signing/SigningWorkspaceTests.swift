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
    // Requests with few bytes in many headers or parameters.
    SignableRequest(
      method: "GET", target: "/", headers: [HeaderField("Host", "h")] + (0..<5000).map { _ in HeaderField("x", "") }),
    SignableRequest(
      method: "GET", target: "/?" + String(repeating: "a&", count: 3000), headers: [HeaderField("Host", "h")]),
    // Large in a header that isn't signed, and in a path that normalization makes short.
    SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("User-Agent", large)]),
    SignableRequest(
      method: "GET", target: "/" + String(repeating: "a/../", count: 1_000_000), headers: [HeaderField("Host", "h")]),
    // A request that is rejected after much of it has been read.
    SignableRequest(
      method: "GET", target: "/", headers: [HeaderField("Host", "h"), HeaderField("x", large), HeaderField("", "")]),
  ]

  @Test(arguments: requests.indices)
  func `a thread frees the memory of a large request`(index: Int) throws {
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
    // The workspace still works.
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
  }

  private func expectSmall() throws {
    try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let large = [
        workspace.canonical.text.isLarge, workspace.target.isLarge, workspace.canonical.headers.isLarge,
        workspace.canonical.query.isLarge,
      ]
      #expect(large == [false, false, false, false], "buffer, target, headers, query")
    }
  }

  @Test func `signing within a use of the workspace changes neither signature`() throws {
    let sample = SignedSample()
    let signer = Signer(service: sample.service, region: "us-west-2")
    var alone = SignableRequest(method: sample.method, target: sample.target, headers: sample.headers)
    var within = alone
    try signer.sign(&alone, payload: .empty, with: sample.credentials, at: SignedSample.time)
    let left = try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      workspace.canonical.text.append("text of the outer use")
      try signer.sign(&within, payload: .empty, with: sample.credentials, at: SignedSample.time)
      return workspace.canonical.text.string()
    }
    #expect(within == alone)
    #expect(left == "text of the outer use")
  }

  @Test func `a use after a nested one finds this thread's keys`() throws {
    let sample = SignedSample()
    let day = try SigningDate(SignedSample.time).day
    let key = { () throws(SigningError) -> Bool in
      try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
        workspace.keys.key(for: sample.credentials, day: day, region: "us-nested-1", service: "nested") != nil
      }
    }
    try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let date = try SigningDate(SignedSample.time)
      _ = try workspace.key(for: sample.credentials, on: date, region: "us-nested-1", service: "nested")
      let isKnownInside = try key()
      #expect(!isKnownInside, "Another workspace, which has no keys.")
    }
    #expect(try key())
  }

  @Test func `a key is dropped once it was unused between two calls`() throws {
    var workspace = try SigningWorkspace()
    let date = try SigningDate(SignedSample.time)
    let credentials = SignedSample().credentials
    var services = (0..<70).map { "service\($0)" }
    for service in services { _ = try workspace.key(for: credentials, on: date, region: "r", service: service) }
    services.removeFirst(6)  // of which 64 are kept
    workspace.dropUnused()
    let used = [services[5], services[40]]
    for service in used { _ = try workspace.key(for: credentials, on: date, region: "r", service: service) }
    workspace.dropUnused()
    var keys = workspace.keys
    let kept = services.filter { keys.key(for: credentials, day: date.day, region: "r", service: $0) != nil }
    #expect(kept == used)
    workspace.canonical.text.append("token")
    workspace.dropUnused()
    workspace.dropUnused()
    #expect(workspace.keys.isEmpty)
    #expect(workspace.canonical.text.count == 0, "Without keys, the buffers are freed too.")
  }
}
