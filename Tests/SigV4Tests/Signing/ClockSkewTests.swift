import Foundation
import SigV4
import Testing

@Suite struct ClockSkewTests {
  private let noon = Date(timeIntervalSince1970: 784_111_777)  // 1994-11-06T08:49:37Z

  @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "19941106T084937Z"])
  func `a server's clock is read from its Date header`(text: String) throws {
    let skew = try #require(ClockSkew(serverDate: text, localTime: noon.addingTimeInterval(-600.25)))
    #expect(skew.offset == .seconds(601))
    #expect(ClockSkew(serverDate: text, localTime: noon) == ClockSkew.none)
    #expect(ClockSkew(serverDate: text, localTime: noon.addingTimeInterval(90_000))?.offset == .seconds(-90_000))
  }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun, 06 Nob 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "1994-11-06T08:49:37Z",
    "Sun, 06 Nov 1994  08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
  ])
  func `any other text isn't a date`(text: String) {
    #expect(ClockSkew(serverDate: text, localTime: noon) == nil)
  }

  @Test func `a signer that uses the server's clock signs at its time`() throws {
    let skew = ClockSkew(offset: .milliseconds(-1500))
    #expect(skew.serverTime(at: noon) == noon.addingTimeInterval(-1.5))
    var request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "h")])
    try Signer(service: .sts, region: "us-east-1").sign(
      &request, payload: .empty, with: Credentials(accessKeyID: "AKID", secretAccessKey: "SECRET"),
      at: ClockSkew(offset: .seconds(60)).serverTime(at: noon))
    #expect(request.headers.contains(HeaderField("X-Amz-Date", "19941106T085037Z")))
  }

  private let date = HeaderField("Date", "Sun, 06 Nov 1994 08:49:37 GMT")

  @Test(arguments: [
    (403, "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between …</Message></Error>"),
    (
      400,
      #"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired: 19941106T083937Z is now earlier than 19941106T084437Z (19941106T084937Z - 5 min.)"}"#
    ),
    (
      403,
      #"{"message":"Signature not yet current: 19941106T085937Z is still later than 19941106T085437Z (19941106T084937Z + 5 min.)"}"#
    ),
    // rclone, of a request that is too old.
    (
      400,
      "<Error><Code>AccessDenied</Code><Message>The difference between the request time and the server&#39;s time exceeds the maximum allowed.</Message></Error>"
    ),
    (400, "<Code>RequestExpired</Code>"), (401, "<Code>AuthFailure</Code>"),
    (403, "<Code>SignatureDoesNotMatch</Code>"),
    (403, ""),
  ])
  func `a rejection because of a wrong clock is recognized`(status: Int, body: String) {
    for offset in [-600.0, 240, 86_400] {
      #expect(
        ServiceErrorResponse(body, status: status, headers: [date]).clockSkew(
          signedAt: noon.addingTimeInterval(-offset), localTime: noon.addingTimeInterval(-offset))
          == ClockSkew(offset: .seconds(offset)))
    }
    let almost = noon.addingTimeInterval(239)
    #expect(
      ServiceErrorResponse(body, status: status, headers: [date]).clockSkew(signedAt: almost, localTime: almost) == nil)
  }

  @Test func `a code in a header is read too`() {
    #expect(
      ServiceErrorResponse(
        "{}", status: 403, headers: [HeaderField("x-amzn-ErrorType", "InvalidSignatureException"), date]
      ).clockSkew(signedAt: noon.addingTimeInterval(-600), localTime: noon.addingTimeInterval(-600))
        == ClockSkew(offset: .seconds(600)))
  }

  @Test(arguments: [
    (500, "<Code>RequestTimeTooSkewed</Code>"), (200, ""), (403, "<Code>AccessDenied</Code>"),
    (400, "ValidationException"),
  ])
  func `a rejection for another reason isn't, even if the clock is wrong`(status: Int, body: String) {
    let local = noon.addingTimeInterval(-9999)
    #expect(
      ServiceErrorResponse(body, status: status, headers: [date]).clockSkew(signedAt: local, localTime: local) == nil)
  }

  @Test(arguments: [
    "Signature expired: 19941106T083937Z is now earlier than 19941106T084437Z (19941106T084937Z - 5 min.)",
    "<Code>RequestTimeTooSkewed</Code><ServerTime>1994-11-06T08:49:37Z</ServerTime>",
  ])
  func `without a Date header, the server's clock is read from the message`(body: String) {
    let local = noon.addingTimeInterval(-600)
    let reason = { ServiceErrorResponse($0, status: 403, headers: []).clockSkew(signedAt: local, localTime: local) }
    #expect(reason(body) == ClockSkew(offset: .seconds(600)))
    #expect(reason("Signature expired (20") == nil)
    #expect(reason("RequestTimeTooSkewed<ServerTime>") == nil)
  }

  @Test(arguments: [-7200.0, -600, 0, 600, 7200], [-3600.0, -600, 0, 300, 86_400])
  func `the skew is the whole difference, regardless of the skew that was signed`(applied: Double, whole: Double) {
    let local = noon.addingTimeInterval(-whole)
    let skew = ServiceErrorResponse("<Code>RequestTimeTooSkewed</Code>", status: 403, headers: [date]).clockSkew(
      signedAt: ClockSkew(offset: .seconds(applied)).serverTime(at: local), localTime: local)
    // A request that was signed at the right time was rejected for another reason.
    #expect(skew == (abs(whole - applied) < 240 ? nil : ClockSkew(offset: .seconds(whole))))
    if let skew { #expect(skew.serverTime(at: local) == noon) }
  }

  @Test func `a date a century away isn't a clock's`() {
    let never = HeaderField("Date", "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(ServiceErrorResponse("", status: 403, headers: [never]).clockSkew(signedAt: noon, localTime: noon) == nil)
  }

  @Test(
    arguments: [
      (400, #"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"x"}"#, nil),
      (403, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>", nil),
      (403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>", nil),
      (403, #"{"message":"The security token included in the request is invalid."}"#, nil),
      (400, #"{"message":"x","code":"other"}"#, "UnrecognizedClientException:http://internal.amazon.com/"),
      (403, "InvalidAccessKeyId", nil),
    ] as [(Int, String, String?)])
  func `an answer that rejects the credentials says so`(status: Int, body: String, errorType: String?) {
    let headers = errorType.map { [HeaderField("x-amzn-ErrorType", $0)] } ?? []
    let answer = ServiceErrorResponse(body, status: status, headers: headers)
    #expect(answer.isExpiredCredentials, "\(answer)")
    #expect(!answer.isClockSkew)
    #expect(!ServiceErrorResponse(body, status: 404, headers: headers).isExpiredCredentials)
  }

  /// The tokens of others, and names of the request.
  @Test(arguments: [
    (401, #"{"message":"The incoming token has expired"}"#),
    (400, #"{"__type":"NotAuthorizedException","message":"Access Token has expired"}"#),
    (403, "<Error><Code>AccessDenied</Code><Key>logs/ExpiredToken.txt</Key></Error>"),
    (404, "<Error><Code>NoSuchKey</Code><Key>RequestExpired/ExpiredToken</Key></Error>"),
  ])
  func `any other answer doesn't reject the credentials`(status: Int, body: String) {
    let answer = ServiceErrorResponse(body, status: status)
    #expect(!answer.isExpiredCredentials && !answer.isClockSkew, "\(answer)")
  }

  @Test func `a request that waited before it was sent is signed again with the same skew`() {
    let skew = ServiceErrorResponse("<Code>RequestTimeTooSkewed</Code>", status: 403, headers: [date]).clockSkew(
      signedAt: noon.addingTimeInterval(-900), localTime: noon.addingTimeInterval(-60))
    #expect(skew == ClockSkew(offset: .seconds(60)))
  }
}
