import SigV4
import Testing

/// Secrets that were sent in any place, and the errors that a verifier then throws.
@Suite struct VerifierSecretTests {
  private static let planted = "PLANTED7secret"
  private static let presigned = SignedSample(placement: .query, token: planted)

  /// Each has a code, because only a rejected request has an error.
  static let places: [Trick] = [
    Trick("a Bearer token", .missingSignature) { try $0.change("Authorization") { _ in "Bearer \(planted)" } },
    Trick("a password", .missingSignature) { try $0.change("Authorization") { _ in "Basic \(planted)" } },
    Trick("the algorithm", .unsupportedAlgorithm) {
      try $0.replaceInAuthorization("AWS4-HMAC-SHA256", "AWS4\(planted)")
    },
    Trick("a part of Authorization", .malformedSignature) { try $0.change("Authorization") { "\($0), \(planted)=1" } },
    Trick("the signature", .malformedSignature) { try $0.replaceInAuthorization("Signature=", "Signature=\(planted)") },
    Trick("the end of the scope", .wrongScope) { try $0.replaceInAuthorization("aws4_request", planted) },
    Trick("X-Amz-Date", .malformedSignature) { try $0.change("X-Amz-Date") { _ in planted } },
    Trick("Date", .malformedSignature) {
      $0.remove("X-Amz-Date")
      $0.add("Date", planted)
    },
    Trick("the session token", .wrongSignature, SignedSample(token: planted)) {
      try $0.change("X-Color") { _ in "red" }
    },
    Trick("another session token", .wrongSessionToken, SignedSample(service: .iotDeviceGateway, token: "t")) {
      try $0.change("X-Amz-Security-Token") { _ in planted }
    },
    Trick("a session token twice", .ambiguousSignature, SignedSample(token: planted)) {
      $0.add("X-Amz-Security-Token", planted)
    },
    Trick("a token that isn't signed", .unsignedHeader) { $0.add("X-Amz-Security-Token", planted) },
    Trick("a token that isn't signed, of S3", .unsignedHeader) { $0.add("x-amz-s3session-token", planted) },
    Trick("the payload hash", .wrongPayload, SignedSample(service: .s3)) {
      try $0.change("x-amz-content-sha256") { _ in planted }
    },
    Trick("the region set", .wrongScope, SignedSample(algorithm: .sigV4a)) {
      try $0.change("X-Amz-Region-Set") { _ in planted }
    },
    Trick("a customer's key", .unsignedHeader) {
      $0.add("x-amz-server-side-encryption-customer-key", planted)
    },
    Trick("a cookie with a control character", .invalidRequest) { $0.add("Cookie", "\(planted)\u{1}") },
    Trick("an API key with a line break", .invalidRequest) { $0.add("X-Api-Key", "\(planted)\r\n\(planted)") },
    Trick("the name of a header, after a space", .invalidRequest) { $0.add("Authorization Bearer \(planted)", "") },
    Trick("the method", .invalidRequest) { $0.method = "GET \(planted)" },
    Trick("Host", .invalidRequest) { try $0.change("Host") { "user:\(planted)@\($0)" } },
    Trick("Content-Length", .invalidRequest) { $0.add("Content-Length", planted) },
    Trick("the user of an absolute target", .invalidRequest) { $0.target = "http://user:\(planted)@h/" },
    Trick("a parameter before a fragment", .invalidRequest) { $0.target += "&token=\(planted)#" },
    Trick("a path that isn't in canonical form", .nonCanonicalTarget) { $0.target = "/\(planted)/../" },
    Trick("a token in the query", .wrongSignature, presigned) { $0.target += "&a=1" },
    Trick("a token twice in the query", .ambiguousSignature, presigned) {
      $0.target += "&X-Amz-Security-Token=\(planted)"
    },
    Trick("X-Amz-Expires", .malformedSignature, presigned) {
      try $0.replaceInTarget("Expires=900", "Expires=\(planted)")
    },
    Trick("X-Amz-Date in the query", .malformedSignature, presigned) {
      try $0.replaceInTarget("X-Amz-Date=2015", "X-Amz-Date=\(planted)")
    },
    Trick("X-Amz-Algorithm", .unsupportedAlgorithm, presigned) {
      try $0.replaceInTarget("AWS4-HMAC-SHA256", planted)
    },
    Trick("X-Amz-Credential", .malformedSignature, presigned) {
      try $0.replaceInTarget("X-Amz-Credential=", "X-Amz-Credential=\(planted)%2F")
    },
    Trick("X-Amz-SignedHeaders", .malformedSignature, presigned) {
      try $0.replaceInTarget("SignedHeaders=host", "SignedHeaders=\(planted)%3Bhost")
    },
  ]

  @Test(arguments: places)
  func `no error shows a value that was sent`(place: Trick) throws {
    let sample = place.sample
    let error = try #require(throws: VerificationError.self) {
      try sample.verifier.verify(
        try sample.request(place.play), payload: .empty, with: sample.credentials, at: SignedSample.time)
    }
    #expect(error.code == place.code)
    var dumped = ""
    dump(error, to: &dumped)
    #expect(!"\(error) \(String(reflecting: error)) \(dumped)".contains("PLANTED"), "\(error)")
    let request = try sample.request(place.play)
    #expect(!"\(SignatureDiagnosis(of: request, credentials: sample.credentials))".contains("PLANTED"))
  }
}
