import Foundation

/// The policy of a browser's upload and the name of its file; and a form as the body of a request, signed in the query.
func fuzzForms(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  fuzzPolicy(text)
  fuzzFormBody(text)
}

private func fuzzPolicy(_ document: String) {
  guard let signed = try? signer.signForm(policyDocument: document, with: credentials, at: time) else { return }
  let sent = [PostPolicy.Field("key", "user/${filename}"), PostPolicy.Field("Content-Type", "image/png")]
  let form = sent + signed
  let verify = { (form: [PostPolicy.Field]) in
    try? verifier.verify(form: form, bucket: "b", fileName: document, with: credentials, at: time)
  }
  guard let verified = verify(form) else { return }
  expect(verified.expiration > time, "An expired policy is rejected.", document)
  expect(verified.key.hasPrefix("user/"), "The key is that of the form.", document, verified.key)
  expect(verified.fileLength.lowerBound >= 0, "No file is shorter than nothing.", document)
  let other = form + [PostPolicy.Field("x-amz-meta-\(UUID())", "")]
  expect(verify(other) == nil, "A field without a condition is rejected.", document)
}

private func fuzzFormBody(_ body: String) {
  var request = SignableRequest(
    method: "POST", target: "/?\(body)",
    headers: [
      HeaderField("Host", "example.com"), HeaderField("Content-Type", "application/x-www-form-urlencoded"),
    ])
  let signed = request.target
  guard (try? signer.sign(&request, payload: .empty, with: credentials, at: time)) != nil else { return }
  request.target = "/"
  let verified = try? verifier.verify(request, payload: .bytes(Array(body.utf8)), with: credentials, at: time)
  guard let verified else { return }
  let query = try? CanonicalTarget(signed, for: .s3).query
  expect(verified.target.query == query, "A form is read as it was signed.", body, verified.target.query)
}

private let time = Date(timeIntervalSince1970: 1_440_938_160)
private let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
private let signer = Signer(service: .s3, region: "us-west-2")
private let verifier = Verifier(service: .s3, formBodies: .query)
