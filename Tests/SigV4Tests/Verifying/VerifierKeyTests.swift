import Testing

@testable import SigV4

/// The keys that a verifier keeps.
///
/// A new thread, which ``apart(_:)`` starts, has none, not even those of signing.
@Suite(.timeLimit(.minutes(10))) struct VerifierKeyTests {
  private let sample = SignedSample()
  private let verifier = Verifier(service: SigningService("service"))

  /// Whether this thread has the key.
  private func hasKey(of credentials: Credentials) throws -> Bool {
    let day = try SigningDate(SignedSample.time).day
    return try SigningWorkspace.withCurrent { workspace in
      workspace.keys.key(for: credentials, day: day, region: "us-west-2", service: "service") != nil
    }
  }

  @Test func `a key is kept once it has verified a signature`() async throws {
    let right = try sample.request()
    let wrong = try sample.request { try $0.change("X-Color") { _ in "red" } }
    try await apart {
      #expect(verifier.refusal(of: wrong, with: sample.credentials) == .wrongSignature)
      try #expect(!hasKey(of: sample.credentials))
      #expect(verifier.refusal(of: right, with: sample.credentials) == nil)
      try #expect(hasKey(of: sample.credentials))
    }
  }

  @Test(arguments: [("K", "\u{212A}"), ("\u{E9}", "e\u{301}"), ("a\u{323}\u{301}", "a\u{301}\u{323}")])
  func `a key isn't used for a secret that is equal only in Unicode`(secret: String, other: String) async throws {
    #expect(secret == other)
    let credentials = [secret, other].map { Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: $0) }
    var request = SignableRequest(method: "GET", target: "/", headers: sample.headers)
    try Signer(service: sample.service, region: "us-west-2").sign(
      &request, payload: .empty, with: credentials[0], at: SignedSample.time)
    let signed = request
    try await apart {
      for _ in 0..<2 {
        #expect(verifier.refusal(of: signed, with: credentials[0]) == nil)
        #expect(verifier.refusal(of: signed, with: credentials[1]) == .wrongSignature)
      }
    }
  }

  @Test func `invented IDs, regions and requests evict no key that is in use`() async throws {
    let right = try sample.request()
    let regions = try (0..<100).map { number in
      try sample.request { try $0.replaceInAuthorization("us-west-2", "us-west-\(number + 3)") }
    }
    let ids = try (0..<100).map { number in
      try sample.request { try $0.replaceInAuthorization("AKIDEXAMPLE", "AKID\(number)") }
    }
    let repeated = try sample.request { $0.add("host", "1") }
    try await apart {
      #expect(verifier.refusal(of: right, with: sample.credentials) == nil)
      for (region, id) in zip(regions, ids) {
        #expect(verifier.refusal(of: region, with: sample.credentials) == .wrongSignature)
        #expect(verifier.refusal(of: id, with: nil) == .wrongSignature)
        #expect(verifier.refusal(of: repeated, with: sample.credentials) == .invalidRequest)
      }
      try #expect(hasKey(of: sample.credentials))
      #expect(verifier.refusal(of: right, with: sample.credentials) == nil)
    }
  }
}
