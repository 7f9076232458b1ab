/// Converts requests to the canonical form that signer and service agree on.
///
/// It works on bytes, and accepts any UTF-8 and any percent escape. The same request always gives the same text.
package struct Canonicalizer: Sendable, Hashable {
  /// The number of times that the path is percent-encoded.
  package var pathEncoding: SigningService.PathEncoding
  /// Whether dot segments and repeated slashes are removed from the path.
  package var pathNormalization: SigningService.PathNormalization
  /// Whether the signature covers the session token.
  package var sessionToken: SigningService.SessionTokenRule

  /// Creates a canonicalizer with the rules of `service`.
  package init(_ service: SigningService) {
    pathEncoding = service.pathEncoding
    pathNormalization = service.pathNormalization
    sessionToken = service.sessionToken
  }

  /// Returns the canonical request, with all headers except those of ``UnsignedHeader/all``.
  ///
  /// The canonical query omits `X-Amz-Signature`, so that a presigned request canonicalizes to the text that was signed.
  ///
  /// - Parameters:
  ///   - request: The request as it is sent.
  ///   - payloadHash: The last line: a SHA-256 in lower-case hex, or a word such as `UNSIGNED-PAYLOAD`.
  /// - Returns: The canonical request.
  /// - Throws: ``SigningError`` if the request is malformed.
  package func canonicalRequest(
    for request: SignableRequest, payloadHash: String
  ) throws(SigningError) -> CanonicalRequest {
    try canonicalRequest(for: request, payloadHash: payloadHash, .signable(sessionToken))
  }

  /// Returns the canonical request with the headers that a signature lists: names in lower case, joined by `;`.
  ///
  /// - Throws: ``SigningError`` if the request is malformed.
  package func canonicalRequest(
    for request: SignableRequest, payloadHash: String, signedHeaders: String
  ) throws(SigningError) -> CanonicalRequest {
    try canonicalRequest(for: request, payloadHash: payloadHash, .listed(signedHeaders))
  }

  private func canonicalRequest(
    for request: SignableRequest, payloadHash: String, _ selection: CanonicalHeaders.Selection
  ) throws(SigningError) -> CanonicalRequest {
    var writer = CanonicalRequestWriter()
    let (written, _) = try writer.write(request, by: self, selection) { _, _, _ in payloadHash }
    return CanonicalRequest(
      text: writer.text.string(written.range), signedHeaders: writer.text.string(written.signedHeaders))
  }
}

/// Writes canonical requests into buffers that it reuses.
struct CanonicalRequestWriter: ~Copyable {
  /// The canonical request; signing appends the string to sign and the signature.
  var text = ByteBuffer()
  /// The headers to sign.
  var headers = CanonicalHeaders()
  /// The parameters of the query.
  var query = CanonicalQuery()

  /// The range of a canonical request in ``text``, which hashing and signing require.
  struct Written {
    let range: Range<Int>
    /// The list of signed headers.
    let signedHeaders: Range<Int>

    fileprivate init(range: Range<Int>, signedHeaders: Range<Int>) {
      (self.range, self.signedHeaders) = (range, signedHeaders)
    }
  }

  /// Writes the canonical request of `request`.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - rules: The service's rules.
  ///   - selection: The headers to sign.
  ///   - add: Adds the fields that signing sets to the headers and parameters of a valid request, and returns the payload
  ///     hash.
  /// - Returns: The range of the canonical request, and the payload hash.
  /// - Throws: ``SigningError`` if the request is malformed, or the error that `add` throws.
  mutating func write(
    _ request: SignableRequest, by rules: Canonicalizer, _ selection: CanonicalHeaders.Selection,
    adding add: (inout CanonicalHeaders, CanonicalHeaders.Selected, inout CanonicalQuery) throws(SigningError) -> String
  ) throws(SigningError) -> (Written, payloadHash: String) {
    try read(request, by: rules)
    let selected = try headers.collect(request.headers, selection)
    let payloadHash = try add(&headers, selected, &query)
    return (try appendRest(selected, payloadHash: payloadHash), payloadHash)
  }

  /// Writes the canonical request of `request` with selected headers.
  ///
  /// - Returns: The range of the canonical request.
  /// - Throws: ``SigningError`` if the method, the target or the payload hash is malformed.
  mutating func write(
    _ request: SignableRequest, by rules: Canonicalizer, _ selected: CanonicalHeaders.Selected, payloadHash: String
  ) throws(SigningError) -> Written {
    try read(request, by: rules)
    return try appendRest(selected, payloadHash: payloadHash)
  }

