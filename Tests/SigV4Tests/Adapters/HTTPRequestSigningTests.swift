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
      let signed = try signer.sign(&request, payload: .empty, with: credentials, at: time)
      #expect(try signer.sign(&parts, payload: .empty, with: credentials, at: time).signature == signed.signature)
      #expect(request.headerFields[.authorization] == parts.headers.last?.value)
      try signer.sign(
        &request, payload: .empty, with: Credentials(accessKeyID: "AKID", secretAccessKey: "secret"), at: time)
      #expect(request.headerFields.count == 4)
    }

    private let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")

    @Test func `cookies are signed as HTTP 1 joins them, and other repeated fields are joined`() throws {
      var request = HTTPRequest(method: .get, scheme: "https", authority: "h", path: "/")
      for (name, value) in [(HTTPField.Name.cookie, "a=1"), (.accept, "x"), (.cookie, "b=2"), (.accept, "y")] {
        request.headerFields.append(HTTPField(name: name, value: value))
      }
      let signed = try Signer(service: .executeAPI, region: "r").sign(
        &request, payload: .empty, with: credentials, at: time)
      #expect(try signed.canonicalRequest.text.contains("\naccept:x, y\ncookie:a=1; b=2\nhost:h\n"))
      #expect(request.headerFields[values: .cookie] == ["a=1", "b=2"])
      #expect(request.headerFields[values: .accept] == ["x, y"])
    }

    @Test func `cookies that HTTP/2 has split verify`() throws {
      var request = HTTPRequest(method: .get, scheme: "https", authority: "h", path: "/")
      request.headerFields[.cookie] = "a=1; b=2"
      try Signer(service: .executeAPI, region: "r").sign(&request, payload: .empty, with: credentials, at: time)
      request.headerFields[values: .cookie] = ["a=1", "b=2"]
      let verified = try Verifier(service: .executeAPI, region: "r").verify(
        SignableRequest(request), payload: .empty, with: credentials, at: time)
      #expect(verified.claim.accessKeyID == "AKID")
    }

    @Test func `repeated fields on separate lines verify`() throws {
      var parts = SignableRequest(
        method: "GET", target: "/",
        headers: [HeaderField("Host", "h"), HeaderField("Accept", "x"), HeaderField("Accept", "y")])
      try Signer(service: .executeAPI, region: "r").sign(&parts, payload: .empty, with: credentials, at: time)
      var request = HTTPRequest(method: .get, scheme: "https", authority: "h", path: "/")
      for header in parts.headers.dropFirst() {
        request.headerFields.append(HTTPField(name: try #require(HTTPField.Name(header.name)), value: header.value))
      }
      _ = try Verifier(service: .executeAPI, region: "r").verify(
        SignableRequest(request), payload: .empty, with: credentials, at: time)
    }

    @Test(arguments: [
      ("https", "h:443", "/", "h", "/"), ("https", "h:080", "", "h:80", "/"), ("http", "h:80", "?a", "h", "/?a"),
      ("https", "user@h", "/a%20b/ä", "h", "/a%20b/%C3%A4"), ("wss", "h:443", "/mqtt", "h", "/mqtt"),
    ])
    func `authority and path are converted to the form that is sent`(
      scheme: String, authority: String, path: String, sentAuthority: String, sentPath: String
    ) throws {
      var request = HTTPRequest(method: .get, scheme: scheme, authority: authority, path: path)
      let signed = try Signer(service: .s3, region: "r").sign(&request, payload: .empty, with: credentials, at: time)
      #expect(request.authority == sentAuthority)
      #expect(request.path == sentPath)
      #expect(signed.request.target == sentPath)
    }

    @Test(arguments: [
      (HTTPRequest(method: .connect, scheme: "https", authority: "h", path: "/"), SigningError.Code.changedByClient),
      (
        HTTPRequest(method: HTTPRequest.Method("put") ?? .put, scheme: "https", authority: "h", path: "/"),
        .changedByClient
      ),
      (HTTPRequest(method: .options, scheme: "https", authority: "h", path: "*"), .invalidTarget),
      (HTTPRequest(method: .get, scheme: "https", authority: "h", path: "/a#b"), .invalidTarget),
      (HTTPRequest(method: .get, scheme: "https", authority: "h/a", path: "/"), .missingHost),
      (HTTPRequest(method: .get, scheme: "https", authority: "h%41", path: "/"), .missingHost),
      (HTTPRequest(method: .get, scheme: "https", authority: "bücher.example", path: "/"), .missingHost),
    ])
    func `a request that no client sends unchanged is rejected`(request: HTTPRequest, code: SigningError.Code) throws {
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").signed(request, payload: .empty, with: credentials, at: time)
      }
      #expect(error?.code == code)
    }

    @Test func `a HEAD request with a payload is rejected`() throws {
      let request = HTTPRequest(method: .head, scheme: "https", authority: "h", path: "/")
      let signer = Signer(service: .s3, region: "r")
      let error = #expect(throws: SigningError.self) {
        try signer.signed(request, chunked: ChunkedPayload(length: 1), with: credentials, at: time)
      }
      #expect(error?.code == .changedByClient)
      _ = try signer.signed(request, payload: .empty, with: credentials, at: time)
      _ = try signer.presigned(request, validFor: .seconds(9), with: credentials, at: time)
    }

    @Test func `a request without an authority is rejected`() throws {
      var request = HTTPRequest(method: .get, scheme: "https", authority: nil, path: "/")
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(
          &request, payload: .empty, with: Credentials(accessKeyID: "A", secretAccessKey: "s"))
      }
      #expect(error?.code == .missingHost)
    }
  }
#endif
