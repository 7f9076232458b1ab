import Foundation
import SigV4

/// One case of the published suite as AWS ships it: a folder of text files.
struct RawSuiteCase: CustomStringConvertible, Sendable {
  struct Context: Decodable {
    struct KeyPair: Decodable {
      let access_key_id: String
      let secret_access_key: String
      let token: String?
    }

    let credentials: KeyPair
    let expiration_in_seconds: Int
    let normalize: Bool
    let region: String
    let service: String
    let sign_body: Bool
    let timestamp: String
    let omit_session_token: Bool?
  }

  /// `header` or `query`.
  let placement: String
  let folder: URL

  var description: String {
    folder.pathComponents.suffix(2).joined(separator: "/") + "/" + placement
  }

  /// The suite next to this package, if it is present.
  static let suite = VectorFiles.packageRoot.deletingLastPathComponent().appending(
    path: "shared/aws-signing-test-suite")

  static var isPresent: Bool {
    FileManager.default.fileExists(atPath: suite.path(percentEncoded: false))
  }

  static func all() throws -> [RawSuiteCase] {
    guard isPresent else { return [] }
    return try ["v4", "v4a"].flatMap { version in
      let folder = suite.appending(path: version)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
      return names.flatMap { name in
        ["header", "query"].map { RawSuiteCase(placement: $0, folder: folder.appending(path: name)) }
      }.filter { $0.text("canonical-request") != nil }
    }
  }

  /// The expected text, without a line break at the end.
  func text(_ part: String) -> String? {
    guard let data = try? Data(contentsOf: folder.appending(path: "\(placement)-\(part).txt")) else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  func sign() throws -> SignedRequest {
    let context = try JSONDecoder().decode(
      Context.self, from: Data(contentsOf: folder.appending(path: "context.json")))
    let service = SigningService(
      customRulesFor: context.service, contentHashHeader: context.sign_body ? .sentUnlessPresigned : .omitted,
      pathNormalization: context.normalize ? .normalized : .preserved,
      sessionToken: context.omit_session_token == true ? .addedAfterSigning : .signed)
    let isAsymmetric = folder.deletingLastPathComponent().lastPathComponent == "v4a"
    let signer =
      isAsymmetric
      ? Signer(service: service, region: .set([context.region]))
      : Signer(service: service, region: SigningRegion(context.region))
    let credentials = Credentials(
      accessKeyID: context.credentials.access_key_id, secretAccessKey: context.credentials.secret_access_key,
      sessionToken: context.credentials.token)
    let time = try Date(context.timestamp, strategy: .iso8601)
    var (request, body) = try request()
    if placement == "header" {
      return try signer.sign(&request, payload: .bytes(body), with: credentials, at: time)
    }
    return try signer.presign(
      &request, validFor: .seconds(context.expiration_in_seconds), payload: .bytes(body), with: credentials, at: time)
  }

  private func request() throws -> (SignableRequest, body: [UInt8]) {
    let text = try String(contentsOf: folder.appending(path: "request.txt"), encoding: .utf8)
    let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
    var lines = parts[0].split(separator: "\n", omittingEmptySubsequences: false)[...]
    let start = lines.removeFirst().split(separator: " ", maxSplits: 1)
    let target = start[1].dropLast(" HTTP/1.1".count)
    var headers: [HeaderField] = []
    for line in lines where !line.isEmpty {
      if line.hasPrefix(" ") {
        headers[headers.count - 1].value += "\n" + line
      } else {
        let field = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        headers.append(HeaderField(String(field[0]), String(field[1])))
      }
    }
    let request = SignableRequest(method: String(start[0]), target: String(target), headers: headers)
    return (request, Array((parts.count > 1 ? parts[1] : "").utf8))
  }
}
