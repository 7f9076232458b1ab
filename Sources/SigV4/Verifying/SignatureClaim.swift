#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// What a request says of its own signature, read from `Authorization` or from the query and not yet proved.
///
/// ``Verifier`` proves it; before that, only the access key id is of use, to look a secret up.
public struct SignatureClaim: Sendable, Hashable {
  /// Where a signature stands.
  public enum Placement: Sendable, Hashable {
    /// In the `Authorization` header.
    case header
    /// In the query: a presigned request.
    case query
  }

  /// Where the signature stands.
  public let placement: Placement
  /// How the request is said to be signed.
  public let algorithm: SigningAlgorithm
  let date: SigningDate
  let parts: Parts
  let credential: Credential
  let fields: Fields
  /// Seconds; `nil` in the header placement, and where the query has no `X-Amz-Expires`.
  let lifetimeSeconds: Int?

  /// The id of the access key.
  public var accessKeyID: String { parts.string(credential.accessKeyID) }
  /// The credential scope; its region is `nil` with SigV4a.
  public var scope: CredentialScope {
    CredentialScope(
      day: parts.string(credential.day), region: region, service: parts.string(credential.service))
  }
  var region: String? { credential.region.map { parts.string($0) } }
  /// The names of the signed headers, in lower case and sorted.
  public var signedHeaders: [String] {
    signedHeaderList.utf8.split(separator: 0x3B).map { String(Substring($0)) }
  }
  var signedHeaderList: String { parts.string(parts.signedHeaders) }
  /// The signature, in lower-case hex.
  public var signature: String { parts.string(parts.signature) }
  /// The time of signing.
  public var time: Date { Date(timeIntervalSince1970: Double(date.secondsSince1970)) }
  /// How long a presigned request is good for, from ``time`` on; `nil` in the header placement, and where it isn't said.
  public var lifetime: Duration? { lifetimeSeconds.map { .seconds($0) } }
  /// The patterns of `X-Amz-Region-Set`; `nil` with SigV4.
  public var regionSet: [String]? {
    algorithm == .hmacSHA256
      ? nil : fields.regionSet?.utf8.split(separator: 0x2C).map { String(Substring($0).trimmingSpaces) }
  }

  /// Reads the signature of `request`.
  ///
  /// - Throws: ``VerificationError``: `missingSignature` where there is none, `ambiguousSignature` where there are two
  ///   or a part of it stands there twice, `malformedSignature`, `unsupportedAlgorithm`, or `wrongScope` for a scope
  ///   that doesn't end in `aws4_request` or is for another day than the request's date.
  public init(_ request: SignableRequest) throws(VerificationError) {
    // Not this thread's, which would keep the memory that a request of any size takes.
    var headers = CanonicalHeaders()
    headers.read(request.headers)
    try self.init(request, &headers)
  }

  /// Reads the signature of `request`, and selects the headers that it lists of those that `headers` has read.
  init(_ request: SignableRequest, _ headers: inout CanonicalHeaders) throws(VerificationError) {
    var authorization: String?
    var fields = Fields()
    try fields.read(request.headers, headers, &authorization)
    let query = try QueryFields(request.target)
    let parts: Parts
    let lifetimeSeconds: Int?
    switch (authorization, query?.hasSignature ?? false) {
    case (let authorization?, false):
      parts = try Parts(authorization: authorization)
      lifetimeSeconds = nil
    case (nil, true):
      guard let query else { throw .missing }
      parts = try query.parts()
      fields = try query.fields(over: fields)
      lifetimeSeconds = try query.lifetimeSeconds()
    case (nil, false): throw .missing
    case (_?, true):
      throw VerificationError(
        .ambiguousSignature, "The request has an Authorization header and a signature in its query; send only one.")
    }
    guard let algorithm = parts.knownAlgorithm else {
      // The word isn't shown: without a space after it, it is all that follows.
      throw VerificationError(
        .unsupportedAlgorithm, "The algorithm must be AWS4-HMAC-SHA256 or AWS4-ECDSA-P256-SHA256.")
    }
    let date = try fields.time()
    try parts.checkSignature(algorithm)
    headers.selectListed(parts.text, parts.signedHeaders)
    // A list that is made up of the headers' own names is as it should be; else either it or the request is wrong.
    if !headers.areExactlyListed { try parts.checkSignedHeaders() }
    let credential = try parts.text.withBytes { (bytes) throws(VerificationError) in
      try Credential(bytes, parts.credential, algorithm)
    }
    guard parts.withBytes(credential.day, { date.isDay($0) }) else {
      throw VerificationError(
        .wrongScope,
        "The credential scope is for the day \(parts.string(credential.day)), but the request is dated \(date.text); they must agree.",
        cause: .day)
    }
    // All at once, since what is set bit by bit is copied whole at the end.
    self.placement = authorization == nil ? .query : .header
    self.algorithm = algorithm
    self.date = date
    self.parts = parts
    self.credential = credential
    self.fields = consume fields
    self.lifetimeSeconds = lifetimeSeconds
  }
}

extension SignatureClaim: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The access key id, the scope, the time and the signed headers.
  public var description: String {
    "SignatureClaim(\(accessKeyID)/\(scope) at \(date.text) over \(signedHeaderList))"
  }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The access key id, the scope, the time and the signed headers; never the signature or the session token.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "accessKeyID": accessKeyID, "scope": scope, "time": date.text, "signedHeaders": signedHeaders,
      ], displayStyle: .struct)
  }
}

extension VerificationError {
  static func malformed(_ message: String) -> VerificationError { VerificationError(.malformedSignature, message) }

  fileprivate static var missing: VerificationError {
    VerificationError(
      .missingSignature,
      "The request has neither an Authorization header that begins with AWS4- nor X-Amz-Signature in its query.")
  }
}
