import Foundation
import SigV4
import Testing

/// Tests the library's own calendar: a verifier reads the date that a signer writes.
@Suite struct DateOfSigningTests {
  @Test(
    "The verifier reads the date that the signer writes, for each day of a year",
    arguments: [1, 1582, 1900, 2000, 2015, 2100, 9999])
  func readsWhatIsWritten(year: Int) throws {
    let earlier = year - 1
    let start = 365 * earlier + earlier / 4 - earlier / 100 + earlier / 400 - 719_162  // days since 1970-01-01
    let signer = Signer(service: SigningService("service"), region: "us-west-2")
    for day in 0..<365 {
      let time = Date(timeIntervalSince1970: Double((start + day) * 86_400 + day * 236))
      var request = SignableRequest(method: "GET", target: "/", headers: SignedSample().headers)
      try signer.sign(&request, payload: .empty, with: SignedSample().credentials, at: time)
      #expect(try SignatureClaim(request).time == time)
    }
  }

  @Test(
    "A date of signing that doesn't exist is rejected",
    arguments: [
      "20150431", "20150631", "20150931", "20151131", "20150132", "20150100", "20150001", "20151301", "00000101",
      "20150229", "19000229", "21000229", "2015083a",
    ])
  func refusesOtherDays(day: String) throws {
    #expect(try refusal(on: day) == .malformedSignature)
  }

  @Test("A leap day exists", arguments: ["20000229", "20160229", "24000229"])
  func takesLeapDays(day: String) throws {
    #expect(try refusal(on: day) == .skewedDate)
  }

  /// The error of a verifier for a request with the date `day`, in its scope too.
  private func refusal(on day: String) throws -> VerificationError.Code? {
    let sample = SignedSample()
    let request = try sample.request { request in
      try request.change("X-Amz-Date") { _ in day + "T123600Z" }
      try request.replaceInAuthorization("20150830", day)
    }
    return sample.verifier.refusal(of: request, with: sample.credentials)
  }
}
