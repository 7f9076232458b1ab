#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// The claim that a request makes about its signature, read from `Authorization` or from the query, and not verified.
///
/// ``Verifier`` verifies it. Before that, use only the access key ID, to look up a secret.
///
/// ```swift
/// let claim: SignatureClaim = try verifier.claim(of: request)
/// _ = try verifier.verify(request, payload: .bytes(body), with: keys[claim.accessKeyID])
/// ```
public struct SignatureClaim: Sendable, Hashable {
  /// The place of the signature.
  public let placement: SignaturePlacement
  /// The algorithm that the request names.
  public let algorithm: SigningAlgorithm
  let date: SigningDate
  let parts: Parts
  let credential: Credential
  let fields: Fields
  /// Seconds; `nil` in the header placement, and if the query has no `X-Amz-Expires`.
  let lifetimeSeconds: Int?

  /// The access key ID.
  public var accessKeyID: String { parts.string(credential.accessKeyID) }
  /// The credential scope; its region is `nil` with SigV4a.
  public var scope: CredentialScope {
    CredentialScope(
      day: parts.string(credential.day), region: region, service: parts.string(credential.service))
  }
  var region: String? { credential.region.map { parts.string($0) } }
  /// The names of the signed headers, in lower case and sorted.
  public var signedHeaders: [String] {
    signedHeaderList.utf8.split(separator: UInt8(ascii: ";")).map { String(Substring($0)) }
  }
  var signedHeaderList: String { parts.string(parts.signedHeaders) }
  /// The signature, in lower-case hex.
  public var signature: String { parts.string(parts.signature) }
  /// The time of signing.
  public var time: Date { Date(timeIntervalSince1970: Double(date.secondsSince1970)) }
  /// The lifetime of a presigned request, from ``time``; `nil` in the header placement, and without `X-Amz-Expires`.
  public var lifetime: Duration? { lifetimeSeconds.map { .seconds($0) } }
  /// The patterns of `X-Amz-Region-Set`; `nil` with SigV4.
  public var regionSet: [String]? {
    algorithm == .sigV4
      ? nil : fields.regionSet?.utf8.split(separator: UInt8(ascii: ",")).map { Substring($0).trimmed }
  }

  /// The session token that the request sends, which a key service can use to find the key; it is a secret.
  public var sessionToken: String? { fields.sessionToken }

  /// The payload hash that the request sends, in a header or in the query.
  package var contentHash: String? { fields.contentHash }

  /// Reads the signature of `request`.
  ///
  /// - Throws: ``VerificationError`` with one of these codes:
  ///   - `missingSignature`: The request has no signature.
  ///   - `ambiguousSignature`: There are two signatures, or a part is repeated.
  ///   - `malformedSignature` or `unsupportedAlgorithm`: A part can't be read.
  ///   - `wrongScope`: The scope doesn't end in `aws4_request`, or its day isn't that of the request's date.
  package init(_ request: SignableRequest) throws(VerificationError) {
    // Uses new buffers, because this thread's would keep the memory of the largest request.
    var headers = CanonicalHeaders()
    let read = headers.read(request.headers)
    self = try Self.reading(request, &headers, read).claim
  }

  /// Reads the signature of `request`, and selects the headers that it lists from those that `headers` has read.
  static func reading(
    _ request: SignableRequest, _ headers: inout CanonicalHeaders, _ read: consuming CanonicalHeaders.Read
  ) throws(VerificationError) -> (claim: SignatureClaim, selected: CanonicalHeaders.Selected) {
    var authorization: String?
    var fields = Fields()
    try fields.read(request.headers, headers, read, authorization: &authorization)
    let parts: Parts
    let lifetimeSeconds: Int?
    if request.target.utf8.contains(UInt8(ascii: "?")), let query = try QueryFields(request.target), query.hasSignature
    {
      guard authorization == nil else {
        throw VerificationError(
          .ambiguousSignature, "The request has an Authorization header and a signature in its query. Send only one.",
          cause: .twoSignatures)
      }
      parts = try query.parts()
      fields = try query.fields(over: fields)
      lifetimeSeconds = try query.lifetimeSeconds()
    } else {
      guard let authorization else { throw .missing }
      parts = try Parts(authorization: authorization)
      lifetimeSeconds = nil
    }
    guard let algorithm = parts.knownAlgorithm else {
      // The message doesn't quote the algorithm: if no space follows it, it is the whole header.
      throw VerificationError(
        .unsupportedAlgorithm, "The algorithm must be AWS4-HMAC-SHA256 or AWS4-ECDSA-P256-SHA256.")
    }
    let date = try fields.time()
    try parts.checkSignature(algorithm)
    let selected = headers.selectListed(parts.text, parts.signedHeaders, of: read)
    // A list that equals the names of the headers is well-formed, so that only other lists are checked.
    if !selected.areExactlyListed { try parts.checkSignedHeaders() }
    let credential = try parts.text.withBytes { (bytes) throws(VerificationError) in
      try Credential(bytes, parts.credential, algorithm)
    }
    guard parts.withBytes(credential.day, { date.isDay($0) }) else {
      throw VerificationError(
        .wrongScope,
        "The credential scope is for the day \(parts.string(credential.day)), but the request is dated \(date.text). Take both from one time, in UTC.",
        cause: .day)
    }
    let claim = SignatureClaim(
      placement: authorization == nil ? .query : .header, algorithm: algorithm, date: date, parts: parts,
      credential: credential, fields: consume fields, lifetimeSeconds: lifetimeSeconds)
    return (claim, selected)
  }

