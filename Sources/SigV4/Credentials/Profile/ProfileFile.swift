/// Parses a shared config or credentials file (AWS SDKs and Tools Reference Guide, "Shared config and credentials files").
///
/// For cases that the guide doesn't define, it follows botocore: names in the config file may be quoted as in a shell.
struct ProfileFile {
  /// The kind of file, which decides how profiles are named.
  enum Kind {
    /// `[default]`, `[profile NAME]` and `[services NAME]`; other sections are ignored.
    case config
    /// `[NAME]`.
    case credentials
  }

  /// A section's kind and name.
  enum Name: Hashable {
    case profile(String)
    case services(String)
  }

  /// The properties of each section, by name in lower case; a continued value has a line feed before each line.
  private(set) var sections: [Name: [String: String]] = [:]

  private let kind: Kind
  /// The file, for errors.
  private let path: String
  /// Whether the config file has `[profile default]`, which takes precedence over `[default]`.
  private var hasPrefixedDefault = false
  /// The current section and its properties, kept apart so that not every line hashes the section's name.
  private var section = Section.none
  private var properties: [String: String] = [:]
  /// The property that indented lines continue, and its value so far.
  private var property = Property.none
  private var value = ""

  private enum Section {
    case none
    /// A section of another kind, or with an invalid name.
    case ignored
    case named(Name)
  }

  private enum Property {
    case none
    /// A property that indented lines continue; `nil` for an ignored one.
    case value(String?)
    /// A property without a value, whose indented lines are nested properties.
    case group(String?)
  }

  /// Reads a file's text.
  ///
  /// - Throws: ``CredentialError`` with the code `misconfigured`, which names the line and never quotes it.
  init(_ text: String, _ kind: Kind, path: String) throws(CredentialError) {
    self.kind = kind
    self.path = path
    let text = text.utf8.starts(with: "\u{FEFF}".utf8) ? text.utf8.dropFirst(3) : text.utf8[...]
    for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      try read(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line), number: index + 1)
    }
    endSection()
  }

  private mutating func read(_ line: Substring, number: Int) throws(CredentialError) {
    guard let first = line.utf8.first, line.nonBlank != nil else { return }
    switch first {
    case _ where first.startsComment: return
    case UInt8(ascii: "["): try readSection(line, number)
    case _ where first.isBlank: try readContinuation(line.trimmed, number)
    default: try readProperty(line, number)
    }
  }

  private mutating func endSection() {
    endProperty()
    if case .named(let name) = section { sections[name] = properties }
    section = .ignored
  }

  private mutating func endProperty() {
    switch property {
    case .value(let name?), .group(let name?): properties[name] = value
    case .none, .value, .group: break
    }
    property = .none
  }

  private mutating func readSection(_ line: Substring, _ number: Int) throws(CredentialError) {
    // A # or ; in quotation marks is part of the name, unless the line would then be malformed.
    let bracket = UInt8(ascii: "]")
    let readings = [line.headerWithoutComment, Substring(line.utf8.prefix { !$0.startsComment })].lazy.map(
      \.trimmed.utf8)
    guard let header = readings.first(where: { $0.last == bracket }) else {
      throw flaw(number, "starts a section without an end: add ]")
    }
    endSection()
    guard let (name, isPrefixed) = sectionName(Substring(header.dropFirst().dropLast()).trimmed) else { return }
    if kind == .config, name == .profile("default") {
      if isPrefixed, !hasPrefixedDefault {
        hasPrefixedDefault = true
        sections[name] = nil
      }
      guard isPrefixed == hasPrefixedDefault else { return }
    }
    section = .named(name)
    properties = sections.removeValue(forKey: name) ?? [:]
  }

  /// Returns the section that a header names, and whether the section's kind precedes the name.
  private func sectionName(_ header: String) -> (Name, isPrefixed: Bool)? {
    let word = Substring(header.utf8.prefix { !$0.isBlank })
    let rest = header[word.endIndex...].trimmed
    switch (kind, word) {
    case (.credentials, _): return header.isEmpty ? nil : (.profile(header), false)
    case (.config, "default"): return rest.isEmpty ? (.profile(header), false) : nil
    case (.config, "profile"): return rest.unquotedName.map { (.profile($0), true) }
    case (.config, "services"): return rest.unquotedName.map { (.services($0), true) }
    case (.config, _): return nil
    }
  }

  private mutating func readProperty(_ line: Substring, _ number: Int) throws(CredentialError) {
    if case .none = section { throw flaw(number, "precedes the first section: add a line such as [default] before it") }
    let (key, value) = try split(line, number, "a property")
    endProperty()
    let text = value.withoutComment.trimmed
    guard case .named = section, key.utf8.allSatisfy(\.isPropertyCharacter) else {
      property = text.isEmpty ? .group(nil) : .value(nil)
      return
    }
    let name = key.utf8.asciiLowercased
    self.value = text
    property = text.isEmpty ? .group(name) : .value(name)
  }

  private mutating func readContinuation(_ text: String, _ number: Int) throws(CredentialError) {
    switch property {
    case .none: throw flaw(number, "is indented, but follows no property: remove its indentation")
    case .value: break
    case .group: _ = try split(text[...], number, "a nested property")
    }
    value += "\n" + text
  }

  private func split(_ line: Substring, _ number: Int, _ what: String) throws(CredentialError) -> (String, Substring) {
    guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else {
      throw flaw(number, "isn't \(what): write NAME = VALUE")
    }
    let key = line[..<equals].trimmed
    guard !key.isEmpty else { throw flaw(number, "has no name before the =: write NAME = VALUE") }
    return (key, line[line.utf8.index(after: equals)...])
  }

  private func flaw(_ number: Int, _ what: String) -> CredentialError {
    CredentialError(.misconfigured, "Line \(number) of \(path) \(what).")
  }
}

