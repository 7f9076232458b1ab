import Foundation
import Testing

@testable import SigV4

/// Programs that print credentials, and programs that don't.
@Suite(.timeLimit(.minutes(10))) struct ProcessCredentialProviderTests {
  private static let path = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]

  private func provider(_ script: String, timeLimit: Duration = patience) -> ProcessCredentialProvider {
    ProcessCredentialProvider(
      command: "sh -c '\(script)'", timeLimit: timeLimit,
      environment: Self.path.merging(["SECRET": Planted.mark]) { $1 })
  }

  @Test(arguments: [
    ("a b", ["a", "b"]), ("  a\t b\n", ["a", "b"]), (#""a b" c"#, ["a b", "c"]), ("'a \"b\\' c", ["a \"b\\", "c"]),
    (#""a\"b\\c\d""#, [#"a"b\c\d"#]), (#"a\ b"#, ["a b"]), (#"a"b"'c'"#, ["abc"]), ("''", [""]),
    ("a '' b", ["a", "", "b"]),
    ("$HOME `x` *|&", ["$HOME", "`x`", "*|&"]), ("", []), (" ", []), ("ä\r\nb", ["ä", "b"]),
    ("a \u{301}b '\u{301}c'", ["a", "\u{301}b", "\u{301}c"]),
  ])
  func `a command is split into words as in a shell, without expansions`(command: String, words: [String]) {
    #expect(CommandWords.split(command) == words)
  }

  @Test(arguments: ["'a", #""a"#, #"a\"#, #""a\"#])
  func `an unclosed quotation mark is an error`(command: String) {
    #expect(CommandWords.split(command) == nil)
  }

  @Test func `long-term and temporary credentials are read`() async throws {
    let long = try await provider(#"echo "{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"$SECRET\"}""#)
      .checkedCredentials()
    #expect(long == Credentials(accessKeyID: "a", secretAccessKey: Planted.mark))
    let temporary = try await provider(
      #"echo "{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"$SECRET\",\"SessionToken\":\"$SECRET\",\"Expiration\":\"2030-03-17T17:46:40Z\",\"AccountId\":\"123456789012\"}""#
    ).checkedCredentials()
    #expect(
      temporary
        == Credentials(
          accessKeyID: "a", secretAccessKey: Planted.mark, sessionToken: Planted.mark,
          expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012"))
  }

  /// A script that prints a key pair and one field more.
  private static func keys(_ field: String) -> String {
    #"echo "{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"$SECRET\",\#(field)}""#
  }

  @Test(arguments: [#"\"SessionToken\":\"\""#, #"\"SessionToken\":null"#, #"\"Expiration\":null,\"Code\":7"#])
  func `the other fields of a long-term key pair may be empty`(field: String) async throws {
    let credentials = try await provider(Self.keys(field)).checkedCredentials()
    #expect(credentials == Credentials(accessKeyID: "a", secretAccessKey: Planted.mark))
  }

  @Test(arguments: [
    ("exit 3", "status 3"), ("echo $SECRET; echo $SECRET >&2; exit 1", "status 1"),
    ("kill -9 $$", "status 137"),
    ("echo $SECRET", "isn't a JSON object"), ("true", "isn't a JSON object"),
    (#"echo "{\"AccessKeyId\":\"$SECRET\"}""#, "Version"),
    (#"echo "{\"Version\":2,\"SecretAccessKey\":\"$SECRET\"}""#, "Version"),
    (#"echo "{\"Version\":1,\"AccessKeyId\":\"a\",\"SessionToken\":\"$SECRET\"}""#, "SecretAccessKey"),
    (#"echo "{\"Version\":1,\"SecretAccessKey\":\"$SECRET\"}""#, "AccessKeyId"),
    (
      #"echo "{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"$SECRET\",\"Expiration\":\"$SECRET\"}""#,
      "Expiration"
    ),
    (keys(#"\"SessionToken\":7"#), "SessionToken as a value that isn't a string"),
    (keys(#"\"Expiration\":1700000000"#), "Expiration as a value that isn't a string"),
    (keys(#"\"Expiration\":\" \""#), "empty Expiration"),
    (keys(#"\"ExpiresAt\":{}"#), "ExpiresAt as a value that isn't a string"),
    ("while true; do echo $SECRET$SECRET$SECRET$SECRET; done", "65536"),
  ])
  func `the error names the flaw and doesn't quote the output`(script: String, words: String) async throws {
    let error = try await provider(script).checkedError()
    #expect(error.code == .badAnswer)
    #expect(error.message.contains(words), "\(error)")
    Planted.expectNoSecret(in: error)
  }

  @Test(arguments: ["/nowhere/to be found", "no-such-program-anywhere", "/", "'", ""])
  func `the error names a program that can't be started`(command: String) async throws {
    let provider = ProcessCredentialProvider(command: command, timeLimit: patience, environment: Self.path)
    let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
    #expect(error?.code == .misconfigured)
  }

  @Test func `a program that runs too long is killed, with the programs that it started`() async throws {
    // The inner shell holds the pipe open: reading would never end if it survived.
    let provider = provider("(while true; do read x < /dev/zero; done) & wait", timeLimit: .milliseconds(200))
    let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
    #expect(error?.code == .timedOut)
  }

  @Test func `a cancelled caller doesn't wait for the program`() async throws {
    let provider = provider("while true; do read x < /dev/zero; done")
    let task = Task { try await provider.checkedCredentials() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `a program gets its arguments, its environment and no input`() async throws {
    let script =
      #"cat; echo "{\"Version\":1,\"AccessKeyId\":\"$1\",\"SecretAccessKey\":\"$SECRET\"}""#
    let provider = ProcessCredentialProvider(
      command: "sh -c '\(script)' name 'a b'", timeLimit: patience,
      environment: Self.path.merging(["SECRET": Planted.mark]) { $1 })
    #expect(try await provider.checkedCredentials() == Credentials(accessKeyID: "a b", secretAccessKey: Planted.mark))
  }
}
