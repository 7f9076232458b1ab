import Foundation
import SigV4
import Testing

@Suite struct MismatchTests {
  @Test(arguments: BrokenRequest.named + BrokenRequest.shown + BrokenRequest.searched + BrokenRequest.searchedForm)
  func `a broken request is explained, from its text and the service's words`(broken: BrokenRequest) throws {
    let mismatch = try broken.mismatch()
    #expect(mismatch.cause == broken.cause)
    #expect(mismatch.explanation.contains(broken.sentence), "\(mismatch)")
    #expect(!"\(mismatch)".contains(BrokenRequest.secret))
    #expect(!"\(mismatch)".contains("TOKENTHATMUSTNOTSHOW"))
  }

  @Test(arguments: BrokenRequest.shown.filter { $0.cause != .secret && $0.cause != .region })
  func `the line that differs is shown in both forms`(broken: BrokenRequest) throws {
    let difference = try #require(try broken.mismatch().differences.first)
    let shown = difference.line.hasSuffix("-token") ? "<redacted>" : nil
    if let shown {
      #expect(difference.sent == shown && difference.expected == shown)
    } else {
      #expect(difference.sent != difference.expected)
    }
  }

  @Test(arguments: [(-1200.0, "20 minutes 0 seconds after"), (90_000, "25 hours 0 minutes before")])
  func `the date of the answer tells how far a clock is off`(offset: Double, sentence: String) throws {
    let mismatch = Mismatch(
      of: try SignedSample().request(), serviceTime: SignedSample.time.addingTimeInterval(offset))
    #expect(mismatch.cause == .clock)
    #expect(mismatch.explanation.contains(sentence))
  }

  @Test(arguments: ["secret\n", " secret", "\"secret\"", "secret "])
  func `a secret given with white space is found to be the mistake, if it is`(secret: String) throws {
    var request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h")])
    let clean = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    try Signer(service: .executeAPI, region: "us-west-2").sign(&request, with: clean, at: SignedSample.time)
    let given = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret)
    // This signature was made without it, so that something else is the matter.
    #expect(Mismatch(of: request, credentials: given).cause == .secret)
    #expect(Mismatch(of: request, credentials: clean).cause == .signatureIsRight)
  }

  @Test func `a mistake is found in SigV4a too`() throws {
    let sample = SignedSample(algorithm: .ecdsaP256SHA256)
    let mismatch = Mismatch(
      of: try sample.request { try $0.change("Host") { $0 + ":443" } }, credentials: sample.credentials)
    #expect(mismatch.cause == .hostPort)
  }

  @Test func `a presigned request is explained as well`() throws {
    let sample = SignedSample(placement: .query)
    let mismatch = Mismatch(
      of: try sample.request { try $0.change("Host") { $0 + ":443" } }, credentials: sample.credentials)
    #expect(mismatch.cause == .hostPort)
  }

  @Test(arguments: ["", "{", "<", "<Code>", "403", "{\"message\": 1}", "The String-to-Sign '", "''", "\u{0}:"])
  func `an answer of any form is read`(body: String) throws {
    let answer = ServiceAnswer(body)
    #expect(answer.canonicalRequest == nil)
    #expect(Mismatch(of: try SignedSample().request(), answer: answer).cause == .unknown)
  }

  @Test func `an answer's description shows nothing that may hold a token`() {
    let answer = ServiceAnswer("{\"message\":\"The Canonical String for this request should have been\\n'TOKEN'\"}")
    var dumped = ""
    dump(answer, to: &dumped)
    #expect(answer.canonicalRequest == "TOKEN")
    #expect(!"\(answer)\(dumped)".contains("TOKEN"))
  }
}
