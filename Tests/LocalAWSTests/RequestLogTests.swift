import SigV4
import Testing

@testable import LocalAWS

@Suite struct RequestLogTests {
  @Test func `long bodies of earlier requests are dropped, and their requests kept`() {
    let log = RequestLog()
    let request = SignableRequest(method: "POST", target: "/", headers: [])
    for _ in 0..<9 {
      log.append(RecordedRequest(request: request, body: Array(repeating: 0, count: 16 << 20), connection: 0))
    }
    #expect(log.requests.map(\.body.isEmpty) == [true, true, true, true, false, false, false, false, false])
  }
}
