#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The verified form of a browser upload: its policy is signed, and its fields meet the policy.
///
/// ```swift
/// let fields = [PostPolicy.Field("key", "photos/${filename}")]  // all fields that the browser sends before the file
/// let form: VerifiedForm = try await verifier.verify(form: fields, bucket: "uploads", fileName: "cat.jpg") { keys[$0] }
/// print("store", form.fileLength, "bytes as", form.key)
/// ```
public struct VerifiedForm: Sendable {
  /// The access key ID of the signer.
  public let accessKeyID: String
  /// The scope of the signature.
  public let scope: CredentialScope
  /// The time from which the form is rejected.
  public let expiration: Date
  /// The key to store the file under.
  public let key: String
  /// The fields that the policy allows, besides `key` and `bucket`; names are in lower case, and `${filename}` is replaced.
  public let fields: [PostPolicy.Field]
  /// The number of bytes that the file may have: count them while you read it.
  public let fileLength: ClosedRange<Int>
}

extension VerifiedForm: CustomStringConvertible, CustomReflectable {
  /// The access key ID, the scope and the key, without the other fields.
  public var description: String { "VerifiedForm(\(accessKeyID)/\(scope) for \(key.debugDescription))" }
  /// The same as ``description``.
  public var customMirror: Mirror { Mirror(self, children: ["form": description], displayStyle: .struct) }
}

extension Verifier {
  /// Verifies the form with which a browser uploads to S3: the signature of its policy, and the policy's conditions.
  ///
  /// It rejects a form with more than ``Verifier/Limits/headerCount`` fields or ``Verifier/Limits/headerBytes`` bytes. It also
  /// rejects a policy that isn't strict JSON.
  ///
  /// S3 API Reference, "Authenticating Requests in Browser-Based Uploads Using POST".
  ///
  /// - Parameters:
  ///   - form: The form's fields in front of its file. Names are compared in any letter case.
  ///   - bucket: The bucket that the request is for, which the policy has a condition for.
  ///   - fileName: The name that the browser gives the file, which replaces `${filename}` in the fields; a path in front of it
  ///     is removed.
  ///   - credentials: The credentials of the form's access key ID; `nil` if the ID is unknown.
  ///   - time: The verifier's clock.
  /// - Returns: The signer, the fields to use, and the length that the policy allows for the file.
  /// - Throws: ``VerificationError``: `tooLarge`, `missingSignature`, `ambiguousSignature`, `malformedSignature`,
  ///   `unsupportedAlgorithm`, `wrongScope`, `wrongSignature`, `wrongSessionToken`, `expired`, or `deniedByPolicy`.
  public func verify(
    form: [PostPolicy.Field], bucket: String, fileName: String = "", with credentials: Credentials?,
    at time: Date = Date()
  ) throws(VerificationError) -> VerifiedForm {
    let reading = try read(form)
    try SigningWorkspace.withCurrent(failingAs: { VerificationError($0) }) {
      (workspace) throws(VerificationError) in try check(reading, with: .credentials(credentials), &workspace)
    }
    return try form.verified(reading.claim, bucket: bucket, fileName: fileName, at: time)
  }

  /// Verifies the form with which a browser uploads to S3, with credentials that are looked up by access key ID.
  ///
  /// - Parameters:
  ///   - form: The form's fields in front of its file. Names are compared in any letter case.
  ///   - bucket: The bucket that the request is for, which the policy has a condition for.
  ///   - fileName: The name that the browser gives the file, which replaces `${filename}` in the fields; a path in front of it
  ///     is removed.
  ///   - time: The verifier's clock; defaults to the time of the call.
  ///   - credentials: Returns the credentials of an access key ID; `nil` if the ID is unknown.
  /// - Returns: The signer, the fields to use, and the length that the policy allows for the file.
  /// - Throws: ``VerificationError`` for the first check that fails, or an error of `credentials`.
  nonisolated(nonsending) public func verify(
    form: [PostPolicy.Field], bucket: String, fileName: String = "", at time: Date? = nil,
    credentials: (_ accessKeyID: String) async throws -> Credentials?
  ) async throws -> VerifiedForm {
    let time = time ?? Date()
    let found = try await credentials(try read(form).claim.accessKeyID)
    return try verify(form: form, bucket: bucket, fileName: fileName, with: found, at: time)
  }

