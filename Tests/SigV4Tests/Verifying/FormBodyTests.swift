import SigV4
import Testing

/// Bodies of HTML forms that clients sign as a part of the query.
@Suite struct FormBodyTests {
  private let sample = SignedSample(
    method: "POST", target: "/?b=2&Action=List%20Users&a=1%2B1&c=",
    headers: [
      HeaderField("Host", "h.example"), HeaderField("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=utf-8"),
    ])

  private func verifier(_ formBodies: Verifier.FormBodies) -> Verifier {
    Verifier(service: sample.service, formBodies: formBodies)
  }

  private func received(_ target: String) throws -> SignableRequest {
    try sample.request { $0.target = target }
  }

  private let body = Payload.bytes(Array("Action=List+Users&a=1%2B1&c".utf8))

  @Test(arguments: ["/?b=2", "/?b=2&"])
  func `a form's parameters are a part of the query if the verifier reads them there`(target: String) throws {
    let request = try received(target)
    let verified = try verifier(.query).verify(
      request, payload: body, with: sample.credentials, at: SignedSample.time)
    #expect(verified.target.query.contains("Action=List%20Users"))
    #expect(verified.bodyCoverage == .coveredAsQuery)
    #expect(verifier(.payload).refusal(of: request, payload: body, with: sample.credentials) == .wrongSignature)
    let other = Payload.bytes(Array("Action=Delete&a=1%2B1&c".utf8))
    #expect(verifier(.query).refusal(of: request, payload: other, with: sample.credentials) == .wrongSignature)
  }

  @Test func `a body of another type is a payload`() throws {
    let sample = SignedSample(body: Array("a=1".utf8), method: "POST")
    #expect(
      verifier(.query).refusal(
        of: try sample.request(), payload: .bytes(sample.body), with: sample.credentials) == nil)
  }

  @Test(arguments: [
    ("a=1;b=2", "a=1%3Bb%3D2"), ("a=%zz", "a=%25zz"), ("a=+\u{301}", "a=%2B%CC%81"), ("a=\u{600}+", "a=%D8%80%2B"),
    ("a=%62", "a=b"), ("a=1#", "a=1%23"), ("a=1\r\n", "a=1%0D%0A"),
  ])
  func `a form that a parser can read in another way isn't accepted`(form: String, query: String) throws {
    let sample = SignedSample(method: "POST", target: "/?\(query)", headers: sample.headers)
    let code = verifier(.query).refusal(
      of: try sample.request { $0.target = "/" }, payload: .bytes(Array(form.utf8)), with: sample.credentials)
    #expect(code == .nonCanonicalTarget || code == .invalidRequest)
  }

  @Test func `a form has the size limit of a target`() throws {
    let form = [UInt8]("a&".utf8) + [UInt8](repeating: 0x61, count: 32_764)
    #expect(
      verifier(.query).refusal(of: try received("/?b=2"), payload: .bytes(form), with: sample.credentials) == .tooLarge)
    #expect(
      verifier(.query).refusal(
        of: try received("/?b=2"), payload: .bytes(Array(form.dropLast(5))), with: sample.credentials)
        == .wrongSignature)
  }

  @Test(arguments: ["X-Amz-Signature=1", "a=1&X%2DAmz-Signature=1", "X-Amz-Date=1"])
  func `a form can't hide parameters from the signature`(form: String) throws {
    let verifier = Verifier(service: sample.service, nonCanonicalTargets: .accepted, formBodies: .query)
    #expect(
      verifier.refusal(of: try received("/?b=2"), payload: .bytes(Array(form.utf8)), with: sample.credentials)
        == .ambiguousSignature)
  }

  @Test func `a streamed form is read whole`() async throws {
    let pieces = CountedPieces([Array("Action=List+Users".utf8), Array("&a=1%2B1&c".utf8)])
    let (request, form) = try await verifier(.query).verify(
      try received("/?b=2"), body: pieces, at: SignedSample.time
    ) { _ in sample.credentials }
    #expect(request.bodyCoverage == .coveredAsQuery)
    var bytes: [UInt8] = []
    for try await piece in form { bytes += piece }
    #expect(String(decoding: bytes, as: UTF8.self) == "Action=List+Users&a=1%2B1&c")
  }
}
