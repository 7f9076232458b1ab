#if AsyncHTTPClient
  import AsyncHTTPClient
  import Foundation
  import NIOHTTP1
  import SigV4
  import Testing

  @Suite struct HTTPClientRequestSigningTests {
    private let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "token")
    private let time = Date(timeIntervalSince1970: 1_440_938_160)

    @Test func `an HTTPClientRequest is signed as the same request in parts`() throws {
      let signer = Signer(service: .vpcLattice, region: "us-west-2")
      var request = HTTPClientRequest(url: "https://h:8443/a?b=%2f")
      request.method = .POST
      request.body = .bytes(Array("x".utf8))
      var parts = SignableRequest(method: "POST", target: "/a?b=%2f", headers: [HeaderField("Host", "h:8443")])
      try signer.sign(&request, with: credentials, at: time)
      try signer.sign(&request, with: credentials, at: time)
      try signer.sign(&parts, with: credentials, at: time)
      #expect(request.headers["Authorization"] == parts.headers.suffix(1).map(\.value))
      #expect(request.headers.count == 4)
    }

    @Test func `the length is signed only in a presigned request, where it limits an upload`() throws {
      let signer = Signer(service: .s3, region: "us-west-2")
      var request = HTTPClientRequest(url: "https://h/a")
      request.headers.add(name: "Content-Length", value: "9")
      let inHeaders = try signer.signed(request, with: credentials, at: time)
      #expect(inHeaders.headers["Authorization"].first?.contains("SignedHeaders=host;") == true)
      let inQuery = try signer.presigned(request, validFor: .seconds(9), with: credentials, at: time)
      #expect(inQuery.url.contains("X-Amz-SignedHeaders=content-length%3Bhost"))
      #expect(inQuery.headers["Content-Length"] == ["9"])
    }

    @Test func `a request to a Unix domain socket needs a Host header`() throws {
      let signer = Signer(service: .s3, region: "us-west-2")
      var request = HTTPClientRequest(url: "http+unix://%2Ftmp%2Fsocket/a")
      let error = #expect(throws: SigningError.self) { try signer.signed(request, with: credentials, at: time) }
      #expect(error?.code == .missingHost)
      request.headers.add(name: "Host", value: "h")
      #expect(try signer.sign(&request, with: credentials, at: time).request.target == "/a")
    }

    @Test(arguments: ["https://bücher.example/", "https://b%C3%BCcher.example/"])
    func `an international host must be written in ASCII`(url: String) throws {
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").signed(HTTPClientRequest(url: url), with: credentials, at: time)
      }
      #expect(error?.code == .missingHost)
    }

    @Test func `a body needs its hash if the service signs payloads`() throws {
      var request = HTTPClientRequest(url: "https://h/")
      request.body = .bytes(Array("x".utf8))
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(&request, with: credentials, at: time)
      }
      #expect(error?.code == .unreadablePayload)
      try Signer(service: .s3, region: "r").sign(&request, payload: .bytes([0x78]), with: credentials, at: time)
    }
  }
#endif
