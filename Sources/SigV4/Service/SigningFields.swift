/// The fields that signing sets in a request or a form: one row for each field, in the order in which they are set.
///
/// Signing, presigning, removing an earlier signature, verifying, redacting and signing forms read this list. For speed, the
/// reader of a claim's headers repeats the names. The checks and the diagnosis name single fields.
struct SigningFields: Sendable {
  /// The content of a field.
  enum Content: Sendable {
    case algorithm, credential, date, signedHeaders, lifetime, sessionToken, s3SessionToken, contentHash, regionSet
    case authorization, policy, signature
  }

  /// One field, and the names under which it is sent.
  struct Field: Sendable {
    let content: Content
    /// The name of its header in lower case, as it is signed; `nil` if it isn't sent in a header.
    var header: StaticString?
    /// The name of its header as it is sent; empty if it isn't sent in a header.
    var sentHeader = ""
    /// The name of its query parameter; `nil` if presigning doesn't set it.
    var parameter: StaticString?
    /// The name of its field in a form; `nil` if a form has none.
    var form: StaticString?
    /// Whether its value must not be shown.
    var isSecret = false
  }

  let rows: [Field]
  /// The fields that are sent in headers.
  ///
  /// They contain no references, so that reading them needs no reference counting.
  let headers: [(content: Content, name: StaticString)]
  /// The names of ``headers`` as they are sent.
  let sentHeaders: [String]
  /// A bit for each length of the names of ``headers``, which excludes most other headers.
  let headerLengths: UInt64
  /// The rows of fields that presigning sets.
  let parameters: [(content: Content, name: StaticString)]

  init(rows: [Field]) {
    self.rows = rows
    headers = rows.compactMap { row in row.header.map { (row.content, $0) } }
    sentHeaders = rows.compactMap { $0.header == nil ? nil : $0.sentHeader }
    headerLengths = headers.reduce(0) { $0 | 1 << UInt64($1.name.utf8CodeUnitCount) }
    parameters = rows.compactMap { row in row.parameter.map { (row.content, $0) } }
  }

  /// The fields of every service.
  static let all = SigningFields(rows: [
    Field(content: .algorithm, parameter: "X-Amz-Algorithm", form: "x-amz-algorithm"),
    Field(content: .credential, parameter: "X-Amz-Credential", form: "x-amz-credential"),
    Field(content: .date, header: "x-amz-date", sentHeader: "X-Amz-Date", parameter: "X-Amz-Date", form: "x-amz-date"),
    Field(content: .signedHeaders, parameter: "X-Amz-SignedHeaders"),
    Field(content: .lifetime, parameter: "X-Amz-Expires"),
    Field(
      content: .sessionToken, header: "x-amz-security-token", sentHeader: "X-Amz-Security-Token",
      parameter: "X-Amz-Security-Token", form: "x-amz-security-token", isSecret: true),
    Field(
      content: .s3SessionToken, header: "x-amz-s3session-token", sentHeader: "x-amz-s3session-token",
      parameter: "X-Amz-S3session-Token", form: "X-Amz-S3session-Token", isSecret: true),
    Field(
      content: .contentHash, header: "x-amz-content-sha256", sentHeader: "x-amz-content-sha256",
      parameter: "X-Amz-Content-Sha256"),
    Field(
      content: .regionSet, header: "x-amz-region-set", sentHeader: "X-Amz-Region-Set", parameter: "X-Amz-Region-Set"),
    Field(content: .authorization, header: "authorization", sentHeader: "Authorization", isSecret: true),
    Field(content: .policy, form: "policy", isSecret: true),
    Field(content: .signature, parameter: "X-Amz-Signature", form: "x-amz-signature", isSecret: true),
  ])

  /// The content of the header called `name`, in any letter case; `nil` if signing doesn't set it.
  func contentOfHeader(_ name: Span<UInt8>) -> Content? {
    guard headerLengths >> UInt64(name.count) & 1 == 1 else { return nil }
    // Most names differ in length.
    return headers.first { $0.name.utf8CodeUnitCount == name.count && name.isEqualIgnoringCase(to: $0.name) }?.content
  }

  /// The content of the query parameter called `name`, decoded; `nil` if presigning doesn't set it.
  func contentOfParameter(_ name: Span<UInt8>) -> Content? {
    parameters.first { name.isEqual(to: $0.name) }?.content
  }

  /// Whether no value of this content may be shown.
  func isSecret(_ content: Content) -> Bool { rows.contains { $0.content == content && $0.isSecret } }

  /// Whether `name`, a query parameter's in lower case, is a field whose value may be shown.
  func showsParameter(_ name: String) -> Bool {
    rows.contains { row in
      !row.isSecret
        && row.parameter.map { parameter in "\(parameter)".utf8.asciiLowercased == name } ?? false
    }
  }

  /// Whether signing for `service` sets the header called `name`, in any letter case, so that signing again replaces it.
  func replacesHeader(_ name: String, for service: SigningService) -> Bool {
    // Compares the length first, which saves 20 ns for each signature.
    guard headerLengths >> UInt64(name.utf8.count) & 1 == 1 else { return false }
    return name.withBytes { contentOfHeader($0) }.map { replaces($0, for: service) } ?? false
  }

  /// Whether signing for `service` replaces this field.
  ///
  /// A content hash belongs to the caller if the service has no field for it.
  private func replaces(_ field: Content, for service: SigningService) -> Bool {
    field != .contentHash || service.contentHashHeader != .omitted
  }

  /// Removes the parameters of an earlier presigning for `service` from `target`; every other byte is unchanged.
  ///
  /// Names are decoded, and letter case matters. The verifier and botocore keep `x-amz-date` as an ordinary parameter, and awscrt
  /// rejects a request that contains it.
  func removeParameters(from target: inout String, for service: SigningService) {
    guard target.mayHaveParametersOfSigning, let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return }
    let sent = target.utf8[target.utf8.index(after: mark)...]
      .split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    let kept = sent.filter { text in
      let name = PercentEncoding.decoded(text.prefix { $0 != UInt8(ascii: "=") })
      return name.withBytes { contentOfParameter($0) }.map { !replaces($0, for: service) } ?? true
    }
    guard kept.count < sent.count else { return }
    target = target[..<mark] + (kept.isEmpty ? "" : "?" + kept.map { String(Substring($0)) }.joined(separator: "&"))
  }
}

extension String {
  /// Whether a parameter of the target begins with `X`, as those of signing do, or with an escape.
  var mayHaveParametersOfSigning: Bool {
    withBytes { bytes in
      var next = bytes.firstIndex(of: UInt8(ascii: "?"), from: 0)
      while let index = next, index + 1 < bytes.count {
        switch bytes[index + 1] {
        case UInt8(ascii: "X"), UInt8(ascii: "%"): return true
        default: next = bytes.firstIndex(of: UInt8(ascii: "&"), from: index + 1)
        }
      }
      return false
    }
  }
}
