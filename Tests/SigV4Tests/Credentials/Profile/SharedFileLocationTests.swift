import Synchronization
import Testing

@testable import SigV4

/// The locations of the shared files (AWS SDKs and Tools Reference Guide, "Finding the shared config and credentials files").
@Suite struct SharedFileLocationTests {
  /// The paths that are read, the config file's first.
  private func paths(
    config: String? = nil, credentials: String? = nil, _ environment: [String: String]
  ) async throws -> [String] {
    let asked = Mutex<[String]>([])
    let files = ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
      asked.withLock { $0.append(path) }
      throw .missing
    }
    _ = try await SharedProfiles(config: config, credentials: credentials, environment, files)
    return asked.withLock { $0 }
  }

  @Test(
    arguments: [
      (["HOME": "/home/me"], "/home/me"), (["USERPROFILE": "/users/me"], "/users/me"),
      (["HOME": "/home/me", "USERPROFILE": "/users/me"], "/home/me"),
      (["HOME": " ", "USERPROFILE": "/users/me"], "/users/me"),
    ] as [([String: String], String)])
  func `the files are in the home folder, which HOME names before USERPROFILE`(
    environment: [String: String], home: String
  ) async throws {
    #expect(try await paths(environment) == [home + "/.aws/config", home + "/.aws/credentials"])
  }

  @Test(arguments: [
    ("~/aws", "/home/me/aws"), ("~", "/home/me"), ("/etc/~/aws", "/etc/~/aws"), ("aws", "aws"),
    // Another user's home folder isn't resolved: the path is used unchanged.
    ("~other/aws", "~other/aws"), ("~~/aws", "~~/aws"),
  ])
  func `a tilde at the beginning of a path is the home folder`(text: String, path: String) async throws {
    let home = ["HOME": "/home/me"]
    let variables = home.merging(["AWS_CONFIG_FILE": text, "AWS_SHARED_CREDENTIALS_FILE": " \(text) "]) { $1 }
    #expect(try await paths(variables) == [path, path])
    #expect(try await paths(config: text, credentials: text, home) == [path, path])
  }

  @Test func `a parameter takes precedence over its variable, and blank values are ignored`() async throws {
    let variables = ["HOME": "/h", "AWS_CONFIG_FILE": "/c", "AWS_SHARED_CREDENTIALS_FILE": " "]
    #expect(try await paths(variables) == ["/c", "/h/.aws/credentials"])
    #expect(try await paths(config: "/p", credentials: "", variables) == ["/p", "/h/.aws/credentials"])
  }

  @Test func `without a home folder only named files are read`() async throws {
    #expect(try await paths([:]).isEmpty)
    #expect(try await paths(["AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "/k"]) == ["/k"])
  }
}
