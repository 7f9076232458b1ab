/// The profiles of the shared config and credentials files together.
struct SharedProfiles {
  /// The properties of each profile, by name in lower case.
  private(set) var all: [String: [String: String]] = [:]
  /// The properties of each `services` section; each service's settings are one value.
  private var services: [String: [String: String]] = [:]
  /// The profile that code or `AWS_PROFILE` names; `nil` for the default profile.
  let named: String?
  /// The files' paths, for errors.
  private let paths: [String]

  /// Reads both files; a missing file is the same as an empty one.
  ///
  /// - Parameters:
  ///   - profile: The profile to use; `AWS_PROFILE` if nil.
  ///   - config: The config file; if nil, `AWS_CONFIG_FILE` or `~/.aws/config`.
  ///   - credentials: The credentials file; if nil, `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`.
  ///   - environment: The variables.
  ///   - files: Reads the files.
  /// - Throws: ``CredentialError``: for an unreadable file `notAvailable`, or `unreachable` if a profile is named; `timedOut` or
  ///   `systemResources` for a file that can't be read now; `misconfigured` for a malformed file.
  init(
    profile: String? = nil, config: String? = nil, credentials: String? = nil, _ environment: [String: String],
    _ files: ProviderFiles
  ) async throws {
    named = try environment.setting(profile, or: "AWS_PROFILE")
    let home = environment["HOME"]?.nonBlank ?? environment["USERPROFILE"]?.nonBlank
    let path = { (given: String?, variable: String, usual: String) throws(CredentialError) -> String? in
      let path = try environment.setting(given, or: variable) ?? "~/.aws/" + usual
      guard path == "~" || path.hasPrefix("~/") else { return path }
      return home.map { $0 + path.dropFirst() }
    }
    let configPath = try path(config, "AWS_CONFIG_FILE", "config")
    let credentialsPath = try path(credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
    paths = [configPath, credentialsPath].compactMap(\.self)
    for (path, kind) in [(configPath, ProfileFile.Kind.config), (credentialsPath, .credentials)] {
      for (name, properties) in try await read(path, kind, files) {
        switch name {
        // The credentials file has no quotation marks: `aws configure` writes other names than these in both files.
        case .profile(let name) where name.isSectionName || kind == .config || all[name] != nil:
          all[name, default: [:]].merge(properties) { $1 }
        case .profile: break
        case .services(let name): services[name] = properties
        }
      }
    }
  }

  /// Reads both files; `nil` if one is unreadable and no profile is named.
  static func ifReadable(
    profile: String? = nil, _ environment: [String: String], _ files: ProviderFiles
  ) async throws -> SharedProfiles? {
    do {
      return try await SharedProfiles(profile: profile, environment, files)
    } catch let error as CredentialError where error.code == .notAvailable {
      return nil
    }
  }

  private func read(
    _ path: String?, _ kind: ProfileFile.Kind, _ files: ProviderFiles
  ) async throws -> [ProfileFile.Name: [String: String]] {
    guard let path else { return [:] }
    let bytes: [UInt8]
    do throws(ProviderFiles.Failure) {
      bytes = try await files.read(path)
    } catch {
      if error == .missing { return [:] }
      let error = error.error("The file \(path.quoted)")
      guard named == nil, let error = error as? CredentialError, error.code == .unreachable else { throw error }
      // No setting requires the file, which may belong to another user.
      throw CredentialError(.notAvailable, error.message)
    }
    return try ProfileFile(String(decoding: bytes, as: UTF8.self), kind, path: path.quoted).sections
  }

  /// The properties of the named profile, or of the default profile.
  var inUse: [String: String]? { all[named ?? "default"] }

  /// Returns a service's endpoint in the profile in use, and the name of its setting.
  ///
  /// - Throws: ``CredentialError`` with the code `misconfigured` if its `services` section is missing.
  func endpoint(of service: String) throws(CredentialError) -> (setting: String, url: String)? {
    guard let profile = inUse else { return nil }
    if let name = profile["services"]?.nonBlank {
      guard let section = services[name] else {
        throw CredentialError(
          .misconfigured,
          "The profile \((named ?? "default").quoted) has services = \(name.bounded), but there is no section"
            + " [services \(name.bounded)] in \(place). Add it, or remove services.")
      }
      for line in (section[service] ?? "").utf8.split(separator: UInt8(ascii: "\n")).map(Substring.init) {
        let key = line.utf8.prefix { $0 != UInt8(ascii: "=") }
        guard Substring(key).trimmed.utf8.asciiLowercased == "endpoint_url", key.endIndex < line.endIndex else {
          continue
        }
        let value = Substring(line.utf8.dropFirst(key.count + 1))
        if let url = value.nonBlank { return ("endpoint_url of \(service) in [services \(name.bounded)]", url) }
      }
    }
    return profile["endpoint_url"]?.nonBlank.map { ("endpoint_url", $0) }
  }

  /// The properties of a profile; `nil` if neither file contains it.
  subscript(_ name: String) -> [String: String]? { all[name] }

  /// The files that are searched for profiles, as the end of a sentence.
  var place: String { paths.isEmpty ? "any file, since HOME isn't set" : paths.map(\.quoted).joined(separator: " or ") }
}
