import Foundation
import SigV4
import Testing

@Suite struct SignatureDiagnosisTests {
  @Test(arguments: try BrokenRequest.all())
  func `a broken request has the cause and the certainty of its line`(broken: BrokenRequest) throws {
    let diagnosis = try broken.diagnosis()
    #expect(diagnosis.cause.description == broken.cause, "\(diagnosis)")
    #expect(diagnosis.certainty?.rawValue == broken.certainty, "\(diagnosis)")
    if let says = broken.says { #expect(diagnosis.explanation.contains(says), "\(diagnosis)") }
    #expect(!"\(diagnosis)".contains(SignedSample().credentials.secretAccessKey))
    #expect(!"\(diagnosis)".contains("TOKENTHATMUSTNOTSHOW"))
    let difference = diagnosis.differences.first
    #expect(difference?.line == broken.line)
    if let difference, difference.line.hasSuffix("-token") {
      #expect(difference.sent == "<redacted>" && difference.expected == "<redacted>")
    } else if let difference {
      #expect(difference.sent != difference.expected)
    }
  }

  @Test func `the lines that differ are in the order of the canonical request`() throws {
    let request = try SignedSample(headers: [HeaderField("Host", "h"), HeaderField("X-Color", "blue")]).request()
    let answer = ServiceErrorResponse(
      """
      The request signature we calculated does not match the signature you provided.

      The Canonical String for this request should have been
      'PUT
      /other
      a=b
      host:other
      x-color:red

      host
      UNSIGNED-PAYLOAD'
      """)
    let mismatch = SignatureDiagnosis(of: request, answer: answer)
    #expect(
      mismatch.differences.map(\.line).filter { $0 != "header x-amz-date" }
        == ["method", "path", "query", "header host", "header x-color", "signed headers", "payload hash"])
  }

  @Test(arguments: [
    (59.0, nil), (60, "60 seconds"), (-60, "60 seconds"), (-59, nil), (119, "119 seconds"),
    (-120, "2 minutes 0 seconds"),
  ])
  func `the times that an answer shows are used from a minute's difference on`(offset: Double, shown: String?) throws {
    let format = Date.ISO8601FormatStyle()
    let server = SignedSample.time.addingTimeInterval(offset).formatted(format)
    let mismatch = SignatureDiagnosis(
      of: try SignedSample(service: .s3).request(),
      answer: ServiceErrorResponse(
        """
        <Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too \
        large.</Message><ServerTime>\(server)</ServerTime></Error>
        """))
    #expect(mismatch.cause == .clock)
    #expect(shown.map { mismatch.explanation.contains($0) } ?? !mismatch.explanation.contains("seconds"), "\(mismatch)")
  }

  @Test(arguments: [(-1200.0, "20 minutes 0 seconds after"), (90_000, "25 hours 0 minutes before")])
  func `the date of the answer shows the skew of a clock`(offset: Double, sentence: String) throws {
    let mismatch = SignatureDiagnosis(
      of: try SignedSample().request(), serviceTime: SignedSample.time.addingTimeInterval(offset))
    #expect(mismatch.cause == .clock)
    #expect(mismatch.explanation.contains(sentence))
  }

  @Test(arguments: [(SigningService.s3, 840.0, false), (.s3, 960, true), (.executeAPI, 360, true)])
  func `S3 accepts requests for 15 minutes, other services for 5`(
    service: SigningService, offset: Double, isClock: Bool
  ) throws {
    let sample = SignedSample(service: service)
    let mismatch = SignatureDiagnosis(
      of: try sample.request(), credentials: sample.credentials,
      serviceTime: SignedSample.time.addingTimeInterval(offset))
    #expect(mismatch.cause == (isClock ? .clock : .signatureIsRight))
  }

  @Test(arguments: [("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true), ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", true)])
  func `a payload in chunks isn't compared with a hash`(word: String, isRight: Bool) throws {
    var request = SignableRequest(
      method: "PUT", target: "/key",
      headers: [HeaderField("Host", "b.example"), HeaderField("x-amz-content-sha256", word)])
    let credentials = SignedSample().credentials
    try Signer(service: .s3, region: "us-west-2").sign(
      &request, payload: .hash(word), with: credentials, at: SignedSample.time)
    let body = Payload.bytes(Array("2\r\nab\r\n0\r\n\r\n".utf8))
    #expect(SignatureDiagnosis(of: request, payload: body, credentials: credentials).cause == .signatureIsRight)
    try request.change("Host") { $0 + ":443" }
    #expect(SignatureDiagnosis(of: request, payload: body, credentials: credentials).cause == .hostPort)
  }

