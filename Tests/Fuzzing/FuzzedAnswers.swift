import Foundation

/// The body of a rejection.
func fuzzErrors(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  let answer = ServiceErrorResponse(text)
  for request in requests {
    let mismatch = SignatureDiagnosis(of: request, answer: answer)
    expect(!mismatch.explanation.isEmpty, "There is an explanation.", text)
    expect((mismatch.certainty == nil) == (mismatch.cause == .unknown), "Only an unknown cause has no certainty.", text)
    expect(!mismatch.description.contains("FwoGZXIvYXdzEXAMPLE"), "No token is shown.", text)
  }
  _ = (answer.isClockSkew, answer.isExpiredCredentials, answer.clockSkew(signedAt: time, localTime: time))
  if let element = XMLElement(input) {
    expect(!element.name.isEmpty, "An element has a name.", text)
    _ = element.descendant("Error", "Code")
  }
}

/// Documents with credentials, and the HTTP answers that contain them.
func fuzzDocuments(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  for lifetime in [CredentialsDocument.Lifetime.any, .temporary] {
    guard let document = try? CredentialsDocument(input, from: "The peer") else { continue }
    guard let credentials = try? document.credentials(lifetime) else { continue }
    expect(!credentials.accessKeyID.isEmpty, "Credentials have an id.", text)
  }
  if let members = JSONObject(input)?.members, Set(members.map(\.name)).count == members.count {
    let texts = members.compactMap { name, value in
      if case .text(let text)? = value { (name, text) } else { nil }
    }
    let decoded = try? JSONDecoder().decode(Texts.self, from: Data(input)).texts
    expect(decoded == Dictionary(uniqueKeysWithValues: texts), "Another parser reads the same object.", text)
  }
  for kind in [ProfileFile.Kind.config, .credentials] {
    _ = try? ProfileFile(text, kind, path: "/config")
  }
  if let words = CommandWords.split(text) {
    let quoted = words.map { word in
      "'\(word.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined())'"
    }.joined(separator: " ")
    expect(CommandWords.split(quoted) == words, "Quoted words are the same words.", text, quoted)
  }

  let whole = response(to: [input[...]])
  let split = response(to: input.indices.map { input[$0...$0] })
  expect(whole == split, "An answer is the same whole and byte by byte.", text)
}

/// The texts that Foundation finds in an object.
private struct Texts: Decodable {
  let texts: [String: String]

  init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Name.self)
    let texts = object.allKeys.compactMap { name in
      (try? object.decode(String.self, forKey: name)).map { (name.stringValue, $0) }
    }
    self.texts = Dictionary(uniqueKeysWithValues: texts)
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

private func response(to pieces: [ArraySlice<UInt8>]) -> String {
  var parser = TransportResponseParser(method: "GET", bodyLimit: 1000)
  do throws(TransportError) {
    for piece in pieces {
      if let response = try parser.read(piece) { return "\(response.status) \(response.headers) \(response.body)" }
    }
    let response = try parser.readEnd()
    return "\(response.status) \(response.headers) \(response.body)"
  } catch {
    return error.code.description
  }
}

private let time = Date(timeIntervalSince1970: 1_440_938_160)
private let requests: [SignableRequest] = {
  let bare = SignableRequest(
    method: "GET", target: "/path?b=1&a=2", headers: [HeaderField("Host", "reservation-0123.example.com")])
  let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "FwoGZXIvYXdzEXAMPLE")
  let signer = Signer(service: .vpcLattice, region: "us-west-2")
  var inHeaders = bare
  var inQuery = bare
  _ = try? signer.sign(&inHeaders, payload: .empty, with: credentials, at: time)
  _ = try? signer.presign(&inQuery, validFor: .seconds(60), with: credentials, at: time)
  return [bare, inHeaders, inQuery]
}()
