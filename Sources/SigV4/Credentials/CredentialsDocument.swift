#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The JSON object in which instance metadata, container endpoints and credential processes return credentials.
///
/// Field names match in any ASCII letter case. Unknown fields are ignored, and `null` means that the field is missing. A
/// repeated field, in any letter case, is ambiguous and an error.
struct CredentialsDocument {
  /// The required fields.
  enum Lifetime {
    /// The keys, a session token and an expiration.
    case temporary
    /// The keys only.
    case any
  }

  /// The document's source, as the beginning of a sentence.
  private let source: String
  /// The values that aren't `null`, by field name in lower case.
  private let fields: [String: JSONObject.Value]

  /// Reads a document.
  ///
  /// - Throws: ``CredentialError`` if the bytes aren't a JSON object or repeat a field; it never quotes them.
  init(_ bytes: [UInt8], from source: String) throws(CredentialError) {
    self.source = source
    guard let object = JSONObject(bytes) else {
      throw CredentialError(.badAnswer, "\(source) returned a response that isn't a JSON object.")
    }
    var fields: [String: JSONObject.Value?] = [:]
    for (name, value) in object.members where fields.updateValue(value, forKey: name.utf8.asciiLowercased) != nil {
      throw CredentialError(
        .badAnswer, "\(source) returned a JSON object that contains \(Self.shown(name)) twice.")
    }
    self.fields = fields.compactMapValues(\.self)
  }

  /// The names of the known fields.
  private static let names = [
    "Code", "Message", "Version", "AccessKeyId", "SecretAccessKey", "Token", "SessionToken", "Expiration", "ExpiresAt",
    "AccountId",
  ]

  /// Returns a known field's name; an unknown one may be a misplaced secret.
  private static func shown(_ name: String) -> String {
    names.first { $0.utf8.asciiLowercased == name.utf8.asciiLowercased }.map { "the field \($0)" } ?? "a field"
  }

  /// The field `Code`: `Success`, or the name of an error.
  var code: String? { text("Code") }
  /// The field `Message`, which describes an error.
  var message: String? { text("Message") }
  /// The document's secrets, which an error document can contain and quote too.
  var secrets: [String?] { [text("SecretAccessKey"), text("Token"), text("SessionToken")] }

  /// Returns the code and the message for the end of an error, without `secrets` and without words that look like keys.
  ///
  /// A source may quote the credentials that it failed to return.
  func reason(without secrets: SecretRuns) -> String {
    [code, message].compactMap { $0?.withoutKeys }.told(without: secrets)
  }

  /// The field `Version` of a credential process's document.
  var version: Int? {
    if case .number(let text)? = fields["version"] { Double(text).flatMap { Int(exactly: $0) } } else { nil }
  }

  /// Returns the credentials.
  ///
  /// - Throws: ``CredentialError``, which names the first field that is missing, empty or not a string, without any value.
  func credentials(_ lifetime: Lifetime) throws(CredentialError) -> Credentials {
    // An error code that isn't a string must not pass for success.
    if lifetime == .temporary, field("Code") != nil { _ = try required("Code") }
    let id = try required("AccessKeyId")
    let secret = try required("SecretAccessKey")
    var token: String?
    var expiration: Date?
    // Programs print an empty token for long-term keys. An invalid expiration must not mean "never".
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
      throw CredentialError(.badAnswer, "\(source) returned an Expiration that isn't an ISO 8601 date.")
    }
    return date
  }

  /// Returns the trimmed text of the first of `names` that has one.
  private func text(_ names: String...) -> String? {
    for name in names {
      if case .text(let text)? = fields[name.utf8.asciiLowercased], let text = text.nonBlank { return text }
    }
    return nil
  }

  /// Returns the first existing field of these names.
  private func field(_ names: String...) -> JSONObject.Value? {
    names.lazy.compactMap { fields[$0.utf8.asciiLowercased] }.first
  }

  private func isMissingOrEmpty(_ names: String...) -> Bool {
    names.allSatisfy { name in
      switch fields[name.utf8.asciiLowercased] {
      case nil: true
      case .text(let text): text.nonBlank == nil
      case .number, .boolean, .array, .object: false
      }
    }
  }

  private func required(_ name: String, _ alias: String? = nil) throws(CredentialError) -> String {
    if let text = text(name, alias ?? name) {
      guard !text.isInQuotationMarks else {
        throw CredentialError(
          .badAnswer, "\(source) returned quotation marks around the value of \(name): remove them.")
      }
      return text
    }
    let told = [name, alias].compactMap(\.self).first { field($0) != nil } ?? name
    let flaw =
      switch field(told) {
      case nil: "a response without \(told)"
      case .text: "an empty \(told)"
      case .number, .boolean, .array, .object: "\(told) as a value that isn't a string"
      }
    throw CredentialError(.badAnswer, "\(source) returned \(flaw).")
  }
}

extension String {
  /// The text without words that look like a secret key or a token: see `looksLikeKey`.
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
  /// Whether these are 32 or more base64 digits in either alphabet, with letters of both cases and numbers.
  ///
  /// A role name such as MyStack-InstanceRole-1ABCDEFGHIJKL has lower-case letters and numbers in different parts.
  fileprivate var looksLikeKey: Bool {
    guard count >= 32, has("a"..."z"), has("A"..."Z"), has("0"..."9") else { return false }
    return contains(UInt8(ascii: "_"))
      || split(separator: UInt8(ascii: "-")).contains { $0.has("a"..."z") && $0.has("0"..."9") }
  }

  private func has(_ range: ClosedRange<Unicode.Scalar>) -> Bool { contains { range ~= Unicode.Scalar($0) } }
}

extension UInt8 {
  /// Whether this is a digit or the padding of base64 in either alphabet, the `%` of an escape, or the backslash of JSON's `\/`.
  fileprivate var isKeyCharacter: Bool {
    isASCIILetter || isASCIIDigit || "+/-_=%\\".utf8.contains(self)
  }
}
