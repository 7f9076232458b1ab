import SigV4
import Testing

@Suite struct SecretsInStreamsTests {
  private let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "verysecret", sessionToken: "sessiontoken")

  private func shown(_ value: some Any) -> String {
    var text = "\(value)\n\(String(reflecting: value))\n"
    dump(value, to: &text)
    return text
  }

  @Test func `a signer of streams shows neither its secret nor its token`() async throws {
    var request = SignableRequest(method: "PUT", target: "/key", headers: [HeaderField("Host", "h")])
    let upload = try Signer(service: .s3, region: "us-east-1").sign(
      &request, chunked: ChunkedPayload(length: 1), with: credentials)
    let (_, events) = try Signer(service: SigningService("transcribe"), region: "us-east-1").signEvents(
      of: &request, with: credentials)
    var body = upload.body([[0]].asynchronous).makeAsyncIterator()
    _ = try await body.next()
    let texts = [
      shown(upload), shown(events), shown(try #require(upload.chunkSigner)),
      shown(upload.body([[0]].asynchronous)), shown(body),
    ]
    for text in texts {
      #expect(!text.contains("verysecret"))
      #expect(!text.contains("sessiontoken"))
    }
  }
}