extension UInt8 {
  /// A character of a property's name: a letter, a digit, `-` or `_`.
  fileprivate var isPropertyCharacter: Bool {
    isASCIILetter || isASCIIDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
  }

  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
  fileprivate var startsComment: Bool { self == UInt8(ascii: "#") || self == UInt8(ascii: ";") }
}

extension String {
  /// Whether the text is a section name that needs no quotation marks.
  var isSectionName: Bool {
    !isEmpty && utf8.allSatisfy { $0.isPropertyCharacter || "/.%@:+".utf8.contains($0) }
  }

  /// The name in this text, quoted or not; `nil` if it is invalid.
  fileprivate var unquotedName: String? {
    guard utf8.contains(where: { "\"'\\".utf8.contains($0) }) else { return isSectionName ? self : nil }
    guard let words = CommandWords.split(self), words.count == 1, words[0].nonBlank != nil else { return nil }
    return words[0]
  }
}

extension Substring {
  /// The line up to a `#` or `;` that isn't in quotation marks.
  fileprivate var headerWithoutComment: Substring {
    var quote: UInt8?
    var isEscaped = false
    for index in utf8.indices {
      let byte = utf8[index]
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\"): isEscaped = quote != UInt8(ascii: "'")
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = quote == nil ? byte : quote == byte ? nil : quote
      case _ where quote == nil && byte.startsComment: return self[..<index]
      default: break
      }
    }
    return self
  }

  /// The value up to a `#` or `;` after white space; elsewhere they are part of the value.
  fileprivate var withoutComment: Substring {
    var isAfterSpace = false
    for index in utf8.indices {
      let byte = utf8[index]
      if isAfterSpace, byte.startsComment { return self[..<index] }
      isAfterSpace = byte.isBlank
    }
    return self
  }
}

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
  ///   `systemResources` for a file that can't be read now; `misconfigured` for a malformed file or an empty `profile`.
  init(
    profile: String? = nil, config: String? = nil, credentials: String? = nil, _ environment: [String: String],
    _ files: ProviderFiles
  ) async throws {
    guard profile == nil || profile?.nonBlank != nil else {
      throw CredentialError(
        .misconfigured,
        "The name of the profile (profile) is empty: pass the name of a profile, such as default, or omit it to use"
          + " AWS_PROFILE.")
    }
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
