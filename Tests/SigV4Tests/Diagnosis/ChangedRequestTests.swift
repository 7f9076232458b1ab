import Testing

@testable import SigV4

/// Requests that were changed after signing, and answers that show nothing of them.
@Suite struct ChangedRequestTests {
  @Test(arguments: [
    ("PUT", "/prod/a", "", SignatureDiagnosis.Cause.method, "signed as POST, but sent as PUT"),
    ("POST", "/prod/a/", "", .path, "the slash at its end"), ("POST", "/prod/a", "", .signatureIsRight, "right"),
    ("POST", "/v1/prod/a", "", .path, "without its first segment"), ("POST", "/prod", "", .unknown, "no known mistake"),
    (
      "POST", "/prod/a", "; charset=utf-8", .header, #"signed as "text/plain", but sent as "text/plain; charset=utf-8""#
    ),
  ])
  func `a part that was changed after signing is found`(
    method: String, target: String, parameter: String, cause: SignatureDiagnosis.Cause, sentence: String
  ) throws {
    let sample = SignedSample(
      method: "POST", target: "/prod/a", headers: [HeaderField("Host", "h"), HeaderField("Content-Type", "text/plain")])
    let request = try sample.request { request in
      (request.method, request.target) = (method, target)
      try request.change("Content-Type") { $0 + parameter }
    }
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == cause)
    #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
  }

  /// Only API Gateway has stages, and a path of one segment need not have a prefix.
  @Test(arguments: [
    ("execute-api", "/orders", "/prod/orders", "without its first segment, such as the stage of an API."),
    ("execute-api", "/", "/prod", "without its first segment, such as the stage of an API."),
    ("vpc-lattice-svcs", "/orders", "/v1/orders", "without its first segment, such as a prefix that a proxy adds."),
    ("vpc-lattice-svcs", "/", "/elsewhere", "The path is signed as /."),
  ])
  func `a segment that isn't signed is a stage for APIs alone`(
    service: String, signed: String, sent: String, sentence: String
  ) throws {
    let sample = SignedSample(service: SigningService(service), target: signed)
    let diagnosis = SignatureDiagnosis(of: try sample.request { $0.target = sent }, credentials: sample.credentials)
    #expect(diagnosis.certainty == .certain)
    #expect(diagnosis.explanation.contains(sentence), "\(diagnosis)")
    #expect(diagnosis.explanation.contains("stage") == (service == "execute-api"), "\(diagnosis)")
  }

  @Test func `a parameter that the HTTP client removed from a media type is found`() throws {
    let sample = SignedSample(
      headers: [HeaderField("Host", "h"), HeaderField("Content-Type", "application/json; charset=utf-8")])
    let request = try sample.request { try $0.change("Content-Type") { _ in "application/json" } }
    #expect(SignatureDiagnosis(of: request, credentials: sample.credentials).cause == .header)
  }

  /// The canonical request of the sample, built by a signer with a mistake.
  @Test(arguments: [
    ("/a%2520b", "/a b", SignatureDiagnosis.Cause.path, "decoded"),
    ("/a%2520b", "/a%20b", .pathEncoding, "encoded once"),
    ("x-color:blue", "x-color:", .header, "x-color is signed as empty"),
    ("x-color:blue\n", "", .header, "x-color isn't signed"),
    ("x-amz-security-token:TOKENTHATMUSTNOTSHOW", "x-amz-security-token:", .sessionToken, "is signed as empty"),
    ("x-amz-security-token:TOKENTHATMUSTNOTSHOW\n", "", .sessionToken, "isn't signed"),
  ])
  func `a part that is signed in another form than it is sent is found`(
    line: String, signed: String, cause: SignatureDiagnosis.Cause, sentence: String
  ) throws {
    let sample = SignedSample(token: "TOKENTHATMUSTNOTSHOW", target: "/a%20b")
    let request = try sample.request(signing: [line: signed])
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == cause)
    #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
    #expect(!"\(mismatch)".contains("TOKENTHATMUSTNOTSHOW"))
  }

  @Test func `a header that is signed neither by its value nor by its name is found`() throws {
    let sample = SignedSample()
    let request = try sample.request(signing: ["x-color:blue\n": "", ";x-color\n": "\n"])
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .header)
    #expect(mismatch.explanation.contains("x-color isn't signed"), "\(mismatch)")
  }

  @Test func `a path that is encoded once says nothing of dot segments`() throws {
    let sample = SignedSample(target: "/a%20b")
    let request = try sample.request(signing: ["/a%2520b": "/a%20b"])
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .pathEncoding)
    #expect(!mismatch.explanation.contains("dot segments"), "\(mismatch)")
  }

  @Test func `a path that is signed as for S3 in both ways is found`() throws {
    let sample = SignedSample(target: "/x/../a%20b")
    let request = try sample.request(signing: ["/a%2520b": "/x/../a%20b"])
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .pathEncoding)
    #expect(
      mismatch.explanation.contains("encoded once") && mismatch.explanation.contains("dot segments"), "\(mismatch)")
  }

  @Test(arguments: [
    ("x-late", ["x-color\n": "x-color;x-late\n"], "List exactly the headers"),
    ("x-late", [:], "List exactly the headers"),
    ("x-amzn-trace-id", ["date;x-color\n": "date;x-amzn-trace-id;x-color\n"], "Leave it unsigned"),
  ])
  func `a header that is signed and not listed is found`(
    name: String, list: [String: String], advice: String
  ) throws {
    let sample = SignedSample()
    let line = name < "x-color" ? "\nx-color:" : "\n\nhost"
    let changes = list.merging([line: "\n\(name):9\(line)"]) { first, _ in first }
    var request = try sample.request(signing: changes)
    request.headers.append(HeaderField(name, "9"))
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .header)
    #expect(mismatch.explanation.contains("The header \(name) is signed"), "\(mismatch)")
    #expect(mismatch.explanation.contains(advice), "\(mismatch)")
    request.remove(name)
    #expect(
      SignatureDiagnosis(of: request, credentials: sample.credentials).cause == .unknown, "the header is unknown")
  }

  @Test(arguments: [
    (SignaturePlacement.header, "/a?b=1", "&c=2", "without c."), (.query, "/a?b=1", "&c=2", "without c."),
    (.query, "/a", "&c=2&d", "without c and d."), (.header, "/a?b=1", "&b=1", "without b."),
    (.header, "/a?b=1", "&X-Amz-Security-Token%3DTOKENTHATMUSTNOTSHOW", "without X-Amz-Security-Token."),
    (.header, "/a?b=1", "&" + String(repeating: "TOKENTHATMUSTNOTSHOW", count: 4), "without a parameter."),
  ])
  func `a parameter that was added after signing is found`(
    placement: SignaturePlacement, target: String, added: String, sentence: String
  ) throws {
    let sample = SignedSample(placement: placement, target: target)
    let request = try sample.request { $0.target += added }
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .query)
    #expect(!"\(mismatch)".contains("TOKENTHATMUSTNOTSHOW"))
    #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
  }

  @Test(arguments: [
    ("/v1/a%20b?x=1", "/a%20b?x=1", "X-Original-URI", "/v1/a%20b?x=1"),
    ("/v1/a%20b?x=1", "/a%20b?x=1", "X-Forwarded-Prefix", "/v1"),
    ("/old", "/new", "X-Envoy-Original-Path", "/old"),
  ])
  func `the path that a proxy rewrote is found by the header that it sets`(
    signed: String, sent: String, header: String, value: String
  ) throws {
    let sample = SignedSample(target: signed)
    let request = try sample.request { request in
      request.target = sent
      request.headers.append(HeaderField(header, value))
    }
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .path)
    #expect(mismatch.explanation.contains("is the one in \(header.lowercased())"), "\(mismatch)")
  }

  @Test(arguments: [
    ("/a(b)%20c", "/a%28b%29%20c", "unencoded"), ("/a%28b%29%20c", "/a(b)%20c", "every byte encoded"),
    ("/a%20b%28", "/a+b%28", "%20 where + is sent"), ("/a+b%28", "/a%20b%28", "+ where %20 is sent"),
  ])
  func `a path that the HTTP client encodes in another way is found`(
    signed: String, sent: String, sentence: String
  ) throws {
    for service in [SigningService("service"), .s3] {
      let sample = SignedSample(service: service, target: signed + "?x=1")
      let request = try sample.request { $0.target = sent + "?x=1" }
      let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
      #expect(mismatch.cause == .path)
      #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
    }
  }

  @Test(arguments: [
    (
      ["X-Forwarded-For": "192.0.2.1"], ["X-Forwarded-For": "192.0.2.1, 10.0.0.1"],
      #"x-forwarded-for is signed as "192.0.2.1""#
    ),
    (["X-Forwarded-For": "192.0.2.1"], ["X-Forwarded-For": "192.0.2.1, 10.0.0.1,10.0.0.2"], "appended to it"),
    (["Accept-Encoding": "br"], ["Accept-Encoding": "br, gzip, deflate"], "accept-encoding is signed"),
    (
      ["Via": "1.1 a", "X-Forwarded-For": "192.0.2.1"],
      ["Via": "1.1 a, 1.1 b", "X-Forwarded-For": "192.0.2.1, 10.0.0.1"], "via and x-forwarded-for"
    ),
    (["X-Amzn-Trace": "Root=1"], ["X-Amzn-Trace": "Root=1;Self=2"], "x-amzn-trace is signed"),
  ])
  func `a list header to which a hop appended is found`(
    signed: [String: String], sent: [String: String], sentence: String
  ) throws {
    let headers = signed.sorted { $0.key < $1.key }.map { HeaderField($0.key, $0.value) }
    let sample = SignedSample(headers: [HeaderField("Host", "h")] + headers)
    let request = try sample.request { request in
      for (name, value) in sent { try request.change(name) { _ in value } }
    }
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .header)
    #expect(mismatch.certainty == .certain)
    #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
  }

  @Test func `the value of a list header that may be a secret isn't shown`() throws {
    let sample = SignedSample(headers: [HeaderField("Host", "h"), HeaderField("Cookie", "session=\(Planted.mark)")])
    let request = try sample.request { request in try request.change("Cookie") { "\($0); lb=1" } }
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.explanation.contains("The header cookie is signed as"), "\(mismatch)")
    Planted.expectNoSecret(in: mismatch)
  }

  @Test(arguments: [
    ("{}", "{}\n", "without the line break"), ("{}\n", "{}", "with a line break"),
    ("a\nb", "a\r\nb", "with LF instead"), ("a\r\n", "a\r", "with a line break"),
    ("a\rb\nc", "a\rb\r\nc", "with LF instead"),
  ])
  func `a body with an added or removed line break is found`(signed: String, sent: String, sentence: String) throws {
    let sample = SignedSample(body: Array(signed.utf8), method: "POST")
    let mismatch = SignatureDiagnosis(
      of: try sample.request(), payload: .bytes(Array(sent.utf8)), credentials: sample.credentials)
    #expect(mismatch.cause == .payload)
    #expect(mismatch.certainty == .certain)
    #expect(mismatch.explanation.contains(sentence), "\(mismatch)")
  }

  @Test(arguments: [("{}\n", true), ("other", true), ("", false)])
  func `a body that doesn't match the hash that is sent is reported, unless it may be left out`(
    sent: String, isReported: Bool
  ) throws {
    let sample = SignedSample(service: .s3, body: Array("{}".utf8), method: "PUT")
    let mismatch = SignatureDiagnosis(of: try sample.request(), payload: .bytes(Array(sent.utf8)))
    #expect((mismatch.cause == .payload) == isReported, "\(mismatch)")
    #expect(mismatch.explanation.contains("The hash matches the body without the line break") == sent.hasSuffix("\n"))
  }

  /// The secret is right in each, and one part was changed without a trace.
  @Test(arguments: ["header", "body", "path", "query", "headers", "host"])
  func `a change that leaves no trace isn't blamed on the secret`(part: String) throws {
    let headers = [HeaderField("Host", "example.com"), HeaderField("X-Color", "blue")]
    let sample = SignedSample(body: Array("{\"a\":1}".utf8), method: "POST", headers: headers)
    var body = sample.body
    let request = try sample.request { request in
      switch part {
      case "header": try request.change("X-Color") { _ in "green" }
      case "body": body = Array("{\"a\": 1}".utf8)
      case "path": request.target = request.target.replacing("/orders", with: "/others")
      case "query": request.target = "/orders/a%20b?page=7"
      case "headers":
        try request.change("X-Color") { _ in "green" }
        request.method = "PUT"
      default: try request.change("Host") { _ in "other.example.com" }
      }
    }
    let mismatch = SignatureDiagnosis(of: request, payload: .bytes(body), credentials: sample.credentials)
    #expect(mismatch.cause == .unknown)
    #expect(mismatch.certainty == nil)
    for checked in ["is unknown", "x-color", "the body, whose hash isn't sent", "the query", "Host", "the method"] {
      #expect(mismatch.explanation.contains(checked), "\(mismatch)")
    }
  }

  @Test func `a host in another letter case is found`() throws {
    let sample = SignedSample(headers: [HeaderField("Host", "example.com")])
    let request = try sample.request { try $0.change("Host") { _ in "Example.com" } }
    let mismatch = SignatureDiagnosis(of: request, credentials: sample.credentials)
    #expect(mismatch.cause == .host)
    #expect(mismatch.explanation.contains("Letter case matters"))
  }
}

extension SignedSample {
  /// The request, signed over its canonical request with each of `changes` made to the text.
  func request(signing changes: [String: String]) throws -> SignableRequest {
    var request = try request()
    let claim = try SignatureClaim(request)
    var text = try Canonicalizer(service).canonicalRequest(
      for: request, payloadHash: SHA256Digest.hexOfNothing, signedHeaders: claim.signedHeaderList
    ).text
    for (line, signed) in changes {
      #expect(text.contains(line))
      text = text.replacing(line, with: signed)
    }
    let signature = try SigningKey(credentials, scope: claim.scope).signature(
      for: StringToSign(
        date: claim.time, scope: claim.scope,
        canonicalRequest: CanonicalRequest(text: text, signedHeaders: claim.signedHeaderList)))
    try request.replaceInAuthorization(claim.signature, signature)
    return request
  }
}