  /// Reads the signature of a form, and checks its form and its scope.
  private func read(_ form: [PostPolicy.Field]) throws(VerificationError) -> Reading {
    guard form.count <= limits.headerCount,
      form.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) <= limits.headerBytes
    else {
      throw VerificationError(
        .tooLarge,
        "The fields before the form's file exceed the limits of \(limits.headerCount) fields and \(limits.headerBytes) bytes. Send fewer."
      )
    }
    let policy = try form.required(.policy)
    let (algorithm, credential) = (try form.required(.algorithm), try form.required(.credential))
    let signature = try form.required(.signature)
    var parts = SignatureClaim.Parts(text: algorithm + credential + signature)
    parts.algorithm = 0..<algorithm.utf8.count
    parts.credential = parts.algorithm.upperBound..<parts.algorithm.upperBound + credential.utf8.count
    parts.signature = parts.credential.upperBound..<parts.text.utf8.count
    guard parts.knownAlgorithm == .sigV4 else {
      throw VerificationError(.unsupportedAlgorithm, "The algorithm of a form must be AWS4-HMAC-SHA256.")
    }
    try parts.checkSignature(.sigV4)
    let (token, s3Token) = (try form.value(.sessionToken), try form.value(.s3SessionToken))
    let fields = SignatureClaim.Fields(date: try form.required(.date), sessionToken: token ?? s3Token)
    let date = try fields.time()
    let read = try parts.text.withBytes { (bytes) throws(VerificationError) in
      try SignatureClaim.Credential(bytes, parts.credential, .sigV4)
    }
    guard parts.withBytes(read.day, { date.isDay($0) }) else {
      throw VerificationError(
        .wrongScope, "The credential scope is for another day than x-amz-date. Take both from one time, in UTC.",
        cause: .day)
    }
    let claim = SignatureClaim(
      placement: .query, algorithm: .sigV4, date: date, parts: parts, credential: read, fields: fields,
      lifetimeSeconds: nil)
    try checkScope(of: claim)
    return Reading(
      claim: claim, target: "/", payloadHash: "", bodyCoverage: .uncovered, lifetimeSeconds: 0, signed: .policy(policy))
  }
}

extension [PostPolicy.Field] {
  /// The value of the only field with this content.
  fileprivate func value(_ content: SigningFields.Content) throws(VerificationError) -> String? {
    guard let name = Self.name(of: content) else { return nil }
    let values = filter { $0.name.utf8.asciiLowercased == name.utf8.asciiLowercased }.map(\.value)
    guard values.count < 2 else {
      throw VerificationError(.ambiguousSignature, "The form has several fields named \(name). Send one.")
    }
    return values.first
  }

  fileprivate func required(_ content: SigningFields.Content) throws(VerificationError) -> String {
    if let value = try value(content) { return value }
    let (signature, policy) = (try value(.signature), try value(.policy))
    guard signature != nil || policy != nil else {
      throw VerificationError(.missingSignature, "The form has no policy and no signature. Sign it.")
    }
    throw .malformed("The form has no field \(Self.name(of: content) ?? ""). Add it.")
  }

  private static func name(of content: SigningFields.Content) -> String? {
    SigningFields.all.rows.first { $0.content == content }?.form.map { "\($0)" }
  }

  /// Checks the policy, whose signature is already verified.
  fileprivate func verified(
    _ claim: SignatureClaim, bucket: String, fileName: String, at time: Date
  ) throws(VerificationError) -> VerifiedForm {
    let policy = try ReceivedPolicy(try required(.policy))
    guard time < policy.expiration else {
      throw VerificationError(.expired, "The form's policy expired at \(policy.expiration). Sign a new one.")
    }
    var fields = try expanded(fileName)
    // Compares bytes, because `==` of String also equates texts that are canonically equivalent.
    if let sent = fields.first(where: { $0.name == "bucket" }), !sent.value.utf8.elementsEqual(bucket.utf8) {
      throw .denied("The form's field bucket isn't the bucket of the request. Send the form to its bucket.")
    }
    fields.removeAll { $0.name == "bucket" }
    let covered = fields + [PostPolicy.Field("bucket", bucket)]
    for condition in policy.conditions where !covered.contains(where: { condition.isMet(by: $0) }) {
      throw .denied(
        "The field \(condition.name.shown) doesn't meet its condition. Send a value that the policy allows.")
    }
    for field in covered where !policy.conditions.contains(where: { $0.concerns(field) }) {
      throw .denied(
        "The policy has no condition for the field \(field.name.shown). Remove the field, or add a condition.")
    }
    guard let key = fields.first(where: { $0.name == "key" }) else {
      throw .denied("The form has no field key. Add it.")
    }
    let used = fields.filter { field in
      field.name != "key"
        && !SigningFields.all.rows.contains { $0.form.map { "\($0)".utf8.asciiLowercased } == field.name }
    }
    return VerifiedForm(
      accessKeyID: claim.accessKeyID, scope: claim.scope, expiration: policy.expiration, key: key.value, fields: used,
      fileLength: policy.fileLength)
  }

