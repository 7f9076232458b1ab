import Foundation
import SigV4
import Testing

/// The secrets in the tests of credentials, which nothing that a program might print or log may show.
///
/// Each has the mark in it, which the check `no-secret-in-the-tests-output` looks for in the output of all tests.
enum Planted {
  static let mark = "pLaNtEd"
  static let secret = "\(mark)/s3cret+="
  static let token = "\(mark)/t0ken+="

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
    #expect(!texts(value).contains(mark), sourceLocation: sourceLocation)
  }
}

extension CredentialProvider {
  /// What ``credentials()`` returns or throws, after a look for secrets in that and in the provider.
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

  /// What ``credentials()`` throws, which must be one of the library's own errors, after the same look.
  func checkedError(sourceLocation: SourceLocation = #_sourceLocation) async throws -> CredentialError {
    try #require(
      await #expect(throws: CredentialError.self, sourceLocation: sourceLocation) {
        try await checkedCredentials(sourceLocation: sourceLocation)
      }, sourceLocation: sourceLocation)
  }
}

/// A test's argument that may have the mark in it, which its description leaves out.
struct Unmarked<Value: Sendable>: Sendable, CustomTestStringConvertible {
  let value: Value

  init(_ value: Value) { self.value = value }

  var testDescription: String { "\(value)".replacing(Planted.mark, with: "…") }
}
