/// A shared config or credentials file, read section by section (AWS SDKs and Tools Reference Guide, "Shared config and
/// credentials files").
struct ProfileFile {
  /// Which of the two files it is: they name their profiles differently.
  enum Kind {
    /// `[default]` and `[profile NAME]`; other sections hold no profiles.
    case config
    /// `[NAME]`.
    case credentials
  }

  /// The properties of each profile by their names in lower case; a continued value has a line feed before each line.
  private(set) var profiles: [String: [String: String]] = [:]

  private let kind: Kind
  /// The file, for errors.
  private let path: String
  /// Whether the config file's default profile is written `[profile default]`, which makes `[default]` void.
  private var hasPrefixedDefault = false
  /// The section that lines belong to.
  private var section = Section.none
  private var property = Property.none

  private enum Section {
    case none
    /// A section without a profile in it, or with a name that no profile has.
    case ignored
    case profile(String)
  }

  private enum Property {
    case none
    /// A property that indented lines go on with; `nil` for one that is ignored.
    case value(String?)
    /// A property without a value, whose indented lines are properties of their own.
    case group(String?)
  }

  /// Reads a file's text.
  ///
  /// - Throws: ``CredentialError`` with the code `misconfigured`, naming the line, and never quoting it.
  init(_ text: String, _ kind: Kind, path: String) throws(CredentialError) {
    self.kind = kind
    self.path = path
    let text = text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? text.utf8.dropFirst(3) : text.utf8[...]
    for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      try read(Substring(line.last == 0x0D ? line.dropLast() : line), number: index + 1)
    }
  }

  private mutating func read(_ line: Substring, number: Int) throws(CredentialError) {
    guard let first = line.utf8.first, line.nonBlank != nil else { return }
    switch first {
    case 0x23, 0x3B: return  // # ;
    case 0x5B: try readSection(line, number)  // [
    case 0x20, 0x09: try readContinuation(line.trimmed, number)
    default: try readProperty(line, number)
    }
  }

  private mutating func readSection(_ line: Substring, _ number: Int) throws(CredentialError) {
    let header = Substring(line.utf8.prefix { $0 != 0x23 && $0 != 0x3B }).trimmed.utf8
    guard header.last == 0x5D else { throw flaw(number, "is the start of a section and has no ] at its end") }
    property = .none
    section = .ignored
    guard let (name, isPrefixed) = profileName(Substring(header.dropFirst().dropLast()).trimmed) else { return }
    if kind == .config, name == "default" {
      if isPrefixed, !hasPrefixedDefault {
        hasPrefixedDefault = true
        profiles[name] = nil
      }
      guard isPrefixed == hasPrefixedDefault else { return }
    }
    section = .profile(name)
    // A profile without properties is one too.
    profiles[name] = profiles[name] ?? [:]
  }

  /// The profile that a section is for, and whether its name has the prefix `profile`.
  private func profileName(_ section: String) -> (String, isPrefixed: Bool)? {
    var name = section
    var isPrefixed = false
    if kind == .config {
      let word = Substring(section.utf8.prefix { $0 != 0x20 && $0 != 0x09 })
      isPrefixed = word == "profile" && word.endIndex != section.endIndex
      guard isPrefixed || section == "default" else { return nil }
      if isPrefixed { name = section[word.endIndex...].trimmed }
    }
    let isName = name.utf8.allSatisfy { $0.isPropertyCharacter || "/.%@:+".utf8.contains($0) }
    return isName && !name.isEmpty ? (name, isPrefixed) : nil
  }

  private mutating func readProperty(_ line: Substring, _ number: Int) throws(CredentialError) {
    if case .none = section { throw flaw(number, "comes before the first section") }
    let (key, value) = try split(line, number, "a property")
    let text = value.withoutComment.trimmed
    guard case .profile(let profile) = section, key.utf8.allSatisfy(\.isPropertyCharacter) else {
      property = text.isEmpty ? .group(nil) : .value(nil)
      return
    }
    let name = key.lowercased()
    profiles[profile]?[name] = text
    property = text.isEmpty ? .group(name) : .value(name)
  }

  private mutating func readContinuation(_ text: String, _ number: Int) throws(CredentialError) {
    let name: String?
    switch property {
    case .none: throw flaw(number, "is indented, and there is no property before it to go on with")
    case .value(let property): name = property
    case .group(let property):
      _ = try split(text[...], number, "a property of a property")
      name = property
    }
    if case .profile(let profile) = section, let name { profiles[profile]?[name]? += "\n" + text }
  }

  private func split(_ line: Substring, _ number: Int, _ what: String) throws(CredentialError) -> (String, Substring) {
    guard let equals = line.utf8.firstIndex(of: 0x3D) else { throw flaw(number, "should be \(what) and has no =") }
    let key = line[..<equals].trimmed
    guard !key.isEmpty else { throw flaw(number, "has no name before its =") }
    return (key, line[line.utf8.index(after: equals)...])
  }

  private func flaw(_ number: Int, _ what: String) -> CredentialError {
    CredentialError(.misconfigured, "Line \(number) of \(path) \(what).")
  }
}

extension UInt8 {
  /// A character of a property's name: a letter, a digit, `-` or `_`.
  fileprivate var isPropertyCharacter: Bool {
    (0x61...0x7A).contains(self | 0x20) || (0x30...0x39).contains(self) || self == 0x2D || self == 0x5F
  }
}

extension Substring {
  /// The value up to a `#` or `;` with white space before it; without, they are part of the value.
  fileprivate var withoutComment: Substring {
    var isAfterSpace = false
    for index in utf8.indices {
      let byte = utf8[index]
      if isAfterSpace, byte == 0x23 || byte == 0x3B { return self[..<index] }
      isAfterSpace = byte == 0x20 || byte == 0x09
    }
    return self
  }
}