  /// Writes the method and the path, and reads the query.
  private mutating func read(_ request: SignableRequest, by rules: Canonicalizer) throws(SigningError) {
    text.removeAll()
    // rule: refuse-method
    guard request.method.withBytes({ $0.isToken }) else {
      throw SigningError(
        .invalidMethod,
        "The method \(request.method.debugDescription) isn't a token (RFC 9110). Use a method such as GET.")
    }
    // rule: method-as-sent
    text.append(request.method)
    text.append(UInt8(ascii: "\n"))
    let problem: String? = request.target.withBytes { bytes in
      // rule: refuse-target
      if bytes.lowest <= UInt8(ascii: "\r"), let index = bytes.firstLineBreakOrNUL {
        return "The request target contains CR, LF or NUL at byte \(index). Percent-encode it."
      }
      // rule: query-first-question-mark-separates
      let pathEnd = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
      if pathEnd > 0, bytes[0] != UInt8(ascii: "/") {
        return "The request target doesn't start with /. Use a path, with or without a query."
      }
      CanonicalPath.append(
        bytes.extracting(0..<pathEnd), normalization: rules.pathNormalization, encoding: rules.pathEncoding, to: &text)
      query.read(bytes.extracting(min(pathEnd + 1, bytes.count)..<bytes.count), sessionToken: rules.sessionToken)
      return nil
    }
    if let problem { throw SigningError(.invalidTarget, problem) }
  }

  /// Appends the query, the headers, their names and the payload hash, and returns the range of the canonical request.
  private mutating func appendRest(
    _ selected: CanonicalHeaders.Selected, payloadHash: String
  ) throws(SigningError) -> Written {
    // rule: canonical-request-lines
    let newline = UInt8(ascii: "\n")
    text.append(newline)
    // rule: query-empty
    query.append(to: &text)
    text.append(newline)
    headers.appendLines(of: selected, to: &text)
    text.append(newline)
    let start = text.count
    headers.appendNames(of: selected, to: &text)
    let signedHeaders = start..<text.count
    text.append(newline)
    // rule: refuse-payload-hash
    guard payloadHash.withBytes({ !$0.isEmpty && $0.lowest > UInt8(ascii: " ") }) else {
      throw SigningError(
        .invalidPayloadHash,
        "The payload hash is empty, or contains white space or control characters. Use 64 hex digits, or a word such as UNSIGNED-PAYLOAD."
      )
    }
    text.append(payloadHash)
    return Written(range: 0..<text.count, signedHeaders: signedHeaders)
  }

  /// Whether a request made any memory large.
  var isLarge: Bool { text.isLarge || headers.isLarge || query.isLarge }

  /// Frees the memory that a large request has used.
  mutating func shrink() {
    text.shrink()
    headers.shrink()
    query.shrink()
  }
}

extension Span<UInt8> {
  /// The index of the first CR, LF or NUL.
  fileprivate var firstLineBreakOrNUL: Int? {
    indices.first { self[$0] == 0 || self[$0] == UInt8(ascii: "\n") || self[$0] == UInt8(ascii: "\r") }
  }
}

/// A request in the form that is hashed and signed: method, path, query, headers, signed headers and payload hash.
///
/// ``text`` contains every header and query parameter, and a session token that is signed. Don't log it. Descriptions
/// redact secrets.
///
/// ```swift
/// let canonical: CanonicalRequest = try signed.canonicalRequest
/// print(canonical)  // without secrets
/// print(try canonical.hash)
/// ```
public struct CanonicalRequest: Sendable, Hashable {
  /// The whole text, lines separated by LF.
  public let text: String
  /// The names of the signed headers, in lower case, sorted, joined by `;`.
  public let signedHeaders: String

  /// The SHA-256 of the text, in lower-case hex: the last line of the string to sign.
  public var hash: String {
    get throws(SigningError) { try SHA256.hash(text).hex }
  }
}

extension CanonicalRequest {
  /// The text with redacted header values, and with the query that `shownQuery` returns.
  package func shown(_ shownQuery: (String) -> String) -> String {
    // The method, path and query; the headers; an empty line, the signed headers and the payload hash.
    var lines = text.utf8.split(separator: ASCII.newline, omittingEmptySubsequences: false).map { Substring($0) }
    guard lines.count >= 6 else { return Redaction.placeholder }
    lines[2] = shownQuery(String(lines[2]))[...]
    for index in 3..<lines.count - 3 {
      guard let colon = lines[index].utf8.firstIndex(of: UInt8(ascii: ":")) else {
        lines[index] = Redaction.placeholder[...]
        continue
      }
      let (name, value) = (lines[index][..<colon], lines[index][lines[index].utf8.index(after: colon)...])
      lines[index] = "\(name):\(Redaction.header(String(name), String(value)))"
    }
    return lines.joined(separator: "\n")
  }
}

extension CanonicalRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The text with only the header values and query parameters that never contain a secret; ``text`` has all of them.
  public var description: String { shown { Redaction.query($0[...]) } }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The same as ``description``, and the names of the signed headers.
  public var customMirror: Mirror {
    Mirror(self, children: ["text": description, "signedHeaders": signedHeaders], displayStyle: .struct)
  }
}
