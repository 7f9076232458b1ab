/// Brings requests into the one form that signer and service agree on.
///
/// Pure and byte-based: any UTF-8 and any percent escape goes in, and the same request always gives the same text.
public struct Canonicalizer: Sendable, Hashable {
  /// How often the path is percent-encoded.
  public var pathEncoding: PathEncoding
  /// Whether dot segments and repeated slashes are removed from the path.
  public var pathNormalization: PathNormalization
  /// Whether the session token is covered by the signature.
  public var sessionToken: SessionTokenRule

  /// A canonicalizer with the rules of `service`.
  public init(_ service: SigningService) {
    pathEncoding = service.pathEncoding
    pathNormalization = service.pathNormalization
    sessionToken = service.sessionToken
  }

  /// The canonical request, over all headers but those of ``UnsignedHeader/all``.
  ///
  /// `X-Amz-Signature` is no part of the canonical query, so that a presigned request canonicalizes to what was signed.
  ///
  /// - Parameters:
  ///   - request: The request as it is sent.
  ///   - payloadHash: The last line: a SHA-256 in lower-case hex, or a word such as `UNSIGNED-PAYLOAD`.
  /// - Returns: The canonical request.
  /// - Throws: ``SigningError`` where the request can't be sent, let alone signed.
  public func canonicalRequest(
    for request: SignableRequest, payloadHash: String
  ) throws(SigningError) -> CanonicalRequest {
    try canonicalRequest(for: request, payloadHash: payloadHash, .signable(sessionToken))
  }

  /// The canonical request over the headers in `signedHeaders`, names in lower case joined by `;`, as a signature lists them.
  ///
  /// - Throws: ``SigningError`` where the request can't be sent, let alone signed.
  public func canonicalRequest(
    for request: SignableRequest, payloadHash: String, signedHeaders: String
  ) throws(SigningError) -> CanonicalRequest {
    try canonicalRequest(for: request, payloadHash: payloadHash, .listed(signedHeaders))
  }

  private func canonicalRequest(
    for request: SignableRequest, payloadHash: String, _ selection: CanonicalHeaders.Selection
  ) throws(SigningError) -> CanonicalRequest {
    try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      let signedHeaders = try append(request, payloadHash: payloadHash, selection, to: &scratch)
      return CanonicalRequest(text: scratch.buffer.string(), signedHeaders: scratch.buffer.string(signedHeaders))
    }
  }

  /// Appends the canonical request to the buffer of `scratch`, and says where in it the list of signed headers stands.
  func append(
    _ request: SignableRequest, payloadHash: String, _ selection: CanonicalHeaders.Selection,
    to scratch: inout SigningScratch
  ) throws(SigningError) -> Range<Int> {
    try appendStart(of: request, to: &scratch)
    try scratch.headers.collect(request.headers, selection)
    return try appendRest(payloadHash: payloadHash, to: &scratch)
  }

  /// Appends the method and the path, and reads the query.
  ///
  /// Between here and ``appendRest`` more parameters may come, and by then the headers must have been collected.
  func appendStart(of request: SignableRequest, to scratch: inout SigningScratch) throws(SigningError) {
    guard request.method.withBytes({ $0.isToken }) else {
      throw SigningError(.invalidMethod, "The method isn't a token (RFC 9110): \(request.method.debugDescription).")
    }
    scratch.buffer.append(request.method)
    scratch.buffer.append(0x0A)
    try appendPath(of: request.target, &scratch.query, to: &scratch.buffer)
  }

  /// Appends the query, the headers, the list of their names and the payload hash, and says where the list stands.
  func appendRest(payloadHash: String, to scratch: inout SigningScratch) throws(SigningError) -> Range<Int> {
    scratch.buffer.append(0x0A)
    scratch.query.append(to: &scratch.buffer)
    scratch.buffer.append(0x0A)
    scratch.headers.appendLines(to: &scratch.buffer)
    scratch.buffer.append(0x0A)
    let start = scratch.buffer.count
    scratch.headers.appendNames(to: &scratch.buffer)
    let signedHeaders = start..<scratch.buffer.count
    scratch.buffer.append(0x0A)
    guard payloadHash.withBytes({ !$0.isEmpty && $0.lowest > 0x20 }) else {
      throw SigningError(.invalidPayloadHash, "The payload hash is empty or holds white space or control characters.")
    }
    scratch.buffer.append(payloadHash)
    return signedHeaders
  }

  private func appendPath(
    of target: String, _ query: inout CanonicalQuery, to buffer: inout ByteBuffer
  ) throws(SigningError) {
    let problem: String? = target.withBytes { bytes in
      if bytes.lowest <= 0x0D, let index = bytes.indices.first(where: { [0x00, 0x0A, 0x0D].contains(bytes[$0]) }) {
        return "The request target holds CR, LF or NUL at byte \(index); percent-encode it."
      }
      let pathEnd = bytes.firstIndex(of: 0x3F) ?? bytes.count
      if pathEnd > 0, bytes[0] != 0x2F {
        return "The request target must be a path that starts with /, with or without a query."
      }
      CanonicalPath.append(
        bytes.extracting(0..<pathEnd), normalization: pathNormalization, encoding: pathEncoding, to: &buffer)
      query.read(bytes.extracting(min(pathEnd + 1, bytes.count)..<bytes.count), sessionToken: sessionToken)
      return nil
    }
    if let problem { throw SigningError(.invalidTarget, problem) }
  }
}

/// A request in the form that is hashed and signed: the method, path, query, headers, signed headers and payload hash, a line each.
///
/// ``text`` contains the session token where that is signed, and every header and query parameter: show it only to those
/// who may see them. Descriptions redact them.
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