  init(
    placement: SignaturePlacement, algorithm: SigningAlgorithm, date: SigningDate, parts: Parts, credential: Credential,
    fields: consuming Fields, lifetimeSeconds: Int?
  ) {
    self.placement = placement
    self.algorithm = algorithm
    self.date = date
    self.parts = parts
    self.credential = credential
    self.fields = fields
    self.lifetimeSeconds = lifetimeSeconds
  }
}

extension SignatureClaim: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The access key ID, the scope, the time and the signed headers.
  public var description: String {
    "SignatureClaim(\(accessKeyID)/\(scope) at \(date.text) over \(signedHeaderList))"
  }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The access key ID, the scope, the time and the signed headers, without the signature and the session token.
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
      "The request has neither an Authorization header that begins with AWS4- nor X-Amz-Signature in its query. Sign it."
    )
  }
}

extension SignatureClaim {
  /// The fields of signing other than the signature itself, in either placement.
  struct Fields: Sendable, Hashable {
    /// `X-Amz-Date`.
    var date: String?
    /// `Date`, which is read if `X-Amz-Date` is absent.
    var plainDate: String?
    var sessionToken: String?
    var contentHash: String?
    var regionSet: String?
    var decodedLength: String?
    /// The names of the trailers that will follow a payload in chunks.
    var trailer: String?

    /// The time of signing (AWS IAM User Guide, "Elements of an AWS API request signature": `Date` can replace `X-Amz-Date`).
    func time() throws(VerificationError) -> SigningDate {
      if let date {
        if let date = SigningDate(text: date) { return date }
        throw VerificationError(
          .malformedSignature, "X-Amz-Date must look like 20150830T123600Z.",
          cause: .date)
      }
      guard let plainDate else {
        throw VerificationError(
          .malformedSignature, "The request has no X-Amz-Date. Add the time of signing, such as 20150830T123600Z.",
          cause: .date)
      }
      if let date = SigningDate(fixdate: plainDate) ?? SigningDate(text: plainDate) { return date }
      throw VerificationError(
        .malformedSignature,
        "Date, which replaces X-Amz-Date, must look like Sun, 30 Aug 2015 12:36:00 GMT.",
        cause: .date)
    }
  }

  /// The signature itself: its text, and the byte ranges of its parts.
  struct Parts: Sendable, Hashable {
    let text: String
    var algorithm = 0..<0
    var credential = 0..<0
    var signedHeaders = 0..<0
    var signature = 0..<0

    init(text: String) { self.text = text }

    func string(_ range: Range<Int>) -> String {
      text.withBytes { bytes in String(copying: bytes.extracting(range)) }
    }

