import Foundation
import SigV4
import Testing

/// Forms with which browsers upload to S3, as a store receives them.
@Suite struct VerifiedFormTests {
  private let time = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z
  private let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token")
  private let verifier = Verifier(service: .s3, region: "us-west-2")

  private let conditions: [PostPolicy.Condition] = [
    .equals("bucket", "b"), .startsWith("key", "user/"), .contentLength(1...1000), .equals("acl", "public-read"),
    .startsWith("Content-Type", "image/"), .startsWith("x-amz-meta-tag", ""),
  ]
  private let sent: [PostPolicy.Field] = [
    .init("Key", "user/a.png"), .init("acl", "public-read"), .init("content-type", "image/png"),
    .init("x-amz-meta-tag", ""), .init("x-ignore-me", "1"), .init("file", "a.png"),
  ]

  private func form(
    _ conditions: [PostPolicy.Condition]? = nil, _ credentials: Credentials? = nil
  ) throws -> [PostPolicy.Field] {
    let policy = PostPolicy(
      expiration: time.addingTimeInterval(3600), conditions: conditions ?? self.conditions)
    return sent
      + (try Signer(service: .s3, region: "us-west-2").signForm(policy, with: credentials ?? self.credentials, at: time))
  }

  private func refusal(_ form: [PostPolicy.Field], bucket: String = "b", after seconds: Double = 0) -> VerificationError
    .Code?
  {
    do {
      _ = try verifier.verify(form: form, bucket: bucket, with: credentials, at: time.addingTimeInterval(seconds))
      return nil
    } catch {
      return error.code
    }
  }

  @Test func `a signed form is verified, and limits the file`() async throws {
    let verified = try verifier.verify(form: try form(), bucket: "b", with: credentials, at: time)
    #expect(verified.accessKeyID == "AKIDEXAMPLE")
    #expect(verified.scope.text == "20260301/us-west-2/s3/aws4_request")
    #expect(verified.fileLength == 1...1000)
    #expect(verified.expiration == time.addingTimeInterval(3600))
    let other = try await verifier.verify(form: try form(), bucket: "b", at: time) {
      $0 == "AKIDEXAMPLE" ? credentials : nil
    }
    #expect("\(other)" == "\(verified)")
    #expect(verified.key == "user/a.png")
    #expect(verified.fields.map(\.name) == ["acl", "content-type", "x-amz-meta-tag"])
    #expect(!"\(verified)".contains("token") && !String(reflecting: verified).contains("token"))
  }

  private func verified(
    _ conditions: [PostPolicy.Condition], _ fields: [PostPolicy.Field], fileName: String
  ) throws -> VerifiedForm {
    let policy = PostPolicy(
      expiration: time.addingTimeInterval(3600), conditions: [.equals("bucket", "b")] + conditions)
    let signed = try Signer(service: .s3, region: "us-west-2").signForm(policy, with: credentials, at: time)
    return try verifier.verify(form: fields + signed, bucket: "b", fileName: fileName, with: credentials, at: time)
  }

