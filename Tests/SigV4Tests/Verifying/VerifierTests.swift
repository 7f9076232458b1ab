import Foundation
@testable import SigV4
import Testing

@Suite struct VerifierTests {
  private let sample = SignedSample()

  @Test(arguments: SignedSample.all)
  func `a signed request is verified, and the result contains its signer, scope and time`(sample: SignedSample) throws {
    let verified = try sample.verifier.verify(
      sample.request(), payload: .empty, with: sample.credentials, at: SignedSample.time.addingTimeInterval(200))
    #expect(verified.claim.accessKeyID == "AKIDEXAMPLE")
    #expect(verified.claim.algorithm == sample.algorithm)
    #expect(verified.claim.placement == sample.placement)
    let region = sample.algorithm == .sigV4 ? "us-west-2/" : ""
    #expect(verified.claim.scope.text == "20150830/\(region)\(sample.service.name)/aws4_request")
    #expect(verified.claim.signedHeaders.starts(with: ["host"]))
    #expect(verified.claim.signedHeaders.contains("x-color"))
    #expect(verified.claim.time == SignedSample.time)
    #expect(verified.claim.lifetime == (sample.placement == .query ? .seconds(900) : nil))
    #expect(verified.claim.regionSet == (sample.algorithm == .sigV4 ? nil : ["us-east-1", "us-west-*"]))
  }

