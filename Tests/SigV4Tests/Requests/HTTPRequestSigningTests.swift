#if HTTPTypes
  import Foundation
  import HTTPTypes
  import SigV4
  import Testing

  @Suite struct HTTPRequestSigningTests {
    private let time = Date(timeIntervalSince1970: 1_440_938_160)

    @Test func `an HTTPRequest is signed as the same request in parts`() throws {
      let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "token")
      let signer = Signer(service: .vpcLattice, region: "us-west-2")
      var request = HTTPRequest(method: .post, scheme: "https", authority: "h:8443", path: "/a?b=%2f")
      request.headerFields[.accept] = "*/*"
      var parts = SignableRequest(
        method: "POST", target: "/a?b=%2f", headers: [HeaderField("Host", "h:8443"), HeaderField("Accept", "*/*")])
      let signed = try signer.sign(&request, with: credentials, at: time)
      #expect(try signer.sign(&parts, with: credentials, at: time).signature == signed.signature)
      #expect(request.headerFields[.authorization] == parts.headers.last?.value)
      try signer.sign(&request, with: Credentials(accessKeyID: "AKID", secretAccessKey: "secret"), at: time)
      #expect(request.headerFields.count == 4)
    }

    @Test func `a request without an authority is refused`() throws {
      var request = HTTPRequest(method: .get, scheme: "https", authority: nil, path: "/")
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(&request, with: Credentials(accessKeyID: "A", secretAccessKey: "s"))
      }
      #expect(error?.code == .missingHost)
    }
  }
#endif
