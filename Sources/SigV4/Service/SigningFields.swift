/// What signing sets in a request or a form, one row a field, in the order in which it is set.
///
/// This is the only list: signing, presigning, removing an earlier signature, verifying, redacting and signing forms read it.
struct SigningFields: Sendable {
  /// What a field contains.
  enum Content: Sendable {
    case algorithm, credential, date, signedHeaders, lifetime, sessionToken, s3SessionToken, contentHash, regionSet
    case authorization, policy, signature
  }

  /// One field, and the names that it is sent by.
  struct Field: Sendable {
    let content: Content
    /// The name of its header as it is sent, and in lower case as it is signed; `nil` if it isn't sent in a header.
    var header: (sent: String, signed: StaticString)?
    /// The name of its query parameter; `nil` if presigning doesn't set it.
    var parameter: StaticString?
    /// The name of its field in a form; `nil` if a form has none.
    var form: String?
    /// Whether its value must not be shown.
    var isSecret = false
  }

  let rows: [Field]

  /// The fields of every service.
  static let all = SigningFields(rows: [
    Field(content: .algorithm, parameter: "X-Amz-Algorithm", form: "x-amz-algorithm"),
    Field(content: .credential, parameter: "X-Amz-Credential", form: "x-amz-credential"),
    Field(content: .date, header: ("X-Amz-Date", "x-amz-date"), parameter: "X-Amz-Date", form: "x-amz-date"),
    Field(content: .signedHeaders, parameter: "X-Amz-SignedHeaders"),
    Field(content: .lifetime, parameter: "X-Amz-Expires"),
    Field(
      content: .sessionToken, header: ("X-Amz-Security-Token", "x-amz-security-token"),
      parameter: "X-Amz-Security-Token", form: "x-amz-security-token", isSecret: true),
    Field(
      content: .s3SessionToken, header: ("x-amz-s3session-token", "x-amz-s3session-token"),
      parameter: "X-Amz-S3session-Token", form: "X-Amz-S3session-Token", isSecret: true),
    Field(content: .contentHash, header: ("x-amz-content-sha256", "x-amz-content-sha256")),
    Field(content: .regionSet, header: ("X-Amz-Region-Set", "x-amz-region-set"), parameter: "X-Amz-Region-Set"),
    Field(content: .authorization, header: ("Authorization", "authorization"), isSecret: true),
    Field(content: .policy, form: "policy", isSecret: true),
    Field(content: .signature, parameter: "X-Amz-Signature", form: "x-amz-signature", isSecret: true),
  ])

  /// The field that is sent in a header called `name`, in any letter case.
  func header(_ name: Span<UInt8>) -> Field? {
    let rows = rows.span
    for index in rows.indices {
      // Most names differ in length.
      guard let header = rows[index].header, header.signed.utf8CodeUnitCount == name.count,
        name.isEqualIgnoringCase(to: header.signed)
      else { continue }
      return rows[index]
    }
    return nil
  }

  /// The field that is sent in a query parameter called `name`, decoded.
  func parameter(_ name: Span<UInt8>) -> Field? {
    rows.first { row in row.parameter.map { name.isEqual(to: $0) } ?? false }
  }

  /// Whether `name`, a query parameter's in lower case, is a field whose value may be shown.
  func showsParameter(_ name: String) -> Bool {
    rows.contains { row in
      !row.isSecret
        && row.parameter.map { parameter in "\(parameter)".utf8.asciiLowercased == name } ?? false
    }
  }

  /// Whether signing for `service` sets the header called `name`, in any letter case, so that signing again replaces it.
  func replacesHeader(_ name: String, for service: SigningService) -> Bool {
    guard let field = name.withBytes({ header($0)?.content }) else { return false }
    // Services that have no such header leave it to the caller.
    return field != .contentHash || service.contentHashHeader != .omitted
  }

  /// `target` without the parameters of an earlier presigning; every other byte is unchanged.
  func removingParameters(from target: String) -> String {
    guard target.mayHaveParametersOfSigning, let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
      return target
    }
    let parameters = target.utf8[target.utf8.index(after: mark)...]
      .split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    let kept = parameters.filter { text in text.prefix { $0 != UInt8(ascii: "=") }.withSpan { parameter($0) } == nil }
    guard kept.count < parameters.count else { return target }
    return target[..<mark] + (kept.isEmpty ? "" : "?" + kept.map { String(Substring($0)) }.joined(separator: "&"))
  }
}

extension String {
  /// Whether a parameter of the target begins with `X`, as those of signing do.
  fileprivate var mayHaveParametersOfSigning: Bool {
    withBytes { bytes in
      var next = bytes.firstIndex(of: UInt8(ascii: "X"), from: 1)
      while let index = next {
        if bytes[index - 1] == UInt8(ascii: "&") || bytes[index - 1] == UInt8(ascii: "?") { return true }
        next = bytes.firstIndex(of: UInt8(ascii: "X"), from: index + 1)
      }
      return false
    }
  }
}