  @Test func `a presigned payload in chunks isn't compared with a hash`() throws {
    let word = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    var request = SignableRequest(method: "PUT", target: "/key", headers: [HeaderField("Host", "b.example")])
    let credentials = SignedSample().credentials
    try Signer(service: .s3, region: "us-west-2").presign(
      &request, validFor: .seconds(60), payload: .hash(word), with: credentials, at: SignedSample.time)
    let body = Payload.bytes(Array("2\r\nab\r\n0\r\n\r\n".utf8))
    #expect(SignatureDiagnosis(of: request, payload: body, credentials: credentials).cause == .signatureIsRight)
  }

  @Test func `a hash that is sent, but not signed, must be signed`() throws {
    let hash = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"
    let credentials = SignedSample().credentials
    let rules = SigningService(customRulesFor: "s3", pathEncoding: .once, pathNormalization: .preserved)
    var request = SignableRequest(
      method: "PUT", target: "/key?X-Amz-Content-Sha256=\(hash)", headers: [HeaderField("Host", "b.example")])
    try Signer(service: rules, region: "us-west-2").presign(
      &request, validFor: .seconds(60), payload: .unsigned, with: credentials, at: SignedSample.time)
    let found = SignatureDiagnosis(
      of: request, payload: .bytes(Array("The quick brown fox jumps over the lazy dog".utf8)), credentials: credentials)
    #expect(found.cause == .payloadUnsigned)
    #expect(found.explanation.contains("Sign the value that is sent"), "\(found)")
  }

  @Test func `an error of a verifier has a cause that the code alone doesn't show`() throws {
    let sample = SignedSample()
    let cause = { (sample: SignedSample, change: (inout SignableRequest) throws -> Void) in
      SignatureDiagnosis(of: try sample.request(change), credentials: sample.credentials).cause
    }
    #expect(try cause(sample) { try $0.replaceInAuthorization("aws4_request", "aws5_request") } == .malformedSignature)
    #expect(try cause(sample) { try $0.replaceInAuthorization("20150830", "20150829") } == .day)
    #expect(try cause(sample) { $0.target = "/" + String(repeating: "day", count: 20_000) } == .unknown)
    #expect(try cause(sample) { $0.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD") } == .contentHashHeader)
    #expect(try cause(SignedSample(token: "t")) { $0.remove("X-Amz-Security-Token") } == .sessionToken)
    let unsigned = SignedSample(
      service: .executeAPI,
      headers: [HeaderField("Host", "h"), HeaderField("x-amz-content-sha256", "UNSIGNED-PAYLOAD")])
    #expect(try cause(unsigned) { _ in } == .payloadUnsigned)
  }