  @Test(arguments: ["a.png", "C:\\pictures\\a.png", "/home/me/a.png"])
  func `the file's name is replaced before the conditions are checked`(fileName: String) throws {
    let form = try verified(
      [.startsWith("key", "user/a")], [.init("key", "user/${filename}-${filename}")], fileName: fileName)
    #expect(form.key == "user/a.png-a.png")
    #expect(throws: VerificationError.self) {
      try verified([.equals("key", "user/${filename}")], [.init("key", "user/${filename}")], fileName: fileName)
    }
    #expect(throws: VerificationError.self) {
      try verified(
        [.startsWith("key", ""), .startsWith("content-type", "image/")],
        [.init("key", "a"), .init("content-type", "image/${filename}")], fileName: "x,text")
    }
  }

  @Test func `texts that only look the same don't meet a condition`() throws {
    let conditions = [PostPolicy.Condition.startsWith("key", ""), .equals("x-amz-meta-\u{E9}", "\u{E9}")]
    let key = PostPolicy.Field("key", "a")
    #expect(try verified(conditions, [key, .init("x-amz-meta-\u{E9}", "\u{E9}")], fileName: "").key == "a")
    for field in [
      PostPolicy.Field("x-amz-meta-e\u{301}", "\u{E9}"), PostPolicy.Field("x-amz-meta-\u{E9}", "e\u{301}"),
    ] {
      #expect(throws: VerificationError.self) { try verified(conditions, [key, field], fileName: "") }
    }
  }

  @Test func `a form is no larger than the limits`() throws {
    #expect(refusal(try form() + (0..<128).map { PostPolicy.Field("x-ignore-\($0)", "") }) == .tooLarge)
    #expect(refusal(try form() + [PostPolicy.Field("x-ignore-", String(repeating: "a", count: 65_536))]) == .tooLarge)
    #expect(refusal(try form() + [.init("x-ignore-a", ""), .init("x-ignore-a", "")]) == nil)
  }

  @Test func `a file may have any length that a number of bytes can be`() throws {
    let form = try verified(
      [.startsWith("key", ""), .contentLength(1...Int.max)], [.init("key", "a")], fileName: "")
    #expect(form.fileLength == 1...Int.max)
    #expect(throws: VerificationError.self) {
      try verified([.startsWith("key", ""), .contentLength(-5...3)], [.init("key", "a")], fileName: "")
    }
    #expect(throws: VerificationError.self) { try verified([], [], fileName: "") }
  }

  @Test func `a field's name can't add text to the answer`() throws {
    let name = "x\u{600}<a\u{600}>\u{600}\""
    do {
      _ = try verifier.verify(
        form: try form() + [PostPolicy.Field(name, "")], bucket: "b", with: credentials, at: time)
      Issue.record("The form was accepted.")
    } catch let error as VerificationError {
      for service in [SigningService.s3, .sts] {
        let body = error.response(for: service).body
        #expect(!body.unicodeScalars.contains("\u{600}") && !body.contains("<a"), "\(body)")
      }
    }
  }

  @Test func `a form that isn't what its policy allows is rejected`() throws {
    #expect(refusal(try form()) == nil)
    #expect(refusal(try form(), bucket: "c") == .deniedByPolicy)
    #expect(refusal(try form(), after: 3599) == nil)
    #expect(refusal(try form(), after: 3600) == .expired)
    for (name, value) in [
      ("Key", "other/a.png"), ("acl", "private"), ("content-type", "text/html"),
      ("content-type", "image/png,text/html"), ("content-type", "image/png, image/gif"),
      ("x-amz-meta-other", "1"), ("bucket", "c"),
      ("X-Amz-Credential", "AKIDEXAMPLE/20260301/us-west-2/s3/aws4_request"),
    ] {
      let changed = try form().filter { $0.name != name } + [PostPolicy.Field(name, value)]
      #expect(refusal(changed) != nil, "\(name): \(value)")
    }
    #expect(refusal(try form().filter { $0.name != "acl" }) == .deniedByPolicy)
    #expect(refusal(try form() + [PostPolicy.Field("KEY", "user/b.png")]) == .deniedByPolicy)
    #expect(refusal(try form([.equals("bucket", "b")])) == .deniedByPolicy)
  }

  @Test func `a signature that is wrong, absent or for elsewhere is rejected`() throws {
    #expect(refusal(sent) == .missingSignature)
    let other = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "another", sessionToken: "token")
    #expect(refusal(try form(nil, other)) == .wrongSignature)
    let stranger = Credentials(accessKeyID: "AKIDOTHER", secretAccessKey: "secret", sessionToken: "token")
    #expect(refusal(try form(nil, stranger)) == .wrongSignature)
    let untold = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "another")
    #expect(refusal(try form(nil, untold)) == .wrongSessionToken)
    for name in ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy", "x-amz-signature"] {
      #expect(refusal(try form().filter { $0.name != name }) == .malformedSignature, "\(name)")
      let field = try #require(try form().first { $0.name == name })
      #expect(
        refusal(try form() + [PostPolicy.Field(name.uppercased(), field.value)]) == .ambiguousSignature, "\(name)")
    }
    let elsewhere = try Signer(service: .s3, region: "us-east-1").signForm(
      PostPolicy(expiration: time.addingTimeInterval(3600), conditions: conditions), with: credentials, at: time)
    #expect(refusal(sent + elsewhere) == .wrongScope)
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"expiration": "2026-03-01T13:00:00Z"}"#, #"{"expiration": "soon", "conditions": []}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [["eq", "$key"]]}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [["ends-with", "$key", ""]]}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [["content-length-range", 5, 4]]}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [["content-length-range", -5, -4]]}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [["content-length-range", 1e300, 1e301]]}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [null, 1, true]}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [], "conditions": []}"#,
    #"{"expiration": "2026-03-01T13:00:00Z", "conditions": [], "other": 1}"#,
  ])
  func `a signed policy that can't be read allows nothing`(document: String) throws {
    let signed = try Signer(service: .s3, region: "us-west-2").signForm(
      policyDocument: document, with: credentials, at: time)
    #expect(refusal(sent + signed) == .deniedByPolicy)
  }
}
