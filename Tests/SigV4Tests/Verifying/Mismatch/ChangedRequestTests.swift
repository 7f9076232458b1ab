import Testing

@testable import SigV4

/// Requests that were changed after signing, of which the service shows nothing.
@Suite struct ChangedRequestTests {
  @Test(arguments: [
    ("PUT", "/prod/a", "", Mismatch.Cause.method, "signed as POST, but sent as PUT"),
    ("POST", "/prod/a/", "", .path, "the slash at its end"), ("POST", "/prod/a", "", .signatureIsRight, "right"),
    ("POST", "/v1/prod/a", "", .path, "without its first segment"), ("POST", "/prod", "", .secret, "No known mistake"),
    (
      "POST", "/prod/a", "; charset=utf-8", .header, #"signed as "text/plain", but sent as "text/plain; charset=utf-8""#
    ),
  ])
  func `a part that was changed after signing is found`(
    method: String, target: String, parameter: String, cause: Mismatch.Cause, sentence: String
  ) throws {
    let sample = SignedSample(
      method: "POST", target: "/prod/a", headers: [HeaderField("Host", "h"), HeaderField("Content-Type", "text/plain")])
    let request = try sample.request { request in
      (request.method, request.target) = (method, target)
      try request.change("Content-Type") { $0 + parameter }
    }
    let mismatch = Mismatch(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == cause)
    #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
  }

  @Test func `a parameter that the HTTP client removed from a media type is found`() throws {
    let sample = SignedSample(
      headers: [HeaderField("Host", "h"), HeaderField("Content-Type", "application/json; charset=utf-8")])
    let request = try sample.request { try $0.change("Content-Type") { _ in "application/json" } }
    #expect(Mismatch(of: request, credentials: sample.credentials).cause == .header)
  }

  /// The canonical request of the sample, as a signer has it that does something else.
  @Test(arguments: [
    ("/a%2520b", "/a b", Mismatch.Cause.path, "decoded"), ("/a%2520b", "/a%20b", .pathEncoding, "encoded once"),
    ("x-color:blue", "x-color:", .header, "x-color is signed as empty"),
    ("x-color:blue\n", "", .header, "x-color isn't signed"),
    ("x-amz-security-token:TOKENTHATMUSTNOTSHOW", "x-amz-security-token:", .sessionToken, "is signed as empty"),
    ("x-amz-security-token:TOKENTHATMUSTNOTSHOW\n", "", .sessionToken, "isn't signed"),
  ])
  func `what is signed otherwise than it is sent is found`(
    line: String, signed: String, cause: Mismatch.Cause, sentence: String
  ) throws {
    let sample = SignedSample(token: "TOKENTHATMUSTNOTSHOW", target: "/a%20b")
    var request = try sample.request()
    let claim = try SignatureClaim(request)
    let right = try Canonicalizer(sample.service).canonicalRequest(
      for: request, payloadHash: SHA256Digest.hexOfNothing, signedHeaders: claim.signedHeaderList
    ).text
    #expect(right.contains(line))
    let wrong = CanonicalRequest(text: right.replacing(line, with: signed), signedHeaders: claim.signedHeaderList)
    let signature = try SigningKey(sample.credentials, scope: claim.scope).signature(
      for: StringToSign(date: claim.time, scope: claim.scope, canonicalRequest: wrong))
    try request.replaceInAuthorization(claim.signature, signature)
    let mismatch = Mismatch(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == cause)
    #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
    #expect(!"\(mismatch)".contains("TOKENTHATMUSTNOTSHOW"))
  }
}
