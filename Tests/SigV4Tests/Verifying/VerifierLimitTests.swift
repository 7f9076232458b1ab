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

  @Test func `a header that the service requires must be signed`() throws {
    let verifier = Verifier(service: SigningService("service"), requiredHeaders: ["X-Color"])
    let sample = SignedSample()
    #expect(verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
    let plain = SignedSample(headers: [HeaderField("Host", "h")])
    #expect(
      verifier.refusal(of: try plain.request { $0.add("X-Color", "blue") }, with: plain.credentials) == .unsignedHeader)
  }

  @Test func `a header that must be signed if it is sent may be absent`() throws {
    let sample = SignedSample(headers: [HeaderField("Host", "h"), HeaderField("X-Acme-Tenant", "1")])
    let verdict = { (required: Verifier.RequiredHeader, added: HeaderField?) in
      let verifier = Verifier(service: sample.service, requiredHeaders: [required])
      let request = try sample.request { request in if let added { request.headers.append(added) } }
      return verifier.refusal(of: request, with: sample.credentials)
    }
    #expect(try verdict(.ifSent("X-Color"), nil) == nil)
    #expect(try verdict(.ifSent("X-COLOR"), HeaderField("x-color", "blue")) == .unsignedHeader)
    #expect(try verdict(.ifSent("x-acme-tenant"), nil) == nil)
    #expect(try verdict(.prefixed("X-Acme-"), nil) == nil)
    #expect(try verdict(.prefixed("x-acme-"), HeaderField("X-ACME-Role", "admin")) == .unsignedHeader)
    #expect(try verdict(.prefixed("x-acme-"), HeaderField("X-Acm", "1")) == nil)
    #expect(try verdict(.prefixed(""), nil) == nil)
    #expect(try verdict(.prefixed(""), HeaderField("Accept", "*/*")) == .unsignedHeader)
  }

  @Test func `invalid credentials are the verifier's own fault`() throws {
    let sample = SignedSample()
    let unusable = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "")
    #expect(sample.verifier.refusal(of: try sample.request(), with: unusable) == .verifierFailure)
  }
}
