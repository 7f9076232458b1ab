import Foundation
@testable import SigV4
import Testing

@Suite struct VerifierTests {
  private let sample = SignedSample()

  @Test(arguments: SignedSample.all)
  func `what the signer signs is verified, and the answer names who, for what and when`(sample: SignedSample) throws {
    let verified = try sample.verifier.verify(
      sample.request(), with: sample.credentials, at: SignedSample.time.addingTimeInterval(200))
    #expect(verified.claim.accessKeyID == "AKIDEXAMPLE")
    #expect(verified.claim.algorithm == sample.algorithm)
    #expect(verified.claim.placement == sample.placement)
    let region = sample.algorithm == .hmacSHA256 ? "us-west-2/" : ""
    #expect(verified.claim.scope.text == "20150830/\(region)\(sample.service.name)/aws4_request")
    #expect(verified.claim.signedHeaders.starts(with: ["host"]))
    #expect(verified.claim.signedHeaders.contains("x-color"))
    #expect(verified.claim.time == SignedSample.time)
    #expect(verified.claim.lifetime == (sample.placement == .query ? .seconds(900) : nil))
    #expect(verified.claim.regionSet == (sample.algorithm == .hmacSHA256 ? nil : ["us-east-1", "us-west-*"]))
  }

  @Test(arguments: SignedSample.all)
  func `another secret is refused, and so is an id that nobody knows, in the same words`(sample: SignedSample) throws {
    let other = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "other", sessionToken: sample.token)
    let stranger = Credentials(accessKeyID: "AKIDOTHER", secretAccessKey: sample.credentials.secretAccessKey)
    let request = try sample.request()
    let errors = [other, stranger, nil].map { credentials in
      #expect(throws: VerificationError.self) {
        try sample.verifier.verify(request, with: credentials, at: SignedSample.time)
      }
    }
    #expect(errors.allSatisfy { $0?.code == .wrongSignature })
    #expect(Set(errors.map { $0?.message }).count == 1)
  }

  @Test func `a secret is looked up by the id, after the checks that need none`() async throws {
    let request = try sample.request()
    let verified = try await sample.verifier.verify(request, at: SignedSample.time) { id in
      await Task.yield()
      return id == "AKIDEXAMPLE" ? sample.credentials : nil
    }
    #expect(verified.claim.accessKeyID == "AKIDEXAMPLE")
    let error = await #expect(throws: VerificationError.self) {
      try await sample.verifier.verify(request, at: SignedSample.time.addingTimeInterval(301)) { _ in
        Issue.record("A request out of time needs no secret.")
        return nil
      }
    }
    #expect(error?.code == .skewedDate)
  }

  @Test func `what the look-up throws comes out`() async throws {
    struct DatabaseIsDown: Error {}
    let request = try sample.request()
    await #expect(throws: DatabaseIsDown.self) {
      try await sample.verifier.verify(request, at: SignedSample.time) { _ in throw DatabaseIsDown() }
    }
  }

  @Test(arguments: [(-301.0, false), (-300, true), (300, true), (301, false)])
  func `a signed request is taken five minutes before and after its date`(offset: Double, isTaken: Bool) throws {
    let code = sample.verifier.refusal(
      of: try sample.request(), with: sample.credentials, at: SignedSample.time.addingTimeInterval(offset))
    #expect(code == (isTaken ? nil : .skewedDate))
  }

  /// Signed by botocore, which sends `Date` alone where the caller has set one.
  @Test(
    arguments: [
      ("Sun, 30 Aug 2015 12:36:00 -0000", nil), ("Sun, 30 Aug 2015 12:36:01 -0000", .wrongSignature),
      ("Sun, 30 Aug 2015 12:46:00 -0000", .skewedDate), ("Mon, 31 Aug 2015 12:36:00 -0000", .wrongScope),
      ("yesterday", .malformedSignature),
    ] as [(String, VerificationError.Code?)])
  func `Date stands for X-Amz-Date where that is absent`(date: String, code: VerificationError.Code?) {
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
  func `a presigned request is taken until it expires`(offset: Double, code: VerificationError.Code?) throws {
    let sample = SignedSample(placement: .query)
    #expect(
      sample.verifier.refusal(
        of: try sample.request(), with: sample.credentials, at: SignedSample.time.addingTimeInterval(offset)) == code)
  }

  @Test func `the body is held against the hash that was signed`() throws {
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
  func `a header with the hash is held against the body though the service wants none`(
    hash: String, code: VerificationError.Code?
  ) throws {
    let sample = SignedSample(headers: [HeaderField("Host", "h"), HeaderField("X-Amz-Content-Sha256", hash)])
    #expect(sample.verifier.refusal(of: try sample.request(), with: sample.credentials) == code)
  }

  @Test func `Lattice takes any body, and says that it isn't covered`() throws {
    let sample = SignedSample(service: .vpcLattice)
    let verified = try sample.verifier.verify(
      sample.request(), payload: .bytes([1]), with: sample.credentials, at: SignedSample.time)
    #expect(verified.bodyCoverage == .uncovered)
  }

  @Test func `Lattice takes no payload hash`() throws {
    var rules = SigningService.vpcLattice
    rules.payload = .signed
    let sample = SignedSample(service: rules)
    #expect(
      Verifier(service: .vpcLattice).refusal(of: try sample.request(), with: sample.credentials) == .wrongPayload)
  }

  @Test(arguments: [SignatureClaim.Placement.header, .query])
  func `a token that is absent, spare or another's is refused, but only to who has the secret`(
    placement: SignatureClaim.Placement
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

  @Test(arguments: [
    (["*"], true), (["us-east-1", "us-west-2"], true), (["us-*-2"], true), (["us-west-"], false), (["eu-*"], false),
  ])
  func `a region set holds the regions that its patterns match`(regionSet: [String], isTaken: Bool) throws {
    var request = SignableRequest(method: "GET", target: "/", headers: sample.headers)
    try Signer(service: sample.service, regionSet: regionSet).sign(
      &request, with: sample.credentials, at: SignedSample.time)
    #expect(sample.verifier.refusal(of: request, with: sample.credentials) == (isTaken ? nil : .wrongScope))
  }

  @Test func `neither an error nor a claim shows a token`() throws {
    let sample = SignedSample(token: "SECRETTOKEN")
    let request = try sample.request()
    let claim = try SignatureClaim(request)
    var dumped = ""
    dump(claim, to: &dumped)
    #expect(!"\(claim) \(dumped) \(String(reflecting: claim))".contains("SECRETTOKEN"))
    let error = #expect(throws: VerificationError.self) {
      try sample.verifier.verify(request, with: SignedSample().credentials, at: SignedSample.time)
    }
    #expect(error?.description.contains("SECRETTOKEN") == false)
  }
}