  /// The fields that require a condition, with names in lower case (S3 API Reference, "POST Policy").
  private func expanded(_ fileName: String) throws(VerificationError) -> [PostPolicy.Field] {
    let path = [UInt8](fileName.utf8).split(omittingEmptySubsequences: false) { "/\\".utf8.contains($0) }
    let (variable, name) = ([UInt8]("${filename}".utf8), path.last ?? [])
    var fields: [PostPolicy.Field] = []
    var names: Set<[UInt8]> = []
    for field in self {
      let lowercased = field.name.utf8.asciiLowercased
      guard !["file", "policy", "x-amz-signature"].contains(lowercased),
        !lowercased.utf8.starts(with: "x-ignore-".utf8)
      else { continue }
      guard names.insert([UInt8](lowercased.utf8)).inserted else {
        throw .denied("The form has several fields named \(lowercased.shown). Send one.")
      }
      let parts = [UInt8](field.value.utf8).split(separator: variable, omittingEmptySubsequences: false)
      let value = [UInt8](parts.joined(separator: name))
      fields.append(PostPolicy.Field(lowercased, String(decoding: value, as: UTF8.self)))
    }
    return fields
  }
}

extension String {
  /// The text in ASCII, for an error.
  fileprivate var shown: String {
    unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
  }
}

/// A policy as a form sends it.
private struct ReceivedPolicy {
  /// A condition for a field, whose name is in lower case.
  struct Condition {
    let name: String
    let value: String
    var isPrefix = false

    func concerns(_ field: PostPolicy.Field) -> Bool { field.name.utf8.elementsEqual(name.utf8) }

    func isMet(by field: PostPolicy.Field) -> Bool {
      guard concerns(field) else { return false }
      guard isPrefix else { return field.value.utf8.elementsEqual(value.utf8) }
      // A list of media types meets the condition if each does.
      guard name == "content-type" else { return field.value.utf8.starts(with: value.utf8) }
      return field.value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .allSatisfy { $0.starts(with: value.utf8) }
    }
  }

  var conditions: [Condition] = []
  var fileLength = 0...Int.max
  let expiration: Date

  /// Reads a policy in Base64.
  init(_ base64: String) throws(VerificationError) {
    guard let document = Data(base64Encoded: base64).flatMap({ JSONObject(Array($0)) }),
      Set(document.members.map(\.name)).count == document.members.count
    else { throw .denied("The policy must be a JSON object in Base64.") }
    var (expiration, list): (Date?, [JSONObject.Value?]?) = (nil, nil)
    for (name, value) in document.members {
      switch (name, value) {
      case ("expiration", .text(let text)): expiration = ISO8601.date(text)
      case ("conditions", .array(let elements)): list = elements
      default:
        throw .denied(
          "Invalid member \(name.shown) of the policy. Use a text for expiration, and a list for conditions.")
      }
    }
    guard let expiration, let list else { throw .denied("The policy must have an expiration and conditions.") }
    self.expiration = expiration
    for element in list { try add(element) }
  }

  private mutating func add(_ element: JSONObject.Value?) throws(VerificationError) {
    switch element {
    case .object(let members):
      for (name, value) in members {
        guard case .text(let text) = value else { throw .denied("The value of a condition must be a string.") }
        conditions.append(Condition(name: name.utf8.asciiLowercased, value: text))
      }
    case .array(let parts):
      switch parts.count == 3 ? (parts[0], parts[1], parts[2]) : (nil, nil, nil) {
      case (.text(let match), .text(let field), .text(let value))
      where ["eq", "starts-with"].contains(match.utf8.asciiLowercased) && field.utf8.first == UInt8(ascii: "$"):
        conditions.append(
          Condition(
            name: field.utf8.dropFirst().asciiLowercased, value: value,
            isPrefix: match.utf8.asciiLowercased == "starts-with"))
      case (.text(let match), .number(let least), .number(let most))
      where match.utf8.asciiLowercased == "content-length-range":
        guard let least = Int(least), let most = Int(most), least >= 0, least <= most, fileLength.overlaps(least...most)
        else { throw .denied("Invalid content-length-range. Use two whole numbers of bytes, the smaller one first.") }
        fileLength = fileLength.clamped(to: least...most)
      default: throw .denied("Unknown kind of condition. Use eq, starts-with or content-length-range.")
      }
    default: throw .denied("A condition must be an object or an array.")
    }
  }
}

extension VerificationError {
  fileprivate static func denied(_ message: String) -> VerificationError {
    VerificationError(.deniedByPolicy, message)
  }
}
