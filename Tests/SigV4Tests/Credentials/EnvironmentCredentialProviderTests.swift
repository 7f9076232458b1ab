import Foundation
import SigV4
import Testing

@Suite struct EnvironmentCredentialProviderTests {
  private let pair = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": Planted.secret]

  private func credentials(_ more: [String: String] = [:]) async throws -> Credentials {
    try await EnvironmentCredentialProvider(environment: pair.merging(more) { $1 }).checkedCredentials()
  }

  @Test func `a key pair is enough`() async throws {
    #expect(try await credentials() == Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Planted.secret))
  }

  @Test func `every variable is read, and white space around it is ignored`() async throws {
    let credentials = try await credentials([
      "AWS_ACCESS_KEY_ID": " AKIDEXAMPLE\n", "AWS_SESSION_TOKEN": "\t\(Planted.token) \r\n",
      "AWS_ACCOUNT_ID": " 123456789012 ",
      "AWS_CREDENTIAL_EXPIRATION": "2030-03-17T17:46:40Z",
    ])
    #expect(
      credentials
        == Credentials(
          accessKeyID: "AKIDEXAMPLE", secretAccessKey: Planted.secret, sessionToken: Planted.token,
          expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012"))
  }

  @Test func `the older name of the token is used if the newer one is unset`() async throws {
    #expect(try await credentials(["AWS_SECURITY_TOKEN": "old"]).sessionToken == "old")
    #expect(try await credentials(["AWS_SECURITY_TOKEN": "old", "AWS_SESSION_TOKEN": " "]).sessionToken == "old")
    #expect(try await credentials(["AWS_SECURITY_TOKEN": "old", "AWS_SESSION_TOKEN": "new"]).sessionToken == "new")
  }

  @Test(arguments: [nil, "", " \t\n"] as [String?])
  func `unset, empty and blank are the same`(blank: String?) async throws {
    var environment: [String: String] = [:]
    for name in [
      "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCOUNT_ID", "AWS_CREDENTIAL_EXPIRATION",
    ] { environment[name] = blank }
    let error = await #expect(throws: CredentialError.self) {
      try await EnvironmentCredentialProvider(environment: environment).checkedCredentials()
    }
    #expect(error?.code == .notConfigured)
    environment.merge(pair) { $1 }
    let credentials = try await EnvironmentCredentialProvider(environment: environment).checkedCredentials()
    #expect(credentials == Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Planted.secret))
  }

  @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
  func `half of a pair is an error that names the missing half`(missing: String) async throws {
    let error = await #expect(throws: CredentialError.self) { try await credentials([missing: " "]) }
    #expect(error?.code == .misconfigured)
    #expect(error?.message.contains("\(missing) isn't") == true)
    Planted.expectNoSecret(in: try #require(error))
  }

  @Test(
    arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCOUNT_ID"],
    [("\"", "\""), ("'", "'"), ("`", "`"), ("\u{201C}", "\u{201D}"), (" \"", "\"\n"), ("\" ", " \"")])
  func `quotation marks around a value are named`(variable: String, marks: (String, String)) async throws {
    let error = await #expect(throws: CredentialError.self) {
      try await credentials([variable: marks.0 + Planted.secret + marks.1])
    }
    #expect(error?.code == .misconfigured)
    #expect(error?.message.contains("\(variable) has quotation marks") == true)
    Planted.expectNoSecret(in: try #require(error))
  }

  @Test(arguments: ["\"\"", "''", " \"\" "])
  func `quotation marks around nothing are named`(value: String) async throws {
    let error = await #expect(throws: CredentialError.self) { try await credentials(["AWS_SESSION_TOKEN": value]) }
    #expect(error?.message.contains("AWS_SESSION_TOKEN has quotation marks") == true)
  }

  @Test(arguments: ["\"", "'x\"", "x\"y\"", "\"x\"y"])
  func `a quotation mark elsewhere is part of a value`(secret: String) async throws {
    #expect(try await credentials(["AWS_SECRET_ACCESS_KEY": secret]).secretAccessKey == secret)
  }

  @Test(arguments: [
    ("2030-03-17T17:46:40.832308Z", 1_900_000_000.832308), ("2030-03-17T18:46:40+01:00", 1_900_000_000),
    ("2030-03-17T12:16:40.5-0530", 1_900_000_000.5), ("2030-03-17T17:46:40+00", 1_900_000_000),
    ("1970-01-01T00:00:00Z", 0), ("2024-02-29T00:00:00Z", 1_709_164_800), ("0000-01-01T00:00:00Z", -62_167_219_200),
    ("9999-12-31T23:59:59Z", 253_402_300_799),
  ])
  func `an expiration may have a fraction and an offset`(text: String, seconds: Double) async throws {
    let expiration = try await credentials(["AWS_CREDENTIAL_EXPIRATION": text]).expiration
    #expect(try abs(#require(expiration).timeIntervalSince1970 - seconds) < 0.000_001)
  }

  @Test(arguments: [
    "soon", "1900000000", "2030-03-17", "2030-03-17T17:46:40", "2030-02-29T00:00:00Z", "2030-13-01T00:00:00Z",
    "2030-00-01T00:00:00Z", "2030-01-00T00:00:00Z", "2030-01-01T24:00:00Z", "2030-03-17T17:46:40.Z",
    "2030-03-17T17:46:40Zx", "2030-03-17T17:46:40+", "2030-03-17T17:46:40+01:", "99999-03-17T17:46:40Z",
    "٢٠٣٠-03-17T17:46:40Z",
  ])
  func `an expiration that isn't a date throws`(text: String) async throws {
    let error = await #expect(throws: CredentialError.self) {
      try await credentials(["AWS_CREDENTIAL_EXPIRATION": text])
    }
    #expect(error?.code == .misconfigured)
  }

  @Test func `the process's own environment is the default`() async throws {
    let own = ProcessInfo.processInfo.environment
    let `default` = try? await EnvironmentCredentialProvider().checkedCredentials()
    #expect(`default` == (try? await EnvironmentCredentialProvider(environment: own).checkedCredentials()))
  }
}
