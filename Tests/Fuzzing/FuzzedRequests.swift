import Foundation

/// A request whose parts are separated by the byte FF, which no text contains.
///
/// The first byte selects a service. The method, the target, and the names and values of headers follow.
func fuzzCanonicalizer(_ input: [UInt8]) {
  guard let choice = input.first else { return }
  let parts = input.dropFirst().split(separator: 0xFF, omittingEmptySubsequences: false)
    .map { String(decoding: $0, as: UTF8.self) }
  guard parts.count >= 2 else { return }
  let service = services[Int(choice) % services.count]
  let headers = stride(from: 2, to: parts.count - 1, by: 2).map { HeaderField(parts[$0], parts[$0 + 1]) }
  let request = SignableRequest(method: parts[0], target: parts[1], headers: headers)
  let isLong = Int(choice) / services.count % 2 == 0
  let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: isLong ? nil : "token/with+signs=")

  _ = SignatureDiagnosis(of: request)
  // The search for mistakes takes the time of many signatures.
  let isSearched = Int(choice) / services.count / 2 % 8 == 1
  let signer = Signer(service: service, region: "us-east-1")
  var inHeaders = request
  if let signed = try? signer.sign(&inHeaders, payload: .empty, with: credentials, at: time) {
    // If the service gets no hash, the caller's own header may name another hash than the signed one.
    let namesHash =
      service.contentHashHeader == .omitted && request.headers.contains { $0.isNamed("x-amz-content-sha256") }
    check(
      signed, inHeaders, credentials, service, [.tooLarge, .ambiguousSignature] + (namesHash ? [.wrongPayload] : []))
    if isSearched { search(inHeaders, credentials) }
  }
  var inQuery = request
  if let signed = try? signer.presign(&inQuery, validFor: .seconds(60), with: credentials, at: time) {
    // A query may name another payload hash than the one that is signed.
    check(signed, inQuery, credentials, service, [.tooLarge, .ambiguousSignature, .wrongPayload])
    if isSearched { search(inQuery, credentials) }
  }
}

/// All known mistakes are tried on a request that was signed with another secret, and none shows its token.
private func search(_ request: SignableRequest, _ credentials: Credentials) {
  let other = Credentials(
    accessKeyID: credentials.accessKeyID, secretAccessKey: "another", sessionToken: credentials.sessionToken)
  let mismatch = SignatureDiagnosis(of: request, credentials: other)
  expect(!"\(mismatch)".contains("token/with+signs="), "An explanation shows no token.", request, mismatch)
}

/// A signed request verifies, or is rejected for one of the few limits that are stricter in a verifier.
private func check(
  _ signed: SignedRequest, _ request: SignableRequest, _ credentials: Credentials, _ service: SigningService,
  _ refusals: [VerificationError.Code]
) {
  guard let canonical = try? signed.canonicalRequest else {
    return expect(false, "What was signed has a canonical request.", request)
  }
  let lines = canonical.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
  expect(!canonical.text.utf8.contains(0x0D), "A canonical request contains no CR.", request)
  let isFramed = lines.count >= 6 && lines[lines.count - 3].isEmpty
  expect(isFramed, "A canonical request is lines that nothing in the request can break.", canonical.text)
  expect(CanonicalLines(canonical.text)?.text == canonical.text, "Its lines can be parsed.", canonical.text)

  let verifier = Verifier(service: service, region: "us-east-1", nonCanonicalTargets: .accepted)
  do {
    let verified = try verifier.verify(request, payload: .hash(signed.payloadHash), with: credentials, at: time)
    expect(verified.claim.accessKeyID == "AKIDEXAMPLE", "The claim names the key.", request)
    check(verified.target, service)
  } catch {
    // HTTP allows fewer requests than can be signed.
    let isRefusal = error.code == .invalidRequest || refusals.contains(error.code)
    expect(isRefusal, "What was signed verifies.", error, request, canonical.text)
  }
}

/// A target in canonical form has one form.
private func check(_ target: CanonicalTarget, _ service: SigningService) {
  let again = try? CanonicalTarget("\(target.path)?\(target.query)", for: service)
  expect(again?.path == target.path, "A canonical path is canonical.", target.path)
  expect(again?.query == target.query, "A canonical query is canonical.", target.query)
  guard service.pathNormalization == .normalized else { return }
  let segments = target.path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).map { Array($0) }
  let isPlain = !segments.dropFirst().dropLast().contains { $0 == [] || $0 == [0x2E] || $0 == [0x2E, 0x2E] }
  expect(isPlain, "A canonical path has no dot segments and no empty ones.", target.path)
}

private let services: [SigningService] = [
  .executeAPI, .vpcLattice, .s3, .s3Express, .openSearchServerless, .iotDeviceGateway,
]
private let time = Date(timeIntervalSince1970: 1_440_938_160)
