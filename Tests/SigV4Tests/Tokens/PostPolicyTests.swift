import Foundation
import SigV4
import Testing

@Suite struct PostPolicyTests {
  private let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

  /// S3 API Reference, "Example: Browser-Based Upload using HTTP POST".
  @Test func `S3's documented form is reproduced byte for byte`() throws {
    let document =
      "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tl"
      + "dCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAg"
      + "ICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhh"
      + "bXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwg"
      + "IiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAg"
      + "ICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXot"
      + "bWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkv"
      + "dXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwN"
      + "CiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
    let fields = try Signer(service: .s3, region: "us-east-1").signForm(
      policyDocument: try #require(Data(base64Encoded: document).map { String(decoding: $0, as: UTF8.self) }),
      with: Credentials(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: secret),
      at: Date(timeIntervalSince1970: 1_451_347_200))
    #expect(fields.map(\.name) == ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy", "x-amz-signature"])
    #expect(
      fields.map(\.value) == [
        "AWS4-HMAC-SHA256", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request", "20151229T000000Z", document,
        "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e",
      ])
  }

  private let policy = PostPolicy(
    expiration: Date(timeIntervalSince1970: 1_772_370_000),
    conditions: [
      .equals("bucket", "b"), .startsWith("key", "user/\u{E9}\"\\"), .contentLength(1...1_048_576),
      .equals("acl", "public-read"),
    ])
  private let time = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z

  private func check(
    _ service: SigningService, _ credentials: Credentials, _ expected: [(name: String, value: String)]
  ) throws {
    let fields = try Signer(service: service, region: "us-west-2").signForm(policy, with: credentials, at: time)
    #expect(fields.map(\.name) == expected.map(\.name))
    #expect(fields.map(\.value) == expected.map(\.value))
  }

  /// The expected values were computed with botocore.
  @Test func `a form signed with temporary credentials carries their token, and a condition for it`() throws {
    try check(
      .s3,
      Credentials(
        accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        sessionToken: "session/token+=="),
      [
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", "ASIAIOSFODNN7EXAMPLE/20260301/us-west-2/s3/aws4_request"),
        ("x-amz-date", "20260301T120000Z"),
        ("x-amz-security-token", "session/token+=="),
        (
          "policy",
          "eyJleHBpcmF0aW9uIjogIjIwMjYtMDMtMDFUMTM6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiYiJ9LCBb"
            + "InN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci9cdTAwZTlcIlxcIl0sIFsiY29udGVudC1sZW5ndGgtcmFuZ2UiLCAxLCAx"
            + "MDQ4NTc2XSwgeyJhY2wiOiAicHVibGljLXJlYWQifSwgeyJ4LWFtei1hbGdvcml0aG0iOiAiQVdTNC1ITUFDLVNIQTI1NiJ9"
            + "LCB7IngtYW16LWNyZWRlbnRpYWwiOiAiQVNJQUlPU0ZPRE5ON0VYQU1QTEUvMjAyNjAzMDEvdXMtd2VzdC0yL3MzL2F3czRf"
            + "cmVxdWVzdCJ9LCB7IngtYW16LWRhdGUiOiAiMjAyNjAzMDFUMTIwMDAwWiJ9LCB7IngtYW16LXNlY3VyaXR5LXRva2VuIjog"
            + "InNlc3Npb24vdG9rZW4rPT0ifV19"
        ),
        ("x-amz-signature", "d3d9f4a4d6db5a56948a1b984d54848d8d5f7613b9f3c629caf4224115651da2"),
      ])
  }

  /// The expected values were computed with botocore.
  @Test func `a form signed with long-term credentials has no token`() throws {
    try check(
      .s3,
      Credentials(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      [
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20260301/us-west-2/s3/aws4_request"),
        ("x-amz-date", "20260301T120000Z"),
        (
          "policy",
          "eyJleHBpcmF0aW9uIjogIjIwMjYtMDMtMDFUMTM6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiYiJ9LCBb"
            + "InN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci9cdTAwZTlcIlxcIl0sIFsiY29udGVudC1sZW5ndGgtcmFuZ2UiLCAxLCAx"
            + "MDQ4NTc2XSwgeyJhY2wiOiAicHVibGljLXJlYWQifSwgeyJ4LWFtei1hbGdvcml0aG0iOiAiQVdTNC1ITUFDLVNIQTI1NiJ9"
            + "LCB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAyNjAzMDEvdXMtd2VzdC0yL3MzL2F3czRf"
            + "cmVxdWVzdCJ9LCB7IngtYW16LWRhdGUiOiAiMjAyNjAzMDFUMTIwMDAwWiJ9XX0="
        ),
        ("x-amz-signature", "7289d3ce7ebd73bbf49e3ade6b9c85df97abca0f12c84bca9ac08e4cef6dd6dd"),
      ])
  }

  /// The expected values were computed with botocore.
  @Test func `a form for S3 Express carries its session's token`() throws {
    try check(
      .s3Express,
      Credentials(
        accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        sessionToken: "session/token+=="),
      [
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", "ASIAIOSFODNN7EXAMPLE/20260301/us-west-2/s3express/aws4_request"),
        ("x-amz-date", "20260301T120000Z"),
        ("X-Amz-S3session-Token", "session/token+=="),
        (
          "policy",
          "eyJleHBpcmF0aW9uIjogIjIwMjYtMDMtMDFUMTM6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiYiJ9LCBb"
            + "InN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci9cdTAwZTlcIlxcIl0sIFsiY29udGVudC1sZW5ndGgtcmFuZ2UiLCAxLCAx"
            + "MDQ4NTc2XSwgeyJhY2wiOiAicHVibGljLXJlYWQifSwgeyJ4LWFtei1hbGdvcml0aG0iOiAiQVdTNC1ITUFDLVNIQTI1NiJ9"
            + "LCB7IngtYW16LWNyZWRlbnRpYWwiOiAiQVNJQUlPU0ZPRE5ON0VYQU1QTEUvMjAyNjAzMDEvdXMtd2VzdC0yL3MzZXhwcmVz"
            + "cy9hd3M0X3JlcXVlc3QifSwgeyJ4LWFtei1kYXRlIjogIjIwMjYwMzAxVDEyMDAwMFoifSwgeyJYLUFtei1TM3Nlc3Npb24t"
            + "VG9rZW4iOiAic2Vzc2lvbi90b2tlbis9PSJ9XX0="
        ),
        ("x-amz-signature", "d469acc60c1d1a4aff4955812f5a39c7dc8ac9bee9407ad4f0c640ed3c910ac1"),
      ])
  }

  @Test func `control characters and emoji are escaped`() throws {
    let policy = PostPolicy(
      expiration: Date(timeIntervalSince1970: 0.9), conditions: [.startsWith("x-amz-meta-a", "\u{0}\n\u{7F}\u{1F600}")])
    #expect(
      try policy.document
        == #"{"expiration": "1970-01-01T00:00:00Z", "conditions": [["starts-with", "$x-amz-meta-a", "\u0000\u000a\u007f\ud83d\ude00"]]}"#
    )
  }

  @Test func `no description of a field shows the token`() throws {
    let fields = try Signer(service: .s3Express, region: "us-west-2").signForm(
      policy, with: Credentials(accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "sessiontoken"))
    var dumped = ""
    dump(fields, to: &dumped)
    let policy = try #require(fields.first { $0.name == "policy" }).value
    for shown in [dumped, "\(fields)", String(reflecting: fields)] {
      #expect(!shown.contains("sessiontoken"))
      #expect(!shown.contains(policy))
    }
  }

  @Test func `SigV4a is rejected`() throws {
    let error = #expect(throws: SigningError.self) {
      try Signer(service: .s3, region: .set(["*"])).signForm(
        policy, with: Credentials(accessKeyID: "AKID", secretAccessKey: secret))
    }
    #expect(error?.code == .invalidRegion)
  }
}
