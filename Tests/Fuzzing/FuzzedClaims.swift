import Foundation

/// The text of an `Authorization` header.
func fuzzAuthorization(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  let request = signed(as: text)
  guard let claim = try? SignatureClaim(request) else { return }
  let scope = [claim.scope.day, claim.scope.region, claim.scope.service, "aws4_request"].compactMap { $0 }
  let rewritten =
    "\(claim.algorithm.rawValue) Credential=\(claim.accessKeyID)/\(scope.joined(separator: "/")), "
    + "SignedHeaders=\(claim.signedHeaders.joined(separator: ";")), Signature=\(claim.signature)"
  let again = try? SignatureClaim(signed(as: rewritten))
  expect(again?.scope == claim.scope, "A scope that was read is written and read the same.", text, rewritten)
  expect(again?.accessKeyID == claim.accessKeyID, "So is an access key id.", text, rewritten)
  expect(again?.signedHeaders == claim.signedHeaders, "So are signed headers.", text, rewritten)
  expect(again?.signature == claim.signature, "So is a signature.", text, rewritten)
  refuse(request, claim)
}

/// A query: first as what is canonicalized, then as one that may contain a signature.
func fuzzQuery(_ input: [UInt8]) {
  for rule in [SigningService.SessionTokenRule.signed, .addedAfterSigning] {
    let once = canonicalQuery(input, rule)
    expect(canonicalQuery(once, rule) == once, "A canonical query is canonical.", String(decoding: once, as: UTF8.self))
    let names = once.split(separator: 0x26).map { $0.prefix { $0 != 0x3D } }
    let isSorted = zip(names, names.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) }
    expect(isSorted, "Parameters are sorted by name.", String(decoding: once, as: UTF8.self))
    let isPlain = once.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 && $0 != 0x2B }
    expect(isPlain, "What isn't plain is encoded.", String(decoding: once, as: UTF8.self))
  }
  let request = SignableRequest(
    method: "GET", target: "/?\(String(decoding: input, as: UTF8.self))",
    headers: [HeaderField("Host", "example.amazonaws.com")])
  guard let claim = try? SignatureClaim(request) else { return }
  expect(claim.placement == .query, "A signature without Authorization is in the query.", claim)
  refuse(request, claim)
}

private func canonicalQuery(_ bytes: [UInt8], _ rule: SigningService.SessionTokenRule) -> [UInt8] {
  var query = CanonicalQuery()
  query.read(bytes.span, sessionToken: rule)
  var buffer = ByteBuffer(capacity: bytes.count)
  query.append(to: &buffer)
  return Array(buffer.string().utf8)
}

private func signed(as authorization: String) -> SignableRequest {
  SignableRequest(
    method: "GET", target: "/",
    headers: [
      HeaderField("Host", "example.amazonaws.com"), HeaderField("X-Amz-Date", "20150830T123600Z"),
      HeaderField("X-Amz-Region-Set", "us-east-1"), HeaderField("Authorization", authorization),
    ])
}

/// No valid signature exists for a secret that was generated just now.
private func refuse(_ request: SignableRequest, _ claim: SignatureClaim) {
  let credentials = Credentials(accessKeyID: claim.accessKeyID, secretAccessKey: secret)
  let verifier = Verifier(service: SigningService(claim.scope.service))
  let verified = try? verifier.verify(request, payload: .empty, with: credentials, at: claim.time)
  expect(verified == nil, "A signature made without the secret is rejected.", request)
}

private let secret = UUID().uuidString
