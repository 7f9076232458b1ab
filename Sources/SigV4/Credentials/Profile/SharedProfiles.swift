/// The profiles of the shared config and credentials files together.
struct SharedProfiles {
  /// The properties of each profile by their names in lower case.
  let all: [String: [String: String]]
  /// The files' paths, for errors.
  private let paths: [String]

  /// Reads both files; one that isn't there is empty.
  ///
  /// - Parameters:
  ///   - config: The config file; where left out `AWS_CONFIG_FILE`, or `~/.aws/config`.
  ///   - credentials: The credentials file; where left out `AWS_SHARED_CREDENTIALS_FILE`, or `~/.aws/credentials`.
  ///   - environment: The variables.
  ///   - files: What to read files with.
  /// - Throws: ``CredentialError``: `unreachable`, `timedOut` or `systemResources` for a file that can't be read, `misconfigured` for one that can't be
  ///   understood.
  init(
    config: String?, credentials: String?, _ environment: [String: String], _ files: ProviderFiles
  ) async throws {
    let home = environment["HOME"]?.nonBlank ?? environment["USERPROFILE"]?.nonBlank
    let path = { (given: String?, variable: String, usual: String) -> String? in
      let path = given?.nonBlank ?? environment[variable]?.nonBlank ?? "~/.aws/" + usual
      guard path == "~" || path.hasPrefix("~/") else { return path }
      return home.map { $0 + path.dropFirst() }
    }
    let configPath = path(config, "AWS_CONFIG_FILE", "config")
    let credentialsPath = path(credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
    paths = [configPath, credentialsPath].compactMap(\.self)
    let ofConfig = try await Self.read(configPath, .config, files)
    let ofCredentials = try await Self.read(credentialsPath, .credentials, files)
    all = ofConfig.merging(ofCredentials) { $0.merging($1) { $1 } }
  }

  private static func read(
    _ path: String?, _ kind: ProfileFile.Kind, _ files: ProviderFiles
  ) async throws -> [String: [String: String]] {
    guard let path else { return [:] }
    let bytes: [UInt8]
    do throws(ProviderFiles.Failure) {
      bytes = try await files.read(path)
    } catch {
      guard error == .missing else { throw error.error("The file \(path.quoted)") }
      return [:]
    }
    return try ProfileFile(String(decoding: bytes, as: UTF8.self), kind, path: path.quoted).profiles
  }

  /// The properties of a profile; `nil` where neither file has it.
  subscript(_ name: String) -> [String: String]? { all[name] }

  /// Where profiles are looked for, as the end of a sentence.
  var place: String { paths.isEmpty ? "any file, since HOME isn't set" : paths.map(\.quoted).joined(separator: " or ") }
}
