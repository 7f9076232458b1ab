#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The JSON object in which instance metadata, container endpoints and credential processes tell credentials.
///
/// Names of fields are read in any letter case, unknown ones are ignored, and `null` counts as missing. A byte order mark
/// is passed over, as RFC 8259 allows, and of a field that is there twice the first counts.
struct CredentialsDocument {
  /// Which fields there must be.
  enum Lifetime {
    /// A session token and an expiration, beside the keys.
    case temporary
    /// Only the keys.
    case any
  }

  private enum Value {
    case text(String)
    case integer(Int)
    case other
  }

  /// Where the document comes from, as the beginning of a sentence.
  private let source: String
  private let fields: [String: Value]

  /// Reads a document.
  ///
  /// - Throws: ``CredentialError`` for bytes that are no JSON object; it never quotes them.
  init(_ bytes: [UInt8], from source: String) throws(CredentialError) {
    self.source = source
    do {
      fields = try JSONDecoder().decode(Fields.self, from: Data(bytes)).values
    } catch {
      throw CredentialError(.badAnswer, "\(source) answered with something that is no JSON object.")
    }
  }

  /// The field `Code`: `Success`, or the name of an error.
  var code: String? { text("Code") }
  /// The field `Message`, which goes with an error.
  var message: String? { text("Message") }
  /// The field `Version` of a credential process's document.
  var version: Int? { if case .integer(let version)? = fields["version"] { version } else { nil } }

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
      if case .text(let text)? = fields[name.lowercased()], let text = text.nonBlank { return text }
    }
    return nil
  }

  /// The first of the fields of these names that there is.
  private func field(_ names: String...) -> Value? { names.lazy.compactMap { fields[$0.lowercased()] }.first }

  private func isMissingOrEmpty(_ names: String...) -> Bool {
    names.allSatisfy { name in
      switch fields[name.lowercased()] {
      case nil: true
      case .text(let text): text.nonBlank == nil
      case .integer, .other: false
      }
    }
  }

  private func required(_ name: String, _ alias: String? = nil) throws(CredentialError) -> String {
    if let text = text(name, alias ?? name) { return text }
    let told = [name, alias].compactMap(\.self).first { field($0) != nil } ?? name
    let flaw =
      switch field(told) {
      case nil: "without \(told)"
      case .text: "with an empty \(told)"
      case .integer, .other: "with \(told) that is no text"
      }
    throw CredentialError(.badAnswer, "\(source) answered \(flaw).")
  }

  /// An object's fields by their lower-case names.
  private struct Fields: Decodable {
    var values: [String: Value] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      // Of names that differ only in letter case, the first in alphabetical order counts, and so AWS's own.
      for name in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
        guard values[name.stringValue.lowercased()] == nil, try !container.decodeNil(forKey: name) else { continue }
        let value: Value
        if let text = try? container.decode(String.self, forKey: name) {
          value = .text(text)
        } else if let integer = try? container.decode(Int.self, forKey: name) {
          value = .integer(integer)
        } else {
          value = .other
        }
        values[name.stringValue.lowercased()] = value
      }
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
