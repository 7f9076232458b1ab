#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif
#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The conditions of a form with which a browser uploads to S3, and its expiration.
///
/// The bucket and every field of the form need a condition, except `file`, `policy` and `x-amz-signature`. Fields whose names
/// begin with `x-ignore-` need none either (S3 API Reference, "POST Policy").
///
/// ```swift
/// let policy = PostPolicy(
///   expiration: Date(timeIntervalSinceNow: 600),
///   conditions: [.equals("bucket", "uploads"), .startsWith("key", "photos/"), .contentLength(1...5_000_000)])
/// for field in try signer.signForm(policy, with: credentials) { print(field.name, field.value) }
/// ```
public struct PostPolicy: Sendable, Hashable {
  /// The time from which S3 rejects the form.
  public var expiration: Date
  /// The conditions for the form's fields.
  public var conditions: [Condition]

  /// Creates a policy; signing adds the conditions for the fields that it adds.
  public init(expiration: Date, conditions: [Condition]) {
    self.expiration = expiration
    self.conditions = conditions
  }

  /// A condition for one field of the form, or for the file.
  public struct Condition: Sendable, Hashable {
    fileprivate let json: String

    /// The field `name` has exactly this value; `bucket` and `key` are names too.
    public static func equals(_ name: String, _ value: String) -> Condition {
      Condition(json: "{\(name.jsonLiteral): \(value.jsonLiteral)}")
    }

    /// The value of the field `name` starts with `prefix`; an empty prefix allows any value.
    public static func startsWith(_ name: String, _ prefix: String) -> Condition {
      Condition(json: "[\"starts-with\", \("$\(name)".jsonLiteral), \(prefix.jsonLiteral)]")
    }

    /// The file has a length in this range, in bytes.
    public static func contentLength(_ range: ClosedRange<Int>) -> Condition {
      Condition(json: "[\"content-length-range\", \(range.lowerBound), \(range.upperBound)]")
    }
  }

  /// The policy in JSON, in ASCII.
  ///
  /// - Throws: ``SigningError`` if the expiration is outside of the years 1 to 9999.
  public var document: String {
    get throws(SigningError) {
      let expiration = try SigningDate(expiration).extendedText
      let conditions = conditions.map(\.json).joined(separator: ", ")
      return "{\"expiration\": \"\(expiration)\", \"conditions\": [\(conditions)]}"
    }
  }
}

extension String {
  /// This text as a JSON string in ASCII (RFC 8259, 7).
  fileprivate var jsonLiteral: String {
    var literal = "\""
    for unit in utf16 {
      switch unit {
      case UInt16(UInt8(ascii: "\"")): literal += "\\\""
      case UInt16(UInt8(ascii: "\\")): literal += "\\\\"
      case UInt16(UInt8(ascii: " "))...UInt16(UInt8(ascii: "~")):
        literal.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: unit)))
      default:
        let digits = String(unit, radix: 16)
        literal += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return literal + "\""
  }
}

extension PostPolicy {
  /// A field of a form with which a browser uploads a file.
  public struct Field: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value.
    public let value: String

    /// Creates a field from its name and value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}

extension PostPolicy.Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The field as `name: value`.
  ///
  /// The session token, the policy (which contains the token) and the signature are redacted.
  public var description: String { "\(name): \(shownValue)" }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The name, and the value as ``description`` shows it.
  public var customMirror: Mirror {
    Mirror(self, children: ["name": name, "value": shownValue], displayStyle: .struct)
  }

  private var shownValue: String {
    let field = SigningFields.all.rows.first { row in row.form.map { "\($0)" == name } ?? false }
    if let field { return field.isSecret ? Redaction.placeholder : value }
    switch name.utf8.asciiLowercased {
    case "acl", "bucket", "content-type", "key": return value
    default: return Redaction.placeholder
    }
  }
}

extension Signer {
  /// Signs a policy for uploads by a browser, and adds conditions for the fields that signing adds.
  ///
  /// - Parameters:
  ///   - policy: The conditions for the upload, and their expiration.
  ///   - credentials: The credentials to sign with; the form expires no later than they do.
  ///   - time: The time of signing.
  /// - Returns: The fields to add to the form, before the file: `x-amz-algorithm`, `x-amz-credential`,
  ///   `x-amz-date`, `x-amz-security-token` if there is one, `policy` and `x-amz-signature`.
  /// - Throws: ``SigningError``, also for SigV4a, since forms require SigV4.
  public func signForm(
    _ policy: PostPolicy, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> [PostPolicy.Field] {
    let (fields, key) = try formFields(credentials, time)
    var policy = policy
    policy.conditions += fields.map { .equals($0.name, $0.value) }
    return try fields + signed(try policy.document, key)
  }

  /// Signs a given policy document for uploads by a browser, without changing a byte.
  ///
  /// - Parameters:
  ///   - document: The policy in JSON. It has conditions for the fields that signing adds: `x-amz-algorithm`,
  ///     `x-amz-credential`, `x-amz-date` and, with temporary credentials, `x-amz-security-token`.
  ///   - credentials: The credentials to sign with; the form expires no later than they do.
  ///   - time: The time of signing; must be that of the condition on `x-amz-date`.
  /// - Returns: The fields to add to the form, before the file.
  /// - Throws: ``SigningError``, also for SigV4a, since forms require SigV4.
  public func signForm(
    policyDocument document: String, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> [PostPolicy.Field] {
    let (fields, key) = try formFields(credentials, time)
    return try fields + signed(document, key)
  }

  private func formFields(
    _ credentials: Credentials, _ time: Date
  ) throws(SigningError) -> (fields: [PostPolicy.Field], key: SigningKey) {
    guard algorithm == .sigV4 else {
      throw SigningError(.invalidRegion, "Forms require SigV4; this signer uses SigV4a. Create it with one region.")
    }
    let form = SignableRequest(method: "POST", target: "/", headers: [])
    let values = try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      try self.values(for: form, with: credentials, at: time, &workspace)
    }
    var set: [PostPolicy.Field] = []
    for row in fields.rows {
      if let name = row.form, let value = values.form(row.content) { set.append(PostPolicy.Field("\(name)", value)) }
    }
    return (set, values.key)
  }

  private func signed(_ document: String, _ key: SigningKey) throws(SigningError) -> [PostPolicy.Field] {
    // rule: post-policy
    let policy = Data(document.utf8).base64EncodedString()
    let signature = try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      try workspace.signature(of: policy, with: key)
    }
    var set: [PostPolicy.Field] = []
    for row in fields.rows {
      guard let name = row.form else { continue }
      if row.content == .policy { set.append(PostPolicy.Field("\(name)", policy)) }
      if row.content == .signature { set.append(PostPolicy.Field("\(name)", signature)) }
    }
    return set
  }
}

extension SigningValues {
  /// The value of a form field that the policy covers.
  fileprivate func form(_ content: SigningFields.Content) -> String? {
    switch content {
    case .algorithm: key.algorithm.rawValue
    case .credential: key.credential
    case .date: timestamp
    case .sessionToken, .s3SessionToken: token(of: content)
    default: nil
    }
  }
}
