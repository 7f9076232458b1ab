import Foundation
import Testing

@testable import SigV4

/// A request that a service rejects, and its cause: a line of TestVectors/diagnosis.jsonl.
struct BrokenRequest: Decodable, CustomTestStringConvertible, Sendable {
  let name: String
  private let given: Given?
  private let steps: [Step]
  private let answer: String?
  private let shows: ShownText?
  let cause: String
  let certainty: String?
  /// A value that the explanation contains.
  let says: String?
  /// The first line that differs.
  let line: String?

  var testDescription: String { name }

  static func all() throws -> [BrokenRequest] {
    let url = VectorFiles.packageRoot.appending(path: "TestVectors/diagnosis.jsonl")
    return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(BrokenRequest.self, from: $0) }
  }

  /// The diagnosis of the request, from the service's answer and the given credentials.
  func diagnosis() throws -> SignatureDiagnosis {
    var request = SignableRequest(
      method: "GET", target: "/", headers: [HeaderField("Host", "api.us-west-2.amazonaws.com")])
    var body = ""
    for step in steps { try step.apply(to: &request, body: &body) }
    let answer = try shows?.answer(to: request, body: body) ?? answer ?? #"{"message": "\#(ShownText.doesNotMatch)"}"#
    return SignatureDiagnosis(
      of: request, payload: .bytes(Array(body.utf8)), answer: ServiceErrorResponse(answer),
      credentials: given?.credentials)
  }

  /// The credentials that the diagnosis has.
  private enum Given: String, Decodable {
    case credentials, temporaryCredentials

    var credentials: Credentials {
      SignedSample(token: self == .temporaryCredentials ? "TOKENTHATMUSTNOTSHOW" : nil).credentials
    }
  }
}

/// A change of the request, or its signing; each step has one of the members.
private struct Step: Decodable {
  let method: String?
  let target: String?
  let body: String?
  /// The name and the value of a header, which replaces one of that name.
  let header: [String]?
  let remove: String?
  /// A text in `Authorization`, and its replacement.
  let authorization: [String]?
  let sign: Signing?

  func apply(to request: inout SignableRequest, body: inout String) throws {
    request.method = method ?? request.method
    request.target = target ?? request.target
    body = self.body ?? body
    if let header { request.set(header[0], header[1]) }
    if let remove { request.remove(remove) }
    if let authorization { try request.replaceInAuthorization(authorization[0], authorization[1]) }
    try sign?.apply(to: &request, body)
  }
}

/// How a request is signed, and the mistakes of the signer.
private struct Signing: Decodable {
  let service: String?
  let region: String?
  let token: String?
  /// Texts in the canonical request, and their replacements.
  let canonical: [[String]]?
  /// The time in the string to sign.
  let time: String?
  let secret: String?
  let secretPrefix: String?
  let keyRegion: String?
  let keyService: String?

  func apply(to request: inout SignableRequest, _ body: String) throws {
    let sample = SignedSample(token: token)
    let (service, region) = (service ?? "execute-api", region ?? "us-west-2")
    let signed = try Signer(service: SigningService(service), region: SigningRegion(region)).sign(
      &request, payload: .bytes(Array(body.utf8)), with: sample.credentials, at: SignedSample.time)
    let time = time ?? "20150830T123600Z"
    let day = String(time.prefix(8))
    let text = try (canonical ?? []).reduce(signed.canonicalRequest.text) { text, change in
      #expect(text.contains(change[0]))
      return text.replacing(change[0], with: change[1])
    }
    let stringToSign = [
      "AWS4-HMAC-SHA256", time, "\(day)/\(region)/\(service)/aws4_request", try SHA256.hash(text).hex,
    ].joined(separator: "\n")
    let key = try HMACKey.chained(
      secret ?? sample.credentials.secretAccessKey, prefix: secretPrefix ?? "AWS4",
      over: [day, keyRegion ?? region, keyService ?? service, "aws4_request"])
    var state = try SHA256()
    let signature = try key.authenticationCode(for: Array(stringToSign.utf8).span, in: &state).hex
    try request.replaceInAuthorization(try SignatureClaim(request).signature, signature)
  }
}

/// The canonical request and the string to sign that a service shows.
private struct ShownText: Decodable {
  enum Form: String, Decodable {
    case xml, json, text
    case typedJSON = "json with type"
  }

  let form: Form
  /// Texts in the canonical request of what was sent, and their replacements in what arrived.
  let changes: [[String]]

  static let doesNotMatch = """
    The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
    signing method. Consult the service documentation for details.
    """

  func answer(to request: SignableRequest, body: String) throws -> String {
    let claim = try SignatureClaim(request)
    let service = SigningService(claim.scope.service)
    let sent = try Canonicalizer(service).canonicalRequest(
      for: request, payloadHash: try claim.fields.contentHash ?? SHA256.hash(body).hex,
      signedHeaders: claim.signedHeaderList)
    let text = changes.reduce(sent.text) { text, change in
      #expect(text.contains(change[0]))
      return text.replacing(change[0], with: change[1])
    }
    let stringToSign = [
      claim.algorithm.rawValue, claim.date.text, claim.scope.text, try SHA256.hash(text).hex,
    ].joined(separator: "\n")
    let message = """
      \(Self.doesNotMatch)

      The Canonical String for this request should have been
      '\(text)'

      The String-to-Sign should have been
      '\(stringToSign)'

      """
    let escaped = message.replacing("\n", with: "\\n")
    switch form {
    case .xml:
      return """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature \
        you provided. Check your key and signing method.</Message><AWSAccessKeyId>\(claim.accessKeyID)</AWSAccessKeyId>\
        <StringToSign>\(stringToSign)</StringToSign><CanonicalRequest>\(text)</CanonicalRequest>\
        <RequestId>1</RequestId></Error>
        """
    case .json: return #"{"message": "\#(escaped)"}"#
    case .typedJSON: return #"{"__type": "InvalidSignatureException", "message": "\#(escaped)"}"#
    case .text: return "InvalidSignatureException: \(message)"
    }
  }
}