  @Test(arguments: SignedSample.all)
  func `another secret and an unknown access key ID are rejected with the same message`(sample: SignedSample) throws {
    let other = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "other", sessionToken: sample.token)
    let stranger = Credentials(accessKeyID: "AKIDOTHER", secretAccessKey: sample.credentials.secretAccessKey)
    let request = try sample.request()
    let errors = [other, stranger, nil].map { credentials in
      #expect(throws: VerificationError.self) {
        try sample.verifier.verify(request, payload: .empty, with: credentials, at: SignedSample.time)
      }
    }
    #expect(errors.allSatisfy { $0?.code == .wrongSignature })
    #expect(Set(errors.map { $0?.message }).count == 1)
  }

  @Test(arguments: [("host;", "host;;"), ("host;", ";host;"), ("=host;", "=;"), (", Signature", ";, Signature")])
  func `an empty name in SignedHeaders is a malformed signature`(old: String, new: String) throws {
    let request = try sample.request { try $0.replaceInAuthorization(old, new) }
    let error = #expect(throws: VerificationError.self) { try SignatureClaim(request) }
    #expect(error?.code == .malformedSignature)
  }

  @Test func `a secret is looked up by the ID, after the checks that need no secret`() async throws {
    let request = try sample.request()
    let verified = try await sample.verifier.verify(request, payload: .empty, at: SignedSample.time) { id in
      await Task.yield()
      return id == "AKIDEXAMPLE" ? sample.credentials : nil
    }
    #expect(verified.claim.accessKeyID == "AKIDEXAMPLE")
    let error = await #expect(throws: VerificationError.self) {
      try await sample.verifier.verify(request, payload: .empty, at: SignedSample.time.addingTimeInterval(301)) { _ in
        Issue.record("A request out of time needs no secret.")
        return nil
      }
    }
    #expect(error?.code == .skewedDate)
  }

  @Test func `credentials that are looked up are checked like given ones`() async throws {
    let sample = SignedSample(token: "token")
    let other = Credentials(
      accessKeyID: sample.credentials.accessKeyID, secretAccessKey: "other", sessionToken: "token")
    let withoutToken = Credentials(
      accessKeyID: sample.credentials.accessKeyID, secretAccessKey: sample.credentials.secretAccessKey)
    let found: [(Credentials?, VerificationError.Code)] = [
      (nil, .wrongSignature), (other, .wrongSignature), (withoutToken, .wrongSessionToken),
    ]
    let request = try sample.request()
    for (credentials, code) in found {
      let error = await #expect(throws: VerificationError.self) {
        try await sample.verifier.verify(request, payload: .empty, at: SignedSample.time) { _ in credentials }
      }
      #expect(error?.code == code)
    }
  }

  @Test func `headers that must be signed are checked before the date`() throws {
    let unsigned = try SignedSample().request { $0.headers.append(HeaderField("x-amz-late", "1")) }
    let late = SignedSample.time.addingTimeInterval(3600)
    #expect(sample.verifier.refusal(of: unsigned, with: sample.credentials, at: late) == .unsignedHeader)
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials, at: late) == .skewedDate)
  }

  @Test func `an error of the lookup is thrown`() async throws {
    struct DatabaseIsDown: Error {}
    let request = try sample.request()
    await #expect(throws: DatabaseIsDown.self) {
      try await sample.verifier.verify(request, payload: .empty, at: SignedSample.time) { _ in throw DatabaseIsDown() }
    }
  }

  @Test(arguments: [(-301.0, false), (-300, true), (300, true), (301, false)])
  func `a signed request is accepted five minutes before and after its date`(offset: Double, isTaken: Bool) throws {
    let code = sample.verifier.refusal(
      of: try sample.request(), with: sample.credentials, at: SignedSample.time.addingTimeInterval(offset))
    #expect(code == (isTaken ? nil : .skewedDate))
  }

  /// Signed by botocore, which sends only `Date` if the caller has set it.
  @Test(
    arguments: [
      ("Sun, 30 Aug 2015 12:36:00 -0000", nil), ("Sun, 30 Aug 2015 12:36:01 -0000", .wrongSignature),
      ("Sun, 30 Aug 2015 12:46:00 -0000", .skewedDate), ("Mon, 31 Aug 2015 12:36:00 -0000", .wrongScope),
      ("yesterday", .malformedSignature),
    ] as [(String, VerificationError.Code?)])
  func `Date replaces X-Amz-Date if that is absent`(date: String, code: VerificationError.Code?) {
    let request = SignableRequest(
      method: "GET", target: "/",
      headers: [
        HeaderField("Host", "example.amazonaws.com"), HeaderField("Date", date),
        HeaderField(
          "Authorization",
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=date;host, "
            + "Signature=7680771e48fa28c7db272da980f990fa8ee39dee61905c4203f5da9d3d48ac86"),
      ])
    let verifier = Verifier(service: SigningService("service"), region: "us-east-1")
    #expect(verifier.refusal(of: request, with: SignedSample().credentials) == code)
  }

  @Test func `the allowed skew can be set`() throws {
    let verifier = Verifier(service: sample.service, allowedSkew: .seconds(900))
    #expect(
      verifier.refusal(
        of: try sample.request(), with: sample.credentials, at: SignedSample.time.addingTimeInterval(900)) == nil)
  }

  @Test func `a skew below zero allows none`() throws {
    for skew in [Duration.seconds(Int64.min), .seconds(-1)] {
      let verifier = Verifier(service: sample.service, allowedSkew: skew)
      #expect(verifier.refusal(of: try sample.request(), with: sample.credentials) == nil)
      let time = SignedSample.time.addingTimeInterval(1)
      #expect(verifier.refusal(of: try sample.request(), with: sample.credentials, at: time) == .skewedDate)
    }
  }

  @Test(arguments: [(-301.0, VerificationError.Code.skewedDate), (-300, nil), (900, nil), (901, .expired)])
  func `a presigned request is accepted until it expires`(offset: Double, code: VerificationError.Code?) throws {
    let sample = SignedSample(placement: .query)
    #expect(
      sample.verifier.refusal(
        of: try sample.request(), with: sample.credentials, at: SignedSample.time.addingTimeInterval(offset)) == code)
  }

  @Test func `the body is compared with the hash that was signed`() throws {
    let body = Array("{}".utf8)
    for (service, wrong) in [(SigningService("service"), VerificationError.Code.wrongSignature), (.s3, .wrongPayload)] {
      let sample = SignedSample(service: service, body: body)
      let request = try sample.request()
      let verified = try sample.verifier.verify(
        request, payload: .bytes(body), with: sample.credentials, at: SignedSample.time)
      #expect(verified.bodyCoverage == .covered)
      #expect(sample.verifier.refusal(of: request, payload: .bytes([]), with: sample.credentials) == wrong)
    }
  }

  @Test(arguments: [(SHA256Digest.hexOfNothing, nil), ("UNSIGNED-PAYLOAD", VerificationError.Code.wrongPayload)])
  func `a header with the hash is compared with the body even if the service requires none`(
    hash: String, code: VerificationError.Code?
  ) throws {
    let sample = SignedSample(headers: [HeaderField("Host", "h"), HeaderField("X-Amz-Content-Sha256", hash)])
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == code)
  }

  @Test func `Lattice accepts any body, and reports that it isn't covered`() throws {
    let sample = SignedSample(service: .vpcLattice)
    let verified = try sample.verifier.verify(
      sample.request(), payload: .bytes([1]), with: sample.credentials, at: SignedSample.time)
    #expect(verified.bodyCoverage == .uncovered)
  }

  @Test func `Lattice accepts no payload hash`() throws {
    let rules = SigningService(customRulesFor: "vpc-lattice-svcs", contentHashHeader: .sent)
    let sample = SignedSample(service: rules)
    #expect(
      Verifier(service: .vpcLattice).refusal(of: try sample.request(), with: sample.credentials) == .wrongPayload)
  }

  @Test(arguments: [SignaturePlacement.header, .query])
  func `a missing, superfluous or wrong token is reported only to a sender with the secret`(
    placement: SignaturePlacement
  ) throws {
    let temporary = SignedSample(placement: placement, token: "token")
    let lasting = SignedSample(placement: placement)
    let other = SignedSample(placement: placement, token: "other")
    for (sent, owner) in [(lasting, temporary), (temporary, lasting), (other, temporary)] {
      let request = try sent.request()
      #expect(sent.verifier.refusal(of: request, with: owner.credentials) == .wrongSessionToken)
      let guess = Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "another secret", sessionToken: owner.token)
      #expect(sent.verifier.refusal(of: request, with: guess) == .wrongSignature)
    }
  }

  @Test(arguments: ["service", .iotDeviceGateway] as [SigningService], [SignaturePlacement.header, .query])
  func `an empty token, signed or added after signing, isn't the same as none`(
    service: SigningService, placement: SignaturePlacement
  ) throws {
    let sample = SignedSample(service: service, placement: placement)
    var request = SignableRequest(method: sample.method, target: sample.target, headers: sample.headers)
    var signer = Signer(service: service, region: "us-west-2")
    signer.fields = SigningFields(rows: SigningFields.all.rows.filter { $0.content != .sessionToken })
    switch placement {
    case .header:
      request.headers.append(HeaderField("X-Amz-Security-Token", ""))
      try signer.sign(&request, payload: .empty, with: sample.credentials, at: SignedSample.time)
    case .query:
      request.target += "&X-Amz-Security-Token="
      try signer.presign(&request, validFor: .seconds(900), with: sample.credentials, at: SignedSample.time)
    }
    #expect(sample.verifier.refusal(of: request, with: sample.credentials) == .wrongSessionToken)
  }

  @Test(arguments: [
    (["*"], true), (["us-east-1", "us-west-2"], true), (["us-*-2"], true), (["us-west-"], false), (["eu-*"], false),
  ])
  func `a region set contains the regions that its patterns match`(regionSet: [String], isTaken: Bool) throws {
    var request = SignableRequest(method: "GET", target: "/", headers: sample.headers)
    try Signer(service: sample.service, region: .set(regionSet)).sign(
      &request, payload: .empty, with: sample.credentials, at: SignedSample.time)
    #expect(sample.verifier.refusal(of: request, with: sample.credentials) == (isTaken ? nil : .wrongScope))
  }

  @Test(arguments: [
    ("*", "us-west-2", true), ("us-west-2", "us-west-2", true), ("us-west-2", "us-west-1", false),
    ("us-west-2", "us-west-20", false), ("us-west-20", "us-west-2", false), ("us-*", "us-west-2", true),
    ("*-2", "us-west-2", true), ("*west*", "us-west-2", true), ("us-*-2", "us-west-2", true),
    ("u*t*2", "us-west-2", true),
    ("**", "us-west-2", true), ("us-west-2*", "us-west-2", true), ("*us-west-2", "us-west-2", true),
    // Parts that would overlap, and parts in another order.
    ("us-west*west-2", "us-west-2", false), ("us-w*us-west-2", "us-west-2", false), ("us-*-*-2", "us-west-2", false),
    ("*west-2*-2", "us-west-2", false), ("*-2*west*", "us-west-2", false), ("us-*us-*-2", "us-west-2", false),
    ("*st*we*", "us-west-2", false), ("a*a", "a", false), ("*ab*ab*", "abab", true), ("*ab*ab*", "aab", false),
    ("*aab", "aaab", true), ("us-w*2*2", "us-west-2", false),
    // Bytes, not characters: a letter and its accent, and one letter for both.
    ("e\u{301}", "\u{E9}", false), ("e*", "e\u{301}", true), ("", "", true), ("", "a", false), ("*", "", true),
  ])
  func `a region pattern matches by bytes, each part after the one before it`(
    pattern: String, region: String, isMatch: Bool
  ) {
    #expect(RegionPattern.matches(pattern, region) == isMatch)
  }

  @Test func `a body that wasn't read isn't reported as covered`() throws {
    let body = Array("{}".utf8)
    let sample = SignedSample(service: .s3, body: body)
    let request = try sample.request()
    var hasher = try PayloadHasher()
    try hasher.update(body.span)
    let hash = try #require(request.headers.first { $0.isNamed("x-amz-content-sha256") }?.value)
    for (payload, coverage) in [
      (Payload.bytes(body), VerifiedRequest.BodyCoverage.covered), (.data(Data(body)), .covered),
      (try hasher.finish(), .covered),
      (.hash(hash), .unchecked),
    ] {
      let verified = try sample.verifier.verify(
        request, payload: payload, with: sample.credentials, at: SignedSample.time)
      #expect(verified.bodyCoverage == coverage)
      #expect(verified.payloadHash == hash)
    }
    #expect(sample.verifier.refusal(of: request, payload: .unsigned, with: sample.credentials) == .wrongPayload)
  }

  @Test func `the twin of an ECDSA signature verifies too, and has the same key for a replay cache`() throws {
    let sample = SignedSample(algorithm: .sigV4a)
    var keys: Set<String> = []
    for _ in 0..<8 {
      let request = try sample.request()
      let signature = try SignatureClaim(request).signature
      let twin = try twin(ofSignature: signature)
      #expect(twin != signature)
      var other = request
      try other.replaceInAuthorization(signature, twin)
      let verified = try [request, other].map {
        try sample.verifier.verify($0, payload: .empty, with: sample.credentials, at: SignedSample.time)
      }
      #expect(verified[0].replayKey == verified[1].replayKey)
      #expect(verified[0].replayKey.utf8.count == 128)
      keys.insert(verified[0].replayKey)
    }
    #expect(keys.count == 8)
    let plain = SignedSample()
    let verified = try plain.verifier.verify(
      plain.request(), payload: .empty, with: plain.credentials, at: SignedSample.time)
    #expect(verified.replayKey == verified.claim.signature)
  }

  /// `(r, n − s)` for `(r, s)`, by long subtraction, in DER.
  private func twin(ofSignature signature: String) throws -> String {
    let der = try #require(Hexadecimal.bytes(signature))
    let rEnd = 4 + Int(der[3])
    let s = Array(der[(rEnd + 2)...].drop { $0 == 0 })
    let order = try #require(
      Hexadecimal.bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
    var (twin, borrow) = (order, 0)
    for index in order.indices.reversed() {
      let offset = index - (32 - s.count)
      let digit = Int(order[index]) - (offset >= 0 ? Int(s[offset]) : 0) - borrow
      twin[index] = UInt8(truncatingIfNeeded: digit)
      borrow = digit < 0 ? 1 : 0
    }
    twin = Array(twin.drop { $0 == 0 })
    if (twin.first ?? 0) >= 0x80 { twin.insert(0, at: 0) }
    let parts = Array(der[2..<rEnd]) + [0x02, UInt8(twin.count)] + twin
    let whole = [0x30, UInt8(parts.count)] + parts
    return Hexadecimal.string(whole.span)
  }

  @Test func `only a signature has a normal form`() {
    for bytes in ["", "30", "3000", "3006020101020101ff", "3006020101020201", "30060201010201", "020101", "30030201"] {
      #expect(P256.normalForm(ofSignature: Hexadecimal.bytes(bytes) ?? []) == nil)
    }
    let long = [0x30, 0x26, 0x02, 0x21] + [UInt8](repeating: 1, count: 33) + [0x02, 0x01, 0x01]
    #expect(P256.normalForm(ofSignature: long) == nil)
    let one = [UInt8](repeating: 0, count: 31) + [1]
    #expect(P256.normalForm(ofSignature: [0x30, 6, 2, 1, 1, 2, 1, 1]) == one + one)
  }

  @Test func `setting the clock back and forward changes no result`() throws {
    let request = try sample.request()
    let offsets = [0, 301, 0, -301, 86_400, -86_400, 300, -300, 3e9, 0, -5e9, 0, 1e12, 0, -1e12, .infinity, .nan, 0]
    for offset in offsets {
      let code = sample.verifier.refusal(
        of: request, with: sample.credentials, at: SignedSample.time.addingTimeInterval(offset))
      let isInCalendar = abs(offset) < 6e10
      let expected: VerificationError.Code? = abs(offset) <= 300 ? nil : isInCalendar ? .skewedDate : .verifierFailure
      #expect(code == expected, "\(offset)")
    }
  }

  @Test func `neither an error nor a claim shows a token`() throws {
    let sample = SignedSample(token: "SECRETTOKEN")
    let request = try sample.request()
    let claim = try SignatureClaim(request)
    var dumped = ""
    dump(claim, to: &dumped)
    #expect(!"\(claim) \(dumped) \(String(reflecting: claim))".contains("SECRETTOKEN"))
    let error = #expect(throws: VerificationError.self) {
      try sample.verifier.verify(request, payload: .empty, with: SignedSample().credentials, at: SignedSample.time)
    }
    #expect(error?.description.contains("SECRETTOKEN") == false)
  }
}
