import Foundation
import SigV4
import Testing

/// The secrets in the tests of credentials, which a program must never print or log.
///
/// Each contains the mark, which the check `no-secret-in-the-tests-output` searches for in the output of all tests.
enum Planted {
  static let mark = "pLaNtEd"
  static let secret = "\(mark)/s3cret+="
  static let token = "\(mark)/t0ken+="
  /// A secret as a query parameter without a value, with its padding.
  static let base64 = Data(secret.utf8).base64EncodedString()

  static let credentials = Credentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: secret, sessionToken: token,
    expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012")

  /// All the texts that Swift makes of a value.
  static func texts(_ value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    let children = Mirror(reflecting: value).children.map { "\($0.value)" }.joined()
    return "\(value)" + String(reflecting: value) + dumped + children
      + ((value as? any Error)?.localizedDescription ?? "")
  }

  static func expectNoSecret(in value: Any, sourceLocation: SourceLocation = #_sourceLocation) {
    let isTold = tells(texts(value))
    #expect(!isTold, "\(type(of: value))", sourceLocation: sourceLocation)
  }

  /// Whether `text` contains 8 consecutive bytes of a planted secret, in any encoding.
  static func tells(_ text: String) -> Bool {
    text.lowercased().contains(mark.lowercased()) || text.contains(decimal)
      || anyRun(of: text.utf8) { runs.contains($0) }
  }

  /// The mark as Swift prints an array of bytes.
  private static let decimal = mark.utf8.map { "\($0)" }.joined(separator: ", ")

  private static let runs: Set<UInt64> = {
    var runs: Set<UInt64> = []
    for secret in [secret, token] {
      let bytes = Array(secret.utf8)
      let hex = bytes.map { String(format: "%02x", $0) }
      let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      let forms =
        [secret, encoded, encoded.lowercased(), hex.joined(), hex.joined().uppercased()]
        + (0..<3).map { String(Data(bytes.dropFirst($0)).base64EncodedString().dropLast(4)) }
      for form in forms {
        _ = anyRun(of: form.utf8) {
          runs.insert($0)
          return false
        }
      }
    }
    return runs
  }()

  private static func anyRun(of bytes: String.UTF8View, _ isFound: (UInt64) -> Bool) -> Bool {
    var run: UInt64 = 0
    var count = 0
    for byte in bytes {
      run = run << 8 | UInt64(byte)
      count += 1
      if count >= 8, isFound(run) { return true }
    }
    return false
  }
}

extension CredentialProvider {
  /// The result of ``credentials()``, after a search for secrets in it and in the provider.
  func checkedCredentials(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Credentials {
    Planted.expectNoSecret(in: self, sourceLocation: sourceLocation)
    do {
      let credentials = try await credentials()
      Planted.expectNoSecret(in: credentials, sourceLocation: sourceLocation)
      return credentials
    } catch {
      Planted.expectNoSecret(in: error, sourceLocation: sourceLocation)
      throw error
    }
  }

  /// The error of ``credentials()``, which must be an error of this library, after the same search.
  func checkedError(sourceLocation: SourceLocation = #_sourceLocation) async throws -> CredentialError {
    try #require(
      await #expect(throws: CredentialError.self, sourceLocation: sourceLocation) {
        try await checkedCredentials(sourceLocation: sourceLocation)
      }, sourceLocation: sourceLocation)
  }
}

/// An argument of a test that may contain the mark; its description omits it.
struct Unmarked<Value: Sendable>: Sendable, CustomTestStringConvertible {
  let value: Value

  init(_ value: Value) { self.value = value }

  var testDescription: String { "\(value)".replacing(Planted.mark, with: "…") }
}
