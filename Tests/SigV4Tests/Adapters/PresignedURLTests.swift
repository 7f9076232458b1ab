import Foundation
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct PresignedURLTests {
  private let credentials = Credentials(
    accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
  private let time = Date(timeIntervalSince1970: 1_369_353_600)
  private let s3 = Signer(service: .s3, region: "us-east-1")

  /// S3 API Reference, "Authenticating Requests: Using Query Parameters".
  @Test(arguments: [
    "https://examplebucket.s3.amazonaws.com/test.txt", "HTTPS://ExampleBucket.S3.amazonaws.com:443/test.txt#part",
  ])
  func `S3's documented signature is reproduced`(text: String) throws {
    let documented =
      "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
      + "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-SignedHeaders=host&X-Amz-Expires=86400"
      + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    let signed = try s3.presignedURL(for: text, validFor: .seconds(86_400), with: credentials, at: time)
    let port = text.contains(":443") ? ":443" : ""
    #expect(signed == "https://examplebucket.s3.amazonaws.com\(port)\(documented)")
    let url = try s3.presignedURL(
      for: try #require(URL(string: text)), validFor: .seconds(86_400), with: credentials, at: time)
    #expect(url.absoluteString == signed)
  }

  @Test func `a provider's credentials presign too`() async throws {
    let provider = StaticCredentialProvider(credentials)
    let text = "https://b.example/a b?c=d"
    let expected = try s3.presignedURL(for: text, method: "PUT", validFor: .seconds(9), with: credentials, at: time)
    #expect(expected.hasPrefix("https://b.example/a%20b?c=d&X-Amz-Algorithm="))
    #expect(
      try await s3.presignedURL(for: text, method: "PUT", validFor: .seconds(9), with: provider, at: time) == expected)
    let url = try #require(URL(string: "https://b.example/a%20b?c=d"))
    #expect(
      try await s3.presignedURL(for: url, method: "PUT", validFor: .seconds(9), with: provider, at: time)
        .absoluteString == expected)
  }

  @Test(arguments: [
    (SigningService.vpcLattice, "https://h.example/", "GET", SigningError.Code.changedByClient),
    (.s3, "https://user:password@h.example/", "GET", .changedByClient),
    (.s3, "https://h.example/a/../b", "GET", .changedByClient),
    (.s3, "https://h.example/a/%2e%2E/b", "GET", .changedByClient),
    (.s3, "/key", "GET", .missingHost), (.s3, "https://bücher.example/", "GET", .missingHost),
    (.executeAPI, "https://h.example/", "POST", .missingPayload),
  ])
  func `a URL that doesn't work without headers isn't signed`(
    service: SigningService, url: String, method: String, code: SigningError.Code
  ) throws {
    let error = #expect(throws: SigningError.self) {
      try Signer(service: service, region: "r").presignedURL(
        for: url, method: method, validFor: .seconds(9), with: credentials)
    }
    #expect(error?.code == code)
    #expect(error?.message.contains("password") == false)
  }

  @Test func `dot segments are removed if the service ignores them`() throws {
    let url = try Signer(service: .executeAPI, region: "r").presignedURL(
      for: "https://h.example/a/../b/./c", validFor: .seconds(9), with: credentials)
    #expect(url.hasPrefix("https://h.example/b/c?"))
  }
}

#if URLSession
  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  extension PresignedURLTests {
    @Test(arguments: [
      (SigningService.s3, "/key"), (.s3, ""), (.s3, "/a b/ä+'!*()~?versionId=1+2&x=[]"),
      (.executeAPI, "/a/../b%20c?d=%2f"),
    ])
    func `URLSession sends nothing but the URL, and the signature is valid`(
      service: SigningService, target: String
    ) async throws {
      let credentials = Sending.credentials
      let bytes = try await RawServer.bytes { server in
        let url = try Signer(service: service, region: "us-west-2").presignedURL(
          for: "http://127.0.0.1:\(server.port)\(target)", validFor: .seconds(600), with: credentials)
        try await Sending.sendByURLSession(URLRequest(url: try #require(URL(string: url))))
      }
      let raw = try #require(RawRequest(bytes))
      let verified = try Verifier(service: service, region: "us-west-2", nonCanonicalTargets: .accepted).verify(
        raw.request, payload: .empty, with: credentials)
      #expect(verified.claim.accessKeyID == credentials.accessKeyID)
    }
  }
#endif
