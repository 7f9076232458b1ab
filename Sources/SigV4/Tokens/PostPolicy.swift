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

/// What a browser may upload to S3 with a form, and until when.
///
/// S3 API Reference, "POST Policy": every field of the form but `file`, `policy`, `x-amz-signature` and those whose
/// names begin with `x-ignore-` must be covered by a condition; the bucket must be too.
public struct PostPolicy: Sendable, Hashable {
  /// The time from which S3 refuses the form.
  public var expiration: Date
  /// What the form's fields must be.
  public var conditions: [Condition]

  /// Creates a policy; signing adds the conditions for the fields that it adds.
  public init(expiration: Date, conditions: [Condition]) {
    self.expiration = expiration
    self.conditions = conditions
  }

  /// What one field of the form, or the file, must be.
  public struct Condition: Sendable, Hashable {
    fileprivate let json: String

    /// The field `name` has exactly this value; `bucket` and `key` are names too.
    public static func equals(_ name: String, _ value: String) -> Condition {
      Condition(json: "{\(name.jsonLiteral): \(value.jsonLiteral)}")
    }

    /// The value of the field `name` starts with `prefix`; with an empty one it may be anything.
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
  /// - Throws: ``SigningError`` for an expiration outside of the years 1 to 9999.
  public var document: String {
    get throws(SigningError) {
      let expiration = try SigningDate(expiration).extendedText
      let conditions = conditions.map(\.json).joined(separator: ", ")
      return "{\"expiration\": \"\(expiration)\", \"conditions\": [\(conditions)]}"
    }
  }
}

extension String {
  /// This as a literal of JSON, in ASCII (RFC 8259, 7).
  fileprivate var jsonLiteral: String {
    var literal = "\""
    for unit in utf16 {
      switch unit {
      case 0x22: literal += "\\\""
      case 0x5C: literal += "\\\\"
      case 0x20...0x7E: literal.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: unit)))
      default:
        let digits = String(unit, radix: 16)
        literal += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return literal + "\""
  }
}

extension PostPolicy {
  /// One field of a form that a browser uploads a file with.
  public struct Field: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value.
    public let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}

extension PostPolicy.Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The field as `name: value`; the session token, the policy, which contains it, and the signature are redacted.
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
  /// Signs a policy for uploads by a browser: conditions for the fields that signing adds are put to its own.
  ///
  /// - Parameters:
  ///   - policy: What may be uploaded, and until when.
  ///   - credentials: The credentials to sign with; the form is good no longer than they are.
  ///   - time: The time of signing.
  /// - Returns: The fields to put to those of the form, before the file: `x-amz-algorithm`, `x-amz-credential`,
  ///   `x-amz-date`, `x-amz-security-token` where there is one, `policy` and `x-amz-signature`.
  /// - Throws: ``SigningError``, for SigV4a too, with which no forms are signed.
  public func signForm(
    _ policy: PostPolicy, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> [PostPolicy.Field] {
    let (fields, key) = try formFields(credentials, time)
    var policy = policy
    policy.conditions += fields.map { .equals($0.name, $0.value) }
    return try fields + signed(try policy.document, key)
  }

  /// Signs a policy for uploads by a browser as it stands, byte for byte.
  ///
  /// - Parameters:
  ///   - document: The policy in JSON. It has conditions for the fields that signing adds: `x-amz-algorithm`,
  ///     `x-amz-credential`, `x-amz-date` and, with temporary credentials, `x-amz-security-token`.
  ///   - credentials: The credentials to sign with; the form is good no longer than they are.
  ///   - time: The time of signing, which is that of the condition on `x-amz-date`.
  /// - Returns: The fields to put to those of the form, before the file.
  /// - Throws: ``SigningError``, for SigV4a too, with which no forms are signed.
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
      throw SigningError(.invalidRegion, "Forms are signed with SigV4, for one region; SigV4a doesn't do.")
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
  /// The value of a field that a form is sent with before the policy covers it.
  fileprivate func form(_ content: SigningFields.Content) -> String? {
    switch content {
    case .algorithm: key.algorithm.rawValue
    case .credential: key.credential
    case .date: timestamp
    case .sessionToken: tokenRule == .signedAsS3Session ? nil : sessionToken
    case .s3SessionToken: tokenRule == .signedAsS3Session ? sessionToken : nil
    default: nil
    }
  }
}
