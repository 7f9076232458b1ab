import SigV4
import Testing

@Suite(.enabled(if: RawSuiteCase.isPresent, "The published suite isn't next to this package."))
struct RawSuiteTests {
  @Test(arguments: try RawSuiteCase.all())
  func `a case of the published suite gives the published texts`(raw: RawSuiteCase) throws {
    let signed = try raw.sign()
    #expect(try signed.canonicalRequest.text == raw.text("canonical-request"))
    #expect(try signed.stringToSign.text == raw.text("string-to-sign"))
    if signed.algorithm == .sigV4 { #expect(signed.signature == raw.text("signature")) }
  }

  @Test func `the whole suite is read`() throws {
    #expect(try RawSuiteCase.all().count == 152)
  }
}
