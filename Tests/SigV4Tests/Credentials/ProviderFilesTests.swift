import Foundation
import Testing

@testable import SigV4

/// Files that are read, and paths that are rejected.
@Suite(.timeLimit(.minutes(10))) struct ProviderFilesTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  private func path(_ name: String) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.appending(path: name).path()
  }

  private func failure(_ path: String) async -> ProviderFiles.Failure? {
    await #expect(throws: ProviderFiles.Failure.self) { try await ProviderFiles.readFile(path) }
  }

  @Test func `a file and the null device are read`() async throws {
    let path = try path("file")
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("text".utf8).write(to: URL(filePath: path))
    #expect(try await ProviderFiles.readFile(path) == Array("text".utf8))
    #expect(try await ProviderFiles.readFile("/dev/null") == [])
  }

  @Test func `a path that isn't a regular file is rejected immediately`() async throws {
    let pipe = try path("pipe")
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, folder.path(), "/dev/zero", "/dev/tty"] {
      let failure = await failure(path)
      // Without a terminal, /dev/tty can't be opened at all.
      #expect(failure == .notRegular, "\(path)")
    }
    #expect(await failure(folder.path() + "missing") == .missing)
  }

  @Test func `a file of more than 4 MiB is rejected`() async throws {
    let path = try path("large")
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(truncate(path, 1 << 40) == 0)
    #expect(await failure(path) == .unreadable)
  }

  /// The settings that name a file, each with a pipe that has no writer.
  @Test(arguments: [
    "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  ])
  func `a pipe in place of a file ends with an error that names it`(variable: String) async throws {
    let pipe = try path("pipe")
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(mkfifo(pipe, 0o600) == 0)
    let environment = [
      variable: pipe, "AWS_PROFILE": "p", "AWS_REGION": "us-west-2", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
    ]
    let provider: any CredentialProvider =
      switch variable {
      case "AWS_WEB_IDENTITY_TOKEN_FILE": WebIdentityCredentialProvider(environment: environment)
      case "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": ContainerCredentialProvider(environment: environment)
      default: ProfileCredentialProvider(environment: environment)
      }
    let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
    #expect(error?.code == .unreachable)
    #expect(error?.message.contains(pipe) == true)
  }
}
