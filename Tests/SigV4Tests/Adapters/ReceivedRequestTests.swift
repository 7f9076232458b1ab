import Foundation
import SigV4
import Testing

#if HTTPTypes
  import HTTPTypes
#endif

/// Verifying requests of each type, as a server that has received them.
@Suite struct ReceivedRequestTests {
  private static let services = [SigningService.vpcLattice, .s3, .executeAPI]

  private let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "token")
  private let time = Date(timeIntervalSince1970: 1_440_938_160)
  private let body = Array("hello".utf8)
  private let parts = SignableRequest(
    method: "POST", target: "/a%20b?x=%2F", headers: [HeaderField("Host", "h.example:8443"), HeaderField("X-A", "1")])

  @Test(arguments: TestedType.all, services)
  func `a signed request is verified, and a changed one isn't`(tested: TestedType, service: SigningService) async throws
  {
    func test<Request: TestedRequest>(_ type: Request.Type) async throws {
      let payload = Payload.bytes(body)
      let verifier = Verifier(service: service, region: "us-west-2")
      let request = try Signer(service: service, region: "us-west-2").signed(
        type.init(tested: parts), payload: payload, with: credentials, at: time)
      let verified = [
        try verifier.verify(request, payload: payload, with: credentials, at: time),
        try await verifier.verify(request, payload: payload, at: time) { $0 == "AKID" ? credentials : nil },
        try await verifier.verify(request, payload: payload, at: time) { _, claim in
          try ScopedCredentials(credentials, for: claim.scope)
        },
        try await verifier.verify(request, body: CountedPieces([body]), at: time) { _ in credentials }.request,
        try await verifier.verify(request, body: CountedPieces([body]), at: time) { _, claim in
          try ScopedCredentials(credentials, for: claim.scope)
        }.request,
      ]
      #expect(verified.allSatisfy { $0.claim.accessKeyID == "AKID" && $0.target.path == "/a%20b" })
      #expect(try verifier.claim(of: request, at: time).accessKeyID == "AKID")

      var other = parts
      other.target = "/a%20b?x=1"
      let signed = try verifier.claim(of: request, at: time).signature
      let changed = try Signer(service: service, region: "us-west-2").signed(
        type.init(tested: other), payload: payload, with: credentials, at: time)
      #expect(try verifier.claim(of: changed, at: time).signature != signed)
      #expect(throws: VerificationError.self) {
        try verifier.verify(
          changed, payload: payload, with: Credentials(accessKeyID: "AKID", secretAccessKey: "another"), at: time)
      }
    }
    try await test(tested.type)
  }

  #if HTTPTypes
    private func signedRequest(_ change: (inout HTTPRequest) -> Void = { _ in }) throws -> HTTPRequest {
      var request = HTTPRequest(method: .get, scheme: "https", authority: "h.example", path: "/admin")
      change(&request)
      return try Signer(service: .vpcLattice, region: "us-west-2").signed(request, with: credentials, at: time)
    }

    private func refusal(_ request: HTTPRequest) -> VerificationError.Code? {
      do {
        _ = try Verifier(service: .vpcLattice).verify(request, payload: .unsigned, with: credentials, at: time)
        return nil
      } catch {
        return error.code
      }
    }

    @Test(arguments: ["//admin", "/./admin", "/a/../admin", "/%61dmin"])
    func `a received path isn't normalized before it is verified`(path: String) throws {
      var request = try signedRequest()
      #expect(refusal(request) == nil)
      request.path = path
      #expect(refusal(request) == .nonCanonicalTarget)
    }

    @Test func `a Host in addition to the authority must be the same`() throws {
      var request = try signedRequest()
      let host = try #require(HTTPField.Name("Host"))
      request.headerFields[host] = "h.example"
      #expect(refusal(request) == nil)
      request.headerFields[host] = "other.example"
      #expect(refusal(request) == .invalidRequest)
      request.headerFields[host] = nil
      request.authority = nil
      #expect(refusal(request) == .invalidRequest)
    }

    @Test func `cookies that HTTP/2 has split are verified as one`() throws {
      var request = try signedRequest { $0.headerFields[.cookie] = "a=1; b=2" }
      #expect(request.headerFields[values: .cookie] == ["a=1", "b=2"])
      #expect(refusal(request) == nil)
      request.headerFields[fields: .cookie] = [HTTPField(name: .cookie, value: "a=1; b=2")]
      #expect(refusal(request) == nil)
      request.headerFields[fields: .cookie] = [HTTPField(name: .cookie, value: "b=2; a=1")]
      #expect(refusal(request) == .wrongSignature)
    }

    @Test func `repeated fields of every count and name are signed as they are sent`() throws {
      for count in 1...40 {
        var request = HTTPRequest(method: .get, scheme: "https", authority: "h.example", path: "/")
        for index in 0..<count {
          let name = try #require(HTTPField.Name("X-\(String(repeating: "a", count: index % 20))\(index % 7)"))
          request.headerFields.append(HTTPField(name: name, value: "\(index)"))
        }
        let signed = try Signer(service: .vpcLattice, region: "us-west-2").signed(request, with: credentials, at: time)
        #expect(Set(signed.headerFields.map(\.name.canonicalName)).count == signed.headerFields.count)
        #expect(refusal(signed) == nil, "\(count) fields")
      }
    }
  #endif
}