    func withBytes<Result, Failure: Error>(
      _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try text.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(range)) }
    }

    /// The algorithm; `nil` if the name is unknown.
    var knownAlgorithm: SigningAlgorithm? {
      withBytes(algorithm) { name in
        if name.isEqual(to: "AWS4-HMAC-SHA256") { return .sigV4 }
        return name.isEqual(to: "AWS4-ECDSA-P256-SHA256") ? .sigV4a : nil
      }
    }

    /// Lower-case hex: 32 bytes of an HMAC, or an ECDSA signature in DER.
    func checkSignature(_ algorithm: SigningAlgorithm) throws(VerificationError) {
      let length = signature.count
      let isLong = algorithm == .sigV4 ? length == 64 : 16...144 ~= length && length % 2 == 0
      let isHex = withBytes(signature) { digits in
        var isOther: UInt8 = 0
        for index in digits.indices { isOther |= Hexadecimal.isNoLowercaseDigit(digits[index]) }
        return isOther == 0
      }
      guard isHex, isLong else {
        throw .malformed(
          algorithm == .sigV4
            ? "The signature must be 64 hex digits in lower case." : "The signature must be DER in lower-case hex.")
      }
    }

    /// Requires names in lower case, sorted, each once, so that each list has only one form.
    func checkSignedHeaders() throws(VerificationError) {
      let problem: String? = withBytes(signedHeaders) { bytes in
        var start = 0
        var previous = 0..<0
        while start <= bytes.count {
          var end = start
          while end < bytes.count, bytes[end] != UInt8(ascii: ";") {
            guard bytes[end].isLowercaseTokenCharacter else {
              return "SignedHeaders must be header names in lower case, joined by semicolons."
            }
            end += 1
          }
          guard end > start else { return "SignedHeaders contains an empty name." }
          guard bytes.precedes(previous, start..<end) else {
            return "SignedHeaders must be sorted, and name each header once."
          }
          previous = start..<end
          start = end + 1
        }
        return nil
      }
      if let problem { throw .malformed(problem) }
    }
  }

  /// `ID/DAY/REGION/SERVICE/aws4_request`, without the region in SigV4a, as ranges in the text of ``Parts``.
  struct Credential: Sendable, Hashable {
    let accessKeyID: Range<Int>
    let day: Range<Int>
    let region: Range<Int>?
    let service: Range<Int>

    /// Reads the credential at `whole` in `bytes`, the text of ``Parts``.
    init(_ bytes: Span<UInt8>, _ whole: Range<Int>, _ algorithm: SigningAlgorithm) throws(VerificationError) {
      var ends = (whole.upperBound, whole.upperBound, whole.upperBound, whole.upperBound)
      var slashes = 0
      var index = whole.lowerBound
      while let slash = bytes.firstIndex(of: UInt8(ascii: "/"), from: index), slash < whole.upperBound {
        switch slashes {
        case 0: ends.0 = slash
        case 1: ends.1 = slash
        case 2: ends.2 = slash
        default: ends.3 = slash
        }
        slashes += 1
        index = slash + 1
      }
      guard slashes == (algorithm == .sigV4 ? 4 : 3) else {
        throw .malformed(
          algorithm == .sigV4
            ? "Credential must look like ACCESS-KEY-ID/20150830/us-west-2/service/aws4_request."
            : "Credential must look like ACCESS-KEY-ID/20150830/service/aws4_request with SigV4a.")
      }
      accessKeyID = whole.lowerBound..<ends.0
      day = ends.0 + 1..<ends.1
      region = slashes == 4 ? ends.1 + 1..<ends.2 : nil
      service = slashes == 4 ? ends.2 + 1..<ends.3 : ends.1 + 1..<ends.2
      let terminator = (slashes == 4 ? ends.3 : ends.2) + 1..<whole.upperBound
      let regionAndService = ends.1 + 1..<service.upperBound
      guard bytes.extracting(accessKeyID).isCredential, bytes.extracting(regionAndService).isCredential,
        !accessKeyID.isEmpty, !service.isEmpty, region?.isEmpty != true
      else {
        throw .malformed(
          "The access key ID, the region and the service in Credential must be visible ASCII, and not empty.")
      }
      // AWS's IDs are 16 to 128 characters long. A service looks them up, and shows them in its logs.
      guard accessKeyID.count <= 128 else {
        throw .malformed("The access key ID in Credential is \(accessKeyID.count) characters long; the limit is 128.")
      }
      guard CredentialScope.terminator.withBytes({ bytes.extracting(terminator).isEqual(to: $0) }) else {
        throw VerificationError(
          .wrongScope, "The credential scope must end in aws4_request.", cause: .malformedSignature)
      }
    }
  }
}

extension SignatureClaim.Parts {
  /// Whether the text at `range` is `other`.
  func equals(_ range: Range<Int>, _ other: String) -> Bool {
    withBytes(range) { bytes in other.withBytes { bytes.isEqual(to: $0) } }
  }
}

extension Span<UInt8> {
  /// Whether the bytes at `left` sort before those at `right`, byte by byte, the shorter first.
  fileprivate func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    var offset = 0
    while offset < left.count, offset < right.count {
      let first = self[left.lowerBound + offset]
      let second = self[right.lowerBound + offset]
      if first != second { return first < second }
      offset += 1
    }
    return left.count < right.count
  }
}
