import Testing

@testable import SigV4

/// Which keys a verifier keeps, of which strangers may have no part.
@Suite struct VerifierKeyTests {
  private let sample = SignedSample()
  private let verifier = Verifier(service: SigningService("service"))

  private func hasKey(of credentials: Credentials, region: String = "us-west-2") throws -> Bool {
    verifier.keys.key(for: credentials, day: try SigningDate(SignedSample.time).day, region: region) != nil
  }

  @Test func `a key is kept once a signature has proved it`() throws {
    let wrong = try sample.request { try $0.change("X-Color") { _ in "red" } }
    #expect(verifier.refusal(of: wrong, with: sample.credentials) == .wrongSignature)
    #expect(try !hasKey(of: sample.credentials))
    #expect(verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
    #expect(try hasKey(of: sample.credentials))
  }

  @Test func `invented ids, regions and requests push no key out that is in use`() throws {
    #expect(verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
    for number in 0..<100 {
      let region = try sample.request { try $0.replaceInAuthorization("us-west-2", "us-west-\(number + 3)") }
      #expect(verifier.refusal(of: region, with: sample.credentials) == .wrongSignature)
      let id = try sample.request { try $0.replaceInAuthorization("AKIDEXAMPLE", "AKID\(number)") }
      #expect(verifier.refusal(of: id, with: nil) == .wrongSignature)
      let repeated = try sample.request { $0.add("host", "\(number)") }
      #expect(verifier.refusal(of: repeated, with: sample.credentials) == .invalidRequest)
    }
    #expect(try hasKey(of: sample.credentials))
    #expect(verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
  }
}
