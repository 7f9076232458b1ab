import SigV4
import Testing

@Suite struct VerifierLimitTests {
  @Test func `a request that is too large is rejected before it is read`() throws {
    let sample = SignedSample()
    let verdict = { (change: (inout SignableRequest) -> Void) in
      sample.verifier.refusal(of: try sample.request(change), with: sample.credentials)
    }
    #expect(try verdict { $0.headers += (0..<124).map { HeaderField("a\($0)", "") } } == nil)
    #expect(try verdict { $0.headers += (0..<125).map { HeaderField("a\($0)", "") } } == .tooLarge)
    #expect(try verdict { $0.add("a", String(repeating: "a", count: 65_536)) } == .tooLarge)
    #expect(try verdict { $0.target = "/" + String(repeating: "a", count: 32_768) } == .tooLarge)
    #expect(try verdict { $0.method = String(repeating: "A", count: 64) } == .wrongSignature)
    #expect(try verdict { $0.method = String(repeating: "A", count: 65) } == .tooLarge)
    #expect(try verdict { $0.method = String(repeating: "A", count: 67_108_864) } == .tooLarge)
  }

  @Test func `the limits can be set`() throws {
    var limits = Verifier.Limits()
    limits.headerCount = 2
    let sample = SignedSample()
    let verifier = Verifier(service: sample.service, limits: limits)
    #expect(verifier.refusal(of: try sample.request(), with: sample.credentials) == .tooLarge)
  }

  @Test func `a header that the service demands must be signed`() throws {
    let verifier = Verifier(service: SigningService("service"), requiredHeaders: ["X-Color"])
    let sample = SignedSample()
    #expect(verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
    let plain = SignedSample(headers: [HeaderField("Host", "h")])
    #expect(
      verifier.refusal(of: try plain.request { $0.add("X-Color", "blue") }, with: plain.credentials) == .unsignedHeader)
  }

  @Test func `credentials that can't be signed with are the verifier's own fault`() throws {
    let sample = SignedSample()
    let unusable = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "")
    #expect(sample.verifier.refusal(of: try sample.request(), with: unusable) == .verifierFailure)
  }
}
