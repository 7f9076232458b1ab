import Foundation
import Testing

@testable import SigV4

/// The table of fields that signing sets, and its readers.
@Suite struct SigningFieldsTests {
  private let sample = SignedSample()
  /// The time of the sample as it is signed.
  private static let date = "20150830T123600Z"

  /// A second date, with invented names.
  private static let other = SigningFields.Field(
    content: .date, header: "x-test-date", sentHeader: "X-Test-Date", parameter: "X-Test-Date", form: "x-test-date")

  private var signer: Signer {
    var signer = Signer(service: sample.service, region: "us-west-2")
    signer.fields = SigningFields(rows: SigningFields.all.rows + [Self.other])
    return signer
  }

  private var request: SignableRequest {
    SignableRequest(method: "GET", target: "/?a=1", headers: [HeaderField("Host", "example.amazonaws.com")])
  }

  @Test func `a field that is added to the table is signed`() throws {
    let signed = try signer.signed(request, payload: .empty, with: sample.credentials, at: SignedSample.time)
    #expect(signed.headers.filter { $0.isNamed("x-test-date") }.map(\.value) == [Self.date])
    #expect(signed.headers.last { $0.isNamed("authorization") }?.value.contains(";x-test-date,") == true)
  }

  @Test func `a field that is added to the table is presigned`() throws {
    let signed = try signer.presigned(
      request, validFor: .seconds(60), with: sample.credentials, at: SignedSample.time)
    #expect(signed.target.contains("&X-Test-Date=\(Self.date)&"))
  }

  @Test func `a field that is added to the table is replaced by signing again`() throws {
    var again = try signer.signed(request, payload: .empty, with: sample.credentials, at: SignedSample.time)
    try signer.presign(&again, validFor: .seconds(60), with: sample.credentials, at: SignedSample.time)
    #expect(!again.headers.contains { $0.isNamed("x-test-date") })
    try signer.sign(&again, payload: .empty, with: sample.credentials, at: SignedSample.time)
    #expect(again.target == request.target)
    #expect(again.headers.filter { $0.isNamed("x-test-date") }.count == 1)
  }

  @Test(arguments: ["/?&", "/?a=1&&", "/?=&", "/?&&&", "/?"])
  func `an earlier presigning is replaced after an empty parameter`(start: String) throws {
    var request = SignableRequest(method: "GET", target: start + "X-Amz-Signature=00", headers: self.request.headers)
    try Signer(service: sample.service, region: "us-west-2")
      .sign(&request, payload: .empty, with: sample.credentials, at: SignedSample.time)
    #expect(!request.target.contains("X-Amz-Signature"))
  }

  @Test func `a field that is added to the table is set in forms`() throws {
    let fields = try signer.signForm(
      PostPolicy(expiration: SignedSample.time.addingTimeInterval(60), conditions: []), with: sample.credentials,
      at: SignedSample.time)
    #expect(fields.filter { $0.name == "x-test-date" }.map(\.value) == [Self.date])
  }

  @Test func `a field that is added to the table is shown, or redacted if it is a secret`() {
    let value = Self.date
    #expect(Redaction.header("X-Test-Date", value) == Redaction.placeholder)
    #expect(Redaction.header("X-Test-Date", value, signer.fields) == value)
    var secret = Self.other
    secret.isSecret = true
    #expect(Redaction.header("X-Test-Date", value, SigningFields(rows: [secret])) == Redaction.placeholder)
  }

  @Test func `a field that is added to the table is ambiguous if the query has it twice`() throws {
    let target = "/?X-Test-Date=1&X-Test-Date=2"
    #expect(try SignatureClaim.QueryFields(target) != nil)
    let error = #expect(throws: VerificationError.self) { try SignatureClaim.QueryFields(target, signer.fields) }
    #expect(error?.code == .ambiguousSignature)
  }

  @Test(arguments: SigningFields.all.sentHeaders)
  func `a header of the table is ambiguous if a request has it twice`(name: String) throws {
    var request = try sample.request()
    let value = request.headers.first { $0.isNamed(name) }?.value ?? "x"
    request.headers.removeAll { $0.isNamed(name) }
    request.headers += [HeaderField(name, value), HeaderField(name, value)]
    #expect(sample.verifier.refusal(of: request, with: sample.credentials) == .ambiguousSignature)
  }
}
