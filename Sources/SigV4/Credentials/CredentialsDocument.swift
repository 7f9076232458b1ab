#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The JSON object in which instance metadata, container endpoints and credential processes return credentials.
///
/// Names of fields are read in any ASCII letter case, unknown ones are ignored, and `null` is the same as none. A repeated field,
/// in whatever letter case, is ambiguous and an error.
struct CredentialsDocument {
  /// Which fields there must be.
  enum Lifetime {
    /// A session token and an expiration, beside the keys.
    case temporary
    /// Only the keys.
    case any
  }

  /// Where the document comes from, as the beginning of a sentence.
  private let source: String
  /// The values that aren't `null` by the fields' names in lower case.
  private let fields: [String: JSONObject.Value]

  /// Reads a document.
  ///
  /// - Throws: ``CredentialError`` for bytes that are no JSON object or have a field twice; it never quotes them.
  init(_ bytes: [UInt8], from source: String) throws(CredentialError) {
    self.source = source
    guard let object = JSONObject(bytes) else {
      throw CredentialError(.badAnswer, "\(source) answered with something that is no JSON object.")
    }
    var fields: [String: JSONObject.Value?] = [:]
    for (name, value) in object.members where fields.updateValue(value, forKey: name.utf8.asciiLowercased) != nil {
      throw CredentialError(
        .badAnswer, "\(source) answered with a JSON object that has \(Self.shown(name)) twice.")
    }
    self.fields = fields.compactMapValues(\.self)
  }

  /// The fields that are read.
  private static let names = [
    "Code", "Message", "Version", "AccessKeyId", "SecretAccessKey", "Token", "SessionToken", "Expiration", "ExpiresAt",
    "AccountId",
  ]

  /// A field's name if it is known; others might be secrets in the wrong place.
  private static func shown(_ name: String) -> String {
    names.first { $0.utf8.asciiLowercased == name.utf8.asciiLowercased }.map { "the field \($0)" } ?? "a field"
  }

  /// The field `Code`: `Success`, or the name of an error.
  var code: String? { text("Code") }
  /// The field `Message`, which goes with an error.
  var message: String? { text("Message") }
  /// What is secret of the document, which an error may have too and quote.
  var secrets: [String?] { [text("SecretAccessKey"), text("Token"), text("SessionToken")] }

  /// The code and the message as they go on in an error, without `secrets` and without what looks like another: a source of
  /// credentials may quote those that it has just failed to give.
  func reason(without secrets: SecretRuns) -> String {
    [code, message].compactMap { $0?.withoutKeys }.told(without: secrets)
  }

  /// The field `Version` of a credential process's document.
  var version: Int? { if case .number(let version)? = fields["version"] { Int(exactly: version) } else { nil } }

  /// The credentials.
  ///
  /// - Throws: ``CredentialError`` naming the first field that is missing, empty or no text, without any value.
  func credentials(_ lifetime: Lifetime) throws(CredentialError) -> Credentials {
    // An error's code in another form mustn't pass for success.
    if lifetime == .temporary, field("Code") != nil { _ = try required("Code") }
    let id = try required("AccessKeyId")
    let secret = try required("SecretAccessKey")
    var token: String?
    var expiration: Date?
    // Programs print an empty token for long-term keys; an expiration that can't be read would be one that never comes.
    if lifetime == .temporary || !isMissingOrEmpty("Token", "SessionToken") {
      token = try required("Token", "SessionToken")
    }
    if lifetime == .temporary || field("Expiration", "ExpiresAt") != nil {
      expiration = try date(required("Expiration", "ExpiresAt"))
    }
    return Credentials(
      accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration,
      accountID: text("AccountId"))
  }

  private func date(_ text: String) throws(CredentialError) -> Date {
    guard let date = ISO8601.date(text) else {
      throw CredentialError(.badAnswer, "\(source) answered with an Expiration that is no ISO 8601 date.")
    }
    return date
  }

  /// The trimmed text of the first of `names` that has one.
  private func text(_ names: String...) -> String? {
    for name in names {
      if case .text(let text)? = fields[name.utf8.asciiLowercased], let text = text.nonBlank { return text }
    }
    return nil
  }

  /// The first of the fields of these names that there is.
  private func field(_ names: String...) -> JSONObject.Value? {
    names.lazy.compactMap { fields[$0.utf8.asciiLowercased] }.first
  }

  private func isMissingOrEmpty(_ names: String...) -> Bool {
    names.allSatisfy { name in
      switch fields[name.utf8.asciiLowercased] {
      case nil: true
      case .text(let text): text.nonBlank == nil
      case .number, .other: false
      }
    }
  }

  private func required(_ name: String, _ alias: String? = nil) throws(CredentialError) -> String {
    if let text = text(name, alias ?? name) {
      guard !text.isInQuotationMarks else {
        throw CredentialError(.badAnswer, "\(source) answered with quotation marks inside the text of \(name).")
      }
      return text
    }
    let told = [name, alias].compactMap(\.self).first { field($0) != nil } ?? name
    let flaw =
      switch field(told) {
      case nil: "without \(told)"
      case .text: "with an empty \(told)"
      case .number, .other: "with \(told) that is no text"
      }
    throw CredentialError(.badAnswer, "\(source) answered \(flaw).")
  }
}

extension String {
  /// The text without what looks like a secret key or a token: see `looksLikeKey`.
  fileprivate var withoutKeys: String {
    var shown = ""
    var rest = utf8[...]
    while !rest.isEmpty {
      let word = rest.prefix(while: \.isKeyCharacter)
      shown += word.looksLikeKey ? Redaction.placeholder[...] : Substring(word)
      let others = rest[word.endIndex...].prefix { !$0.isKeyCharacter }
      shown += Substring(others)
      rest = rest[others.endIndex...]
    }
    return shown
  }
}

extension Substring.UTF8View {
  /// Whether these are 32 or more digits of base64 in either alphabet, with letters of both cases and numbers.
  ///
  /// In the name of a role such as MyStack-InstanceRole-1ABCDEFGHIJKL, hyphens divide lower-case letters from numbers.
  fileprivate var looksLikeKey: Bool {
    guard count >= 32, has("a"..."z"), has("A"..."Z"), has("0"..."9") else { return false }
    return contains(UInt8(ascii: "_"))
      || split(separator: UInt8(ascii: "-")).contains { $0.has("a"..."z") && $0.has("0"..."9") }
  }

  private func has(_ range: ClosedRange<Unicode.Scalar>) -> Bool { contains { range ~= Unicode.Scalar($0) } }
}

extension UInt8 {
  /// A digit or the padding of base64 in either alphabet, the `%` of an escape, or the backslash of JSON's `\/`.
  fileprivate var isKeyCharacter: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "+/-_=%\\".utf8.contains(self)
    }
  }
}