  @Test(arguments: ["secret\n", " secret", "\"secret\"", "secret "])
  func `white space around a given secret is found if it is the mistake`(secret: String) throws {
    var request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h")])
    let clean = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    try Signer(service: .executeAPI, region: "us-west-2").sign(
      &request, payload: .empty, with: clean, at: SignedSample.time)
    let given = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret)
    // This signature is made without it, so something else is wrong.
    #expect(SignatureDiagnosis(of: request, credentials: given).cause == .signatureIsRight)
    #expect(SignatureDiagnosis(of: request, credentials: clean).cause == .signatureIsRight)
  }

  @Test func `a mistake is found in SigV4a too`() throws {
    let sample = SignedSample(algorithm: .sigV4a)
    let mismatch = SignatureDiagnosis(
      of: try sample.request { try $0.change("Host") { $0 + ":443" } }, credentials: sample.credentials)
    #expect(mismatch.cause == .hostPort)
  }

  @Test func `a presigned request is explained as well`() throws {
    let sample = SignedSample(placement: .query)
    let mismatch = SignatureDiagnosis(
      of: try sample.request { try $0.change("Host") { $0 + ":443" } }, credentials: sample.credentials)
    #expect(mismatch.cause == .hostPort)
  }

  @Test(arguments: ["", "{", "<", "<Code>", "403", "{\"message\": 1}", "The String-to-Sign '", "''", "\u{0}:"])
  func `an answer of any form is read`(body: String) throws {
    let answer = ServiceErrorResponse(body)
    #expect(answer.canonicalRequest == nil)
    #expect(SignatureDiagnosis(of: try SignedSample().request(), answer: answer).cause == .unknown)
  }

  /// A presigned request with a token, and the canonical request that a service shows for it, its host changed.
  private func presigned(_ change: (String) -> String) throws -> SignatureDiagnosis {
    let sample = SignedSample(placement: .query, token: "TOKENTHATMUSTNOTSHOW")
    let request = try sample.request()
    let text = try Canonicalizer(sample.service).canonicalRequest(
      for: request, payloadHash: String(repeating: "0", count: 64), signedHeaders: "host;x-color"
    ).text
    #expect(text.contains("TOKENTHATMUSTNOTSHOW"))
    return SignatureDiagnosis(
      of: request, answer: ServiceErrorResponse("<Error><CanonicalRequest>\(change(text))</CanonicalRequest></Error>"))
  }

  @Test(arguments: ["\n", "\r\n", "\n\n"])
  func `line breaks around the text that a service shows are ignored`(lines: String) throws {
    let mismatch = try presigned { lines + $0.replacing("host:example", with: "host:other") + lines }
    #expect(mismatch.cause == .host)
    #expect(mismatch.differences.map(\.line) == ["header host", "payload hash"])
    #expect(!"\(mismatch)".contains("TOKENTHATMUSTNOTSHOW"))
  }

  @Test(arguments: [
    "GET /x\n/\n\n", "GET\nX-Amz-Security-Token=TOKENTHATMUSTNOTSHOW\n/\n",
    "GET\n/\n\nX-Amz-Security-Token=TOKENTHATMUSTNOTSHOW\n",
    "GET\n/\n\nhost:X-Amz-Security%2dToken=TOKENTHATMUSTNOTSHOW\n",
    "GET\n/\nx-amz-security-token:TOKENTHATMUSTNOTSHOW\nX-Amz-Security-Token:TOKENTHATMUSTNOTSHOW\n",
  ])
  func `a text that is cut into other lines shows no token, and isn't reported as the same`(start: String) throws {
    for text in [start + "\nhost\n00", start + "host\n00", start] {
      let mismatch = try presigned { _ in text }
      #expect(mismatch.cause != .secret)
      #expect(!"\(mismatch)".contains("TOKENTHATMUSTNOTSHOW"), "\(mismatch)")
    }
  }

  @Test func `only an equal text is reported as the same`() throws {
    let request = try SignedSample().request()
    #expect(
      SignatureDiagnosis(of: request, answer: ServiceErrorResponse("<CanonicalRequest>GET</CanonicalRequest>")).cause
        == .unknown)
  }

  @Test func `the hash in the string to sign shows whether the text is the same if it isn't shown`() throws {
    let sample = SignedSample()
    var request = SignableRequest(method: sample.method, target: sample.target, headers: sample.headers)
    let signed = try Signer(service: sample.service, region: "us-west-2").sign(
      &request, payload: .empty, with: sample.credentials, at: SignedSample.time)
    let shown = try signed.stringToSign.text
    let answer = { (text: String) in ServiceErrorResponse("<StringToSign>\(text)</StringToSign>") }
    #expect(SignatureDiagnosis(of: request, answer: answer(shown)).cause == .secret)
    let other = SignatureDiagnosis(of: request, answer: answer(shown.dropLast(4) + "0000"))
    #expect(other.cause == .unknown)
    #expect(other.explanation.contains("a different canonical request"))
    #expect(other.differences.map(\.line) == ["canonical request hash"])
  }

  @Test func `a long answer is read to its end, or to its limit, once`() throws {
    let headers = (0..<20_000).map { "a\($0):1" }.joined(separator: "\n")
    let mismatch = try presigned { _ in "GET\n/\n\n\(headers)\n\nhost\n00" }
    #expect(mismatch.differences.count > 20_000)
    let answer = ServiceErrorResponse("m" + String(repeating: "\u{1F600}", count: 100_000))
    #expect(answer.message.utf8.count < 262_150)
  }

  @Test func `a request's description shows no token, however the name is written`() {
    for name in ["X-Amz-Security-Token", "X-Amz-Security%2DToken", "x-amz-security-token", "X-Amz-S3session%2dToken"] {
      let request = SignableRequest(method: "GET", target: "/?\(name)=TOKEN&a=1", headers: [])
      #expect(request.description == "GET /?\(name)=<redacted>&a=<redacted>")
    }
  }

  @Test func `an answer's description shows nothing that can contain a token`() {
    let answer = ServiceErrorResponse(
      "{\"message\":\"The Canonical String for this request should have been\\n'TOKEN'\"}")
    var dumped = ""
    dump(answer, to: &dumped)
    #expect(answer.canonicalRequest == "TOKEN")
    #expect(!"\(answer)\(dumped)".contains("TOKEN"))
  }
}
