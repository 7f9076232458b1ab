#if URLSession
  import Foundation
  import SigV4
  import Testing

  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  @Suite struct URLRequestSigningTests {
    private let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token")
    private let time = Date(timeIntervalSince1970: 1_440_938_160)

    private func request(_ url: String) throws -> URLRequest {
      URLRequest(url: try #require(URL(string: url)))
    }

    @Test(arguments: [
      ("https://h", "/", "h"), ("https://h?a=1", "/?a=1", "h"), ("https://h/a%2Fb?q=%2f+x#frag", "/a%2Fb?q=%2f+x", "h"),
      ("https://h:443/", "/", "h"), ("http://h:80/", "/", "h"), ("https://h:80/", "/", "h:80"),
      ("http://127.0.0.1:8080//a/./b/", "//a/./b/", "127.0.0.1:8080"), ("http://[::1]:9/", "/", "[::1]:9"),
      ("https://user@h/x", "/x", "h"), ("wss://h:443/mqtt", "/mqtt", "h"), ("ws://h:80/", "/", "h"),
      ("wss://h:80/", "/", "h:80"), ("https://h:0443/", "/", "h"), ("https://h:08443/", "/", "h:8443"),
      ("https://h:/", "/", "h"), ("https://bücher.example/", "/", "xn--bcher-kva.example"),
    ])
    func `target and host are those of the URL`(url: String, target: String, host: String) throws {
      let signable = try SignableRequest(request(url))
      #expect(signable.target == target)
      #expect(signable.headers == [HeaderField("Host", host)])
      #expect(signable.method == "GET")
    }

    @Test func `a host that Foundation leaves with escapes must be written in ASCII`() throws {
      // As URL(string:) returns it for an international host in a static executable on Linux.
      var request = try request("https://b%C3%BCcher.example/")
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(&request, with: credentials, at: time)
      }
      #expect(error?.code == .missingHost)
    }

    @Test func `one call signs a request and its body`() throws {
      var request = try request("https://example.amazonaws.com/")
      request.httpMethod = "POST"
      request.httpBody = Data("Param1=value1".utf8)
      request.setValue("text/plain", forHTTPHeaderField: "Content-Type")
      let signed = try Signer(service: SigningService("service"), region: "us-east-1").sign(
        &request, with: credentials, at: time)
      #expect(signed.payloadHash == "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e")
      #expect(request.value(forHTTPHeaderField: "Authorization")?.hasSuffix(signed.signature) == true)
      #expect(request.value(forHTTPHeaderField: "X-Amz-Date") == "20150830T123600Z")
      #expect(request.value(forHTTPHeaderField: "X-Amz-Security-Token") == "token")
      #expect(request.value(forHTTPHeaderField: "Content-Type") == "text/plain")
    }

    @Test func `signing again removes the first signature`() async throws {
      let longTerm = Credentials(accessKeyID: "AKID", secretAccessKey: "other")
      let signer = Signer(service: .vpcLattice, region: "us-west-2")
      var once = try request("https://h/")
      var twice = once
      try signer.sign(&twice, with: credentials, at: time)
      try await signer.sign(&twice, with: StaticCredentialProvider(longTerm), at: time)
      try signer.sign(&once, with: longTerm, at: time)
      #expect(once.allHTTPHeaderFields == twice.allHTTPHeaderFields)
    }

    @Test func `a presigned request's URL carries the signature`() throws {
      var request = try request("https://bucket.s3.amazonaws.com/a%20b?x=1")
      let signed = try Signer(service: .s3, region: "us-east-1").presign(
        &request, validFor: .seconds(60), with: credentials, at: time)
      #expect(request.url?.absoluteString == "https://bucket.s3.amazonaws.com" + signed.request.target)
      #expect(request.allHTTPHeaderFields?.isEmpty != false)
    }

    @Test func `a streamed body needs its hash`() throws {
      var request = try request("https://h/")
      request.httpMethod = "PUT"
      request.httpBodyStream = InputStream(data: Data("x".utf8))
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(&request, with: credentials, at: time)
      }
      #expect(error?.code == .unreadablePayload)
      try Signer(service: .s3, region: "r").sign(&request, payload: .unsigned, with: credentials, at: time)
      try Signer(service: .vpcLattice, region: "r").sign(&request, with: credentials, at: time)
    }

    @Test func `cookies and the length aren't signed, because a session replaces them`() throws {
      var request = try request("https://h/a")
      request.allHTTPHeaderFields = ["cookie": "a=1", "Content-Length": "0", "X-Other": "1"]
      let signed = try Signer(service: .vpcLattice, region: "r").sign(&request, with: credentials, at: time)
      #expect(
        try signed.canonicalRequest.signedHeaders == "host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-other"
      )
      #expect(request.value(forHTTPHeaderField: "Cookie") == "a=1")
    }

    @Test func `a presigned request signs no cookies, because a session replaces them`() throws {
      var request = try request("https://h/a")
      request.allHTTPHeaderFields = ["cookie": "a=1", "X-Other": "1"]
      try Signer(service: .s3, region: "r").presign(&request, validFor: .seconds(9), with: credentials, at: time)
      #expect(request.url?.query()?.contains("X-Amz-SignedHeaders=host%3Bx-other") == true)
      #expect(request.value(forHTTPHeaderField: "Cookie") == "a=1")
    }

    @Test(arguments: ["put", "PUT"])
    func `a URLRequest is signed in chunks as the same request in parts`(method: String) throws {
      let signer = Signer(service: .s3, region: "us-west-2")
      var request = try request("https://bucket.s3.us-west-2.amazonaws.com:443/a%20b?x#part")
      request.httpMethod = method
      request.allHTTPHeaderFields = [
        "Content-Encoding": "gzip", "Cookie": "a=1", "Content-Length": "1", "X-Blank": " ",
        "Authorization": "AWS4-HMAC-SHA256 old",
      ]
      var parts = SignableRequest(
        method: "PUT", target: "/a%20b?x",
        headers: [
          HeaderField("Host", "bucket.s3.us-west-2.amazonaws.com"), HeaderField("Content-Encoding", "gzip"),
          HeaderField("X-Blank", ""),
        ])
      let payload = ChunkedPayload(length: 70_000)
      let upload = try signer.sign(&request, chunked: payload, with: credentials, at: time)
      let expected = try signer.sign(&parts, chunked: payload, with: credentials, at: time)
      #expect(upload.signedRequest.signature == expected.signedRequest.signature)
      #expect(upload.contentLength == expected.contentLength)
      for header in expected.signedRequest.addedHeaders {
        #expect(request.value(forHTTPHeaderField: header.name) == header.value)
      }
    }

    @Test(arguments: [
      ("GET", "https://h/a"), ("HEAD", "https://h/a"), ("PUT", "https://h/a/../b"), ("PUT", "https://h/a/%2e%2e/b"),
    ])
    func `a request in chunks that URLSession would change is rejected`(method: String, url: String) throws {
      var request = try request(url)
      request.httpMethod = method
      let unsigned = request
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(
          &request, chunked: ChunkedPayload(length: 0), with: credentials, at: time)
      }
      #expect(error?.code == .changedByClient)
      #expect(request == unsigned)
    }

    @Test(arguments: [
      ("https://h/b/../b", "https://h/b"), ("https://h/a#/a", "https://h/a"), ("https://h", "https://h/"),
      ("https://h/a//a", "https://h/a//a"), ("https://h?/", "https://h/?/"),
    ])
    func `the URL becomes the one that was signed`(url: String, sent: String) throws {
      let signed = try Signer(service: .executeAPI, region: "r").signed(request(url), with: credentials, at: time)
      #expect(signed.url?.absoluteString == sent)
    }

    @Test(arguments: ["GET", "HEAD"]) func `a payload that a session doesn't send is rejected`(method: String) throws {
      var request = try request("https://h/a")
      request.httpMethod = method
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").signed(request, payload: .bytes([1]), with: credentials, at: time)
      }
      #expect(error?.code == .changedByClient)
    }

    @Test func `a presigned request signs the length, which limits an upload`() throws {
      var request = try request("https://h/a")
      request.setValue("9", forHTTPHeaderField: "Content-Length")
      try Signer(service: .s3, region: "r").presign(&request, validFor: .seconds(9), with: credentials, at: time)
      #expect(request.url?.query()?.contains("X-Amz-SignedHeaders=content-length%3Bhost") == true)
    }

    @Test func `two headers that differ in letter case only are rejected`() throws {
      var request = try request("https://h/a")
      request.allHTTPHeaderFields = ["X-A": "1", "x-a": "2"]
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(&request, with: credentials, at: time)
      }
      #expect(error?.code == .changedByClient)
    }

    @Test func `a user in a presigned URL is rejected`() throws {
      var request = try request("https://user:password@h/a")
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").presign(&request, validFor: .seconds(9), with: credentials, at: time)
      }
      #expect(error?.code == .changedByClient)
      #expect(error?.message.contains("password") == false)
    }

    @Test func `a request with a body isn't signed in chunks`() throws {
      var request = try request("https://h/a")
      request.httpMethod = "PUT"
      request.httpBody = Data("x".utf8)
      let unsigned = request
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(
          &request, chunked: ChunkedPayload(length: 1), with: credentials, at: time)
      }
      #expect(error?.code == .invalidStream)
      #expect(request == unsigned)
    }

    @Test func `a URL without a host is rejected`() throws {
      var request = try request("file:///a")
      let error = #expect(throws: SigningError.self) {
        try Signer(service: .s3, region: "r").sign(&request, with: credentials, at: time)
      }
      #expect(error?.code == .missingHost)
    }
  }
#endif
