import Foundation
import SigV4
import Testing

@Suite struct SignerTests {
  private let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
  private let time = Date(timeIntervalSince1970: 1_440_938_160)  // 2015-08-30T12:36:00Z
  private let request = SignableRequest(
    method: "GET", target: "/", headers: [HeaderField("Host", "example.amazonaws.com")])

  private func value(_ name: String, of request: SignableRequest) -> [String] {
    request.headers.filter { $0.isNamed(name) }.map(\.value)
  }

  @Test func `a Lattice request declares its payload unsigned, and signs the declaration`() throws {
    var request = request
    let signed = try Signer(service: .vpcLattice, region: "us-west-2").sign(
      &request, payload: .bytes(Array("body".utf8)), with: credentials, at: time)
    #expect(value("x-amz-content-sha256", of: request) == ["UNSIGNED-PAYLOAD"])
    #expect(try signed.canonicalRequest.signedHeaders == "host;x-amz-content-sha256;x-amz-date")
    #expect(try signed.canonicalRequest.text.hasSuffix("\nUNSIGNED-PAYLOAD"))
    #expect(signed.scope.text == "20150830/us-west-2/vpc-lattice-svcs/aws4_request")
    #expect(
      try #require(value("Authorization", of: request).first).hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/vpc-lattice-svcs/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
      ))
  }

  @Test func `the single steps give the same result as the signer`() throws {
    var request = request
    let signed = try Signer(service: SigningService("service"), region: "us-east-1").sign(
      &request, payload: .empty, with: credentials, at: time)
    let canonical = try Canonicalizer(SigningService("service")).canonicalRequest(
      for: request, payloadHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let scope = try CredentialScope(date: time, region: "us-east-1", service: "service")
    let stringToSign = try StringToSign(date: time, scope: scope, canonicalRequest: canonical)
    #expect(try signed.canonicalRequest == canonical)
    #expect(try signed.stringToSign == stringToSign)
    #expect(try SigningKey(credentials, scope: scope).signature(for: stringToSign) == signed.signature)
    #expect(signed.signature == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
  }

  @Test func `signing again replaces only the fields of the first signature`() throws {
    let temporary = Credentials(accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "token")
    let signer = Signer(service: .s3, region: "us-east-1")
    var once = request
    once.headers.append(HeaderField("Accept", "*/*"))
    var twice = once
    try signer.sign(&twice, payload: .bytes([1]), with: temporary, at: time)
    try signer.sign(&twice, payload: .empty, with: credentials, at: time.addingTimeInterval(60))
    try signer.sign(&once, payload: .empty, with: credentials, at: time.addingTimeInterval(60))
    #expect(twice == once)
  }

  @Test func `presigning again replaces its parameters, and keeps all others unchanged`() throws {
    let signer = Signer(service: .s3, region: "us-east-1")
    var once = request
    once.target = "/key?a=%2f&&x-id=GetObject"
    var twice = once
    try signer.presign(
      &twice, validFor: .seconds(1), with: Credentials(accessKeyID: "A", secretAccessKey: "s", sessionToken: "t"),
      at: time)
    try signer.presign(&twice, validFor: .seconds(60), with: credentials, at: time)
    try signer.presign(&once, validFor: .seconds(60), with: credentials, at: time)
    #expect(twice == once)
    #expect(once.target.hasPrefix("/key?a=%2f&&x-id=GetObject&X-Amz-Algorithm="))
  }

  @Test func `presigning keeps a parameter whose name differs in letter case`() throws {
    var request = request
    request.target = "/key?x-amz-date=1&X-AMZ-SIGNATURE=1"
    try Signer(service: .s3, region: "us-east-1").presign(&request, validFor: .seconds(60), with: credentials, at: time)
    #expect(request.target.hasPrefix("/key?x-amz-date=1&X-AMZ-SIGNATURE=1&X-Amz-Algorithm="))
  }

  @Test(arguments: ["X-Amz-Date=1", "%58-Amz-Expires=1", "X%2DAmz%2DDate=1", "X-Amz-Signature"])
  func `presigning replaces a parameter of signing, escaped or not`(parameter: String) throws {
    let signer = Signer(service: .s3, region: "us-east-1")
    for target in [
      "/key?\(parameter)", "/key?a=1&\(parameter)&b", "/key?%61&\(parameter)&%", "/key?X-Amz-Data=1&\(parameter)",
    ] {
      var (with, without) = (request, request)
      with.target = target
      without.target = target.replacing("&\(parameter)", with: "").replacing("?\(parameter)", with: "")
      try signer.presign(&with, validFor: .seconds(60), with: credentials, at: time)
      try signer.presign(&without, validFor: .seconds(60), with: credentials, at: time)
      #expect(with == without)
    }
  }

  @Test(arguments: ["/", "/?", "/??", "/?a", "/?a=?", "/?a&"])
  func `presigning adds separate parameters to any target`(target: String) throws {
    var request = request
    request.target = target
    try Signer(service: .s3, region: "us-east-1").presign(
      &request, validFor: .seconds(60), with: credentials, at: time)
    let claim = try SignatureClaim(request)
    #expect(claim.placement == .query)
    #expect(claim.lifetime == .seconds(60))
  }

  @Test func `a header-signed request that is presigned carries one signature only`() throws {
    let signer = Signer(service: .s3, region: "us-east-1")
    var request = request
    try signer.sign(&request, payload: .empty, with: credentials, at: time)
    try signer.presign(&request, validFor: .seconds(60), with: credentials, at: time)
    #expect(request.headers == self.request.headers)
    try signer.sign(&request, payload: .empty, with: credentials, at: time)
    #expect(request.target == "/")
  }

  static let unusable: [(SigningError.Code, Credentials)] = [
    (.invalidCredentials, Credentials(accessKeyID: "", secretAccessKey: "PLANTED")),
    (.invalidCredentials, Credentials(accessKeyID: "AK/ID", secretAccessKey: "PLANTED")),
    (.invalidCredentials, Credentials(accessKeyID: "AKID\n", secretAccessKey: "PLANTED")),
    (.invalidCredentials, Credentials(accessKeyID: "AKID", secretAccessKey: "")),
    (.invalidCredentials, Credentials(accessKeyID: "AKID", secretAccessKey: "PLANTED\n")),
    (.invalidCredentials, Credentials(accessKeyID: "AKID", secretAccessKey: " PLANTED")),
    (.invalidCredentials, Credentials(accessKeyID: "AKID", secretAccessKey: "PLAN\0TED")),
    (
      .invalidCredentials, Credentials(accessKeyID: "AKID", secretAccessKey: "PLANTED", sessionToken: "PLANTED\r\nX: y")
    ),
  ]

  @Test(arguments: unusable)
  func `invalid credentials are rejected, and not shown`(
    code: SigningError.Code, credentials: Credentials
  ) throws {
    var request = request
    let error = try #require(throws: SigningError.self) {
      try Signer(service: .vpcLattice, region: "us-west-2").sign(&request, with: credentials, at: time)
    }
    #expect(error.code == code)
    #expect(!"\(error)".contains("PLANTED"))
    #expect(request == self.request)
  }

  @Test(arguments: ["", "us/west", "us west", "us-west-2\n", "é", "a,b", "*", "us-*"])
  func `a region that is invalid in a scope is rejected`(region: String) throws {
    var request = request
    let error = #expect(throws: SigningError.self) {
      try Signer(service: .s3, region: SigningRegion(region)).sign(
        &request, payload: .empty, with: credentials, at: time)
    }
    #expect(error?.code == .invalidRegion)
  }

  @Test(arguments: ["", "a/b", "a b", "a\0"])
  func `a service that is invalid in a scope is rejected`(name: String) throws {
    var request = request
    let error = #expect(throws: SigningError.self) {
      try Signer(service: SigningService(name), region: "r").sign(
        &request, payload: .empty, with: credentials, at: time)
    }
    #expect(error?.code == .invalidService)
  }

  @Test(arguments: [[], [""], ["a", ""], ["a b"], ["a\n"], ["a/b"]])
  func `a region set that can't be sent is rejected`(regions: [String]) throws {
    var request = request
    let error = #expect(throws: SigningError.self) {
      try Signer(service: .s3, region: .set(regions)).sign(&request, payload: .empty, with: credentials, at: time)
    }
    #expect(error?.code == .invalidRegion)
  }

  @Test(arguments: [Duration.zero, .seconds(-1), .seconds(604_801), .milliseconds(1500), .seconds(Int64.max)])
  func `a lifetime that AWS rejects is rejected here`(lifetime: Duration) throws {
    var request = request
    let error = #expect(throws: SigningError.self) {
      try Signer(service: .s3, region: "r").presign(&request, validFor: lifetime, with: credentials, at: time)
    }
    #expect(error?.code == .invalidExpiry)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -62_135_596_801, 253_402_300_800])
  func `a time outside of the calendar is rejected`(seconds: Double) throws {
    var request = request
    let error = #expect(throws: SigningError.self) {
      try Signer(service: .s3, region: "r").sign(
        &request, payload: .empty, with: credentials, at: Date(timeIntervalSince1970: seconds))
    }
    #expect(error?.code == .invalidDate)
  }

  @Test(
    arguments: [
      (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
      (1_709_164_800, "20240229T000000Z"), (4_107_542_400, "21000301T000000Z"), (-1, "19691231T235959Z"),
      (-62_135_596_800, "00010101T000000Z"), (253_402_300_799, "99991231T235959Z"),
    ] as [(Double, String)])
  func `the time is written in UTC, to the second`(seconds: Double, expected: String) throws {
    var request = request
    try Signer(service: .s3, region: "r").sign(
      &request, payload: .empty, with: credentials, at: Date(timeIntervalSince1970: seconds + 0.999))
    #expect(value("x-amz-date", of: request) == [expected])
  }

  @Test func `a new secret with the same ID is used immediately`() throws {
    let signer = Signer(service: .s3, region: "r")
    let replaced = Credentials(accessKeyID: credentials.accessKeyID, secretAccessKey: "other")
    let signatures = try [credentials, replaced, credentials].map { credentials in
      var request = request
      return try signer.sign(&request, payload: .empty, with: credentials, at: time).signature
    }
    #expect(signatures[0] == signatures[2])
    #expect(signatures[0] != signatures[1])
  }

  @Test func `one signer signs with more credentials than it caches keys for`() throws {
    let signer = Signer(service: .s3, region: "r")
    for number in Array(0..<200) + Array(0..<200) {
      let credentials = Credentials(accessKeyID: "AKID\(number)", secretAccessKey: "secret\(number)")
      var request = request
      let signed = try signer.sign(&request, payload: .empty, with: credentials, at: time)
      let key = try SigningKey(credentials, scope: signed.scope)
      #expect(try key.signature(for: signed.stringToSign) == signed.signature)
    }
  }

  @Test func `credentials come from a provider when the request is signed`() async throws {
    var given = request
    var provided = request
    let signer = Signer(service: .vpcLattice, region: "us-west-2")
    try signer.sign(&given, payload: .empty, with: credentials, at: time)
    try await signer.sign(&provided, payload: .empty, with: StaticCredentialProvider(credentials), at: time)
    #expect(given == provided)
  }

  @Test func `no signed request and no error shows the secret or the token`() throws {
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "PLANTED-SECRET", sessionToken: "PLANTED-TOKEN")
    let signer = Signer(service: .s3, region: "r")
    var header = request
    let signed = try signer.sign(&header, payload: .empty, with: credentials, at: time)
    var query = request
    let presigned = try signer.presign(&query, validFor: .seconds(1), with: credentials, at: time)
    let key = try SigningKey(credentials, scope: signed.scope)
    var shown = ""
    for value in [credentials, header, query, signed, presigned, key, signer] as [Any] {
      print(value, to: &shown)
      debugPrint(value, to: &shown)
      dump(value, to: &shown)
    }
    #expect(!shown.contains("PLANTED"))
  }

  @Test func `a presigned request lists the names of its headers percent-encoded`() throws {
    var request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h")])
    let names = ["a&b", "c#d", "e%41", "f+g", "!$'*.^_`|~"]
    request.headers += names.map { HeaderField($0, "1") }
    let sample = SignedSample()
    try Signer(service: sample.service, region: "us-west-2").presign(
      &request, validFor: .seconds(60), with: sample.credentials, at: SignedSample.time)
    #expect(
      request.target.contains("&X-Amz-SignedHeaders=%21%24%27%2A.%5E_%60%7C~%3Ba%26b%3Bc%23d%3Be%2541%3Bf%2Bg%3Bhost&"))
    #expect(sample.verifier.refusal(of: request, with: sample.credentials) == nil)
  }

  @Test(arguments: [Payload.empty, .bytes([1]), .data(Data([1])), nil])
  func `a presigned URL of S3 never depends on the payload`(payload: Payload?) throws {
    var request = request
    let signed = try Signer(service: .s3, region: "r").presign(
      &request, validFor: .seconds(60), payload: payload, with: credentials, at: time)
    #expect(signed.payloadHash == "UNSIGNED-PAYLOAD")
  }

  @Test func `a presigned URL of S3 contains the payload hash that the caller gives`() throws {
    var request = request
    request.target = "/key?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"
    let hash = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"
    try Signer(service: .s3, region: "r").presign(
      &request, validFor: .seconds(60), payload: .hash(hash), with: credentials, at: time)
    #expect(request.target.contains("&X-Amz-Content-Sha256=\(hash)&"))
    #expect(!request.target.contains("UNSIGNED-PAYLOAD"))
    let verifier = Verifier(service: .s3, region: "r")
    let text = Payload.bytes(Array("The quick brown fox jumps over the lazy dog".utf8))
    #expect(throws: Never.self) { try verifier.verify(request, payload: text, with: credentials, at: time) }
    let error = #expect(throws: VerificationError.self) {
      try verifier.verify(request, payload: .empty, with: credentials, at: time)
    }
    #expect(error?.code == .wrongPayload)
  }

  @Test(arguments: [SigningService.ContentHashHeader.omitted, .sent, .sentUnlessPresigned])
  func `a payload hash that is presigned again is sent once`(header: SigningService.ContentHashHeader) throws {
    let rules = SigningService(customRulesFor: "service", payload: .unsignedWhenPresigned, contentHashHeader: header)
    let signer = Signer(service: rules, region: "r")
    let text = Payload.bytes(Array("The quick brown fox jumps over the lazy dog".utf8))
    let hash = Payload.hash("d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592")
    var request = request
    for _ in 0..<2 { try signer.presign(&request, validFor: .seconds(60), payload: hash, with: credentials, at: time) }
    let error = Verifier(service: rules, region: "r").refusal(of: request, payload: text, with: credentials, at: time)
    // Without a field for the hash, the verifier can't know it.
    #expect(error == (header == .omitted ? .wrongSignature : nil))
  }

  @Test(arguments: ["GET", "HEAD", "DELETE", "POST", "PUT", "PATCH", "get"])
  func `presigning requires the payload of a method that often has one`(method: String) throws {
    var request = request
    request.method = method
    let signer = Signer(service: .executeAPI, region: "r")
    if ["GET", "HEAD", "DELETE"].contains(method) {
      let signed = try signer.presign(&request, validFor: .seconds(60), with: credentials, at: time)
      #expect(signed.payloadHash == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    } else {
      let error = #expect(throws: SigningError.self) {
        try signer.presign(&request, validFor: .seconds(60), with: credentials, at: time)
      }
      #expect(error?.code == .missingPayload)
    }
  }

  @Test(arguments: ["service", "region", "access key ID"])
  func `a text that only looks like that of a cached key is rejected`(part: String) throws {
    // A Kelvin sign, which Swift's == equates with K.
    let kelvin = "\u{212A}"
    let sign = { (letter: String) in
      var request = request
      let credentials = Credentials(
        accessKeyID: part == "access key ID" ? "\(letter)AKIDEXAMPLE" : "AKIDEXAMPLE", secretAccessKey: "secret")
      try Signer(
        service: SigningService(part == "service" ? "\(letter)ms" : "kms"),
        region: SigningRegion(part == "region" ? "\(letter)-1" : "k-1")
      ).sign(&request, payload: .empty, with: credentials, at: time)
    }
    try sign("K")
    #expect(throws: SigningError.self) { try sign(kelvin) }
  }
}
