/// The place of a signature.
///
/// ```swift
/// let placement: SignaturePlacement = try verifier.claim(of: request).placement
/// print(placement == .query ? "presigned" : "signed in a header")
/// ```
public enum SignaturePlacement: Sendable, Hashable {
  /// In the `Authorization` header.
  case header
  /// In the query: a presigned request.
  case query
}

/// A signed request, the header fields that signing added, and the texts that were signed.
///
/// ```swift
/// let signed: SignedRequest = try signer.sign(&request, payload: .empty, with: credentials)
/// for field in signed.addedHeaders { print(field.name) }
/// print(try signed.stringToSign.text)
/// ```
public struct SignedRequest: Sendable {
  /// The request to send.
  public let request: SignableRequest
  let placement: SignaturePlacement
  /// The number of headers at the end of the request that signing has set.
  var addedHeaderCount: Int
  /// The scope that the signature is valid for.
  public let scope: CredentialScope
  /// The algorithm of the signature.
  public let algorithm: SigningAlgorithm
  /// The last line of the canonical request.
  public let payloadHash: String
  let date: SigningDate
  let canonicalizer: Canonicalizer

  /// The value that contains the signature.
  enum Signature {
    /// The value of `Authorization`.
    case header(String)
    /// The target with the parameters that presigning sets.
    case query(String)
  }

  /// Adds the fields that signing sets to `request`.
  init(
    _ request: inout SignableRequest, _ signature: consuming Signature, payloadHash: String,
    adding fields: SigningFields,
    _ values: consuming SigningValues, canonicalizedBy canonicalizer: Canonicalizer
  ) {
    var values = values
    switch signature {
    case .header(let authorization):
      placement = .header
      request.headers.reserveCapacity(request.headers.count + fields.headers.count)
      addedHeaderCount = request.headers.append(fields, &values, payloadHash: payloadHash, authorization: authorization)
    case .query(let target):
      placement = .query
      addedHeaderCount = request.headers.append(fields, &values, payloadHash: payloadHash, authorization: "")
      request.target = target
    }
    self.request = request
    scope = values.key.scope
    algorithm = values.algorithm
    self.payloadHash = payloadHash
    date = values.date
    self.canonicalizer = canonicalizer
  }

  /// The header fields that signing has set.
  ///
  /// Each replaces all fields of the same name.
  public var addedHeaders: ArraySlice<HeaderField> {
    request.headers.suffix(addedHeaderCount)
  }

  /// The signature, in lower-case hex.
  public var signature: String {
    // Either text ends in `Signature=` and the signature.
    let text = placement == .header ? request.headers["authorization"] ?? "" : request.target
    let start = text.utf8.lastIndex(of: UInt8(ascii: "=")).map(text.utf8.index(after:)) ?? text.startIndex
    return String(text[start...])
  }

  /// The canonical request that was signed, rebuilt from the request as it is sent.
  ///
  /// It contains the session token if that is signed: show it only to those who may see the token.
  public var canonicalRequest: CanonicalRequest {
    get throws(SigningError) { try canonicalizer.canonicalRequest(for: request, payloadHash: payloadHash) }
  }

  /// The string to sign, rebuilt from the request as it is sent.
  public var stringToSign: StringToSign {
    get throws(SigningError) {
      try StringToSign(algorithm: algorithm, date: date, scope: scope, canonicalRequest: canonicalRequest)
    }
  }
}
