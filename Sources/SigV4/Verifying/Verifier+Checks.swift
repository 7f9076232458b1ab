#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

// Every check that needs no secret, in the order in which `Verifier.claim(of:at:_:)` makes them.

extension Verifier {
  /// The size limits of a request, checked before its signature is read.
  ///
  /// The defaults are above the limits of AWS's own front ends, and bound the work that an anonymous sender can cause.
  public struct Limits: Sendable, Hashable {
    /// The maximum size of the method, in bytes; registered methods have at most 17.
    public var methodBytes = 64
    /// The maximum number of header fields.
    public var headerCount = 128
    /// The maximum size of the names and values of all header fields, in bytes.
    public var headerBytes = 65_536
    /// The maximum size of the request target, in bytes.
    public var targetBytes = 32_768
    /// The maximum size, in bytes, of a body that is read before its request is verified, because the request doesn't send the
    /// body's hash.
    public var collectedBodyBytes = 1_048_576
    /// The maximum size of a chunk, in bytes, which stays in memory until it is verified.
    public var chunkBytes = 16_777_216

    /// Creates the default limits.
    public init() {}

    func check(_ request: SignableRequest) throws(VerificationError) {
      guard request.method.utf8.count <= methodBytes else {
        throw VerificationError(
          .tooLarge, "The method is \(request.method.utf8.count) bytes long; the limit is \(methodBytes). Shorten it.")
      }
      guard request.target.utf8.count <= targetBytes else {
        throw VerificationError(
          .tooLarge,
          "The request target is \(request.target.utf8.count) bytes long; the limit is \(targetBytes). Shorten it.")
      }
      guard request.headers.count <= headerCount else {
        throw VerificationError(
          .tooLarge, "The request has \(request.headers.count) headers; the limit is \(headerCount). Send fewer.")
      }
      let headers = request.headers.span
      var bytes = 0
      for index in headers.indices { bytes += headers[index].name.utf8.count + headers[index].value.utf8.count }
      guard bytes <= headerBytes else {
        throw VerificationError(
          .tooLarge, "The headers of the request are \(bytes) bytes long; the limit is \(headerBytes). Shorten them.")
      }
    }
  }
}

extension Verifier {
  /// A header that must be signed: `"content-type"`, `.ifSent("x-tenant")` or `.prefixed("x-acme-")`.
  public struct RequiredHeader: Sendable, Hashable, ExpressibleByStringLiteral {
    /// With names in lower case.
    enum Rule: Sendable, Hashable {
      case sent(String)
      case ifSent(String)
      case prefixed(String)
    }

    let rule: Rule

    /// The header called `name`, in any letter case, must be sent and signed.
    public init(_ name: String) { rule = .sent(name.utf8.asciiLowercased) }

    /// The header called `name`, in any letter case, must be sent and signed.
    public init(stringLiteral name: String) { self.init(name) }

    private init(_ rule: Rule) { self.rule = rule }

    /// The header called `name`, in any letter case, must be signed if it is sent.
    public static func ifSent(_ name: String) -> RequiredHeader {
      RequiredHeader(.ifSent(name.utf8.asciiLowercased))
    }

    /// Every header that is sent and whose name begins with `prefix`, in any letter case, must be signed.
    public static func prefixed(_ prefix: String) -> RequiredHeader {
      RequiredHeader(.prefixed(prefix.utf8.asciiLowercased))
    }

    /// Whether the header called `name`, which is sent, must be signed.
    func concernsIfSent(_ name: String) -> Bool {
      switch rule {
      case .sent: false
      case .ifSent(let required): name.utf8.elementsEqual(required.utf8) { $0.asciiLowercased == $1 }
      case .prefixed(let prefix): name.utf8.lazy.map(\.asciiLowercased).starts(with: prefix.utf8)
      }
    }
  }
}

// The checks that an edge server makes too, whether or not the request is signed.
extension Verifier {
  /// Checks the method, the target and the headers of `request`, which `headers` has read.
  func checkMessage(
    _ request: SignableRequest, _ headers: borrowing CanonicalHeaders, _ read: borrowing CanonicalHeaders.Read
  ) throws(VerificationError) {
    guard request.method.withBytes({ $0.isToken }) else {
      throw VerificationError(.invalidRequest, "The method isn't a token (RFC 9110, 9.1). Use a method such as GET.")
    }
    let flaw = request.target.withBytes { TargetFlaw(in: $0, service.pathNormalization, nonCanonicalTargets) }
    if let flaw {
      throw VerificationError(flaw.isInvalid ? .invalidRequest : .nonCanonicalTarget, flaw.message)
    }
    do { try read.check(request.headers) } catch { throw VerificationError(error) }
    if headers.mayContainControls(read) { try checkValues(of: request.headers) }
    try checkRouting(request.headers.count, headers, read)
  }

  /// Rejects control characters in values (RFC 9110, 5.5).
  private func checkValues(of headers: [HeaderField]) throws(VerificationError) {
    for header in headers {
      guard let offset = header.value.withBytes({ $0.firstControlCharacter }) else { continue }
      throw VerificationError(
        .invalidRequest, "The value of header \(header.name) contains a control character at byte \(offset). Remove it."
      )
    }
  }

  /// Checks the headers that route the request (RFC 9112, 3.2) and that end its body (RFC 9112, 6.3).
  private func checkRouting(
    _ count: Int, _ headers: borrowing CanonicalHeaders, _ read: borrowing CanonicalHeaders.Read
  ) throws(VerificationError) {
    var (hosts, lengths, isChunked) = (0, 0, false)
    for index in 0..<count {
      // The length alone excludes most headers.
      switch headers.nameLength(at: index, of: read) {
      case 4 where headers.isNamed("host", at: index, of: read):
        hosts += 1
        guard headers.withValue(at: index, of: read, { $0.isHost }) else {
          throw VerificationError(
            .invalidRequest, "Host must be a host name or an address, and a port if any (RFC 9112, 3.2).")
        }
      case 14 where headers.isNamed("content-length", at: index, of: read):
        lengths += 1
        guard headers.withValue(at: index, of: read, { $0.isDecimal }) else {
          throw VerificationError(.invalidRequest, "Content-Length must be a number of bytes (RFC 9110, 8.6).")
        }
      case 17 where headers.isNamed("transfer-encoding", at: index, of: read): isChunked = true
      default: break
      }
    }
    guard hosts < 2 else {
      throw VerificationError(.invalidRequest, "The request has several Host headers; send one (RFC 9112, 3.2).")
    }
    guard lengths < 2, lengths == 0 || !isChunked else {
      throw VerificationError(
        .invalidRequest,
        "The request has several Content-Length headers, or one with Transfer-Encoding, so its end is ambiguous. Send one of them (RFC 9112, 6.3)."
      )
    }
  }
}

extension Span<UInt8> {
  /// The index of the first byte that no field value contains: a control character other than a tab.
  ///
  /// CR LF before a space or a tab is allowed: it folds a line (RFC 9112, 5.2).
  var firstControlCharacter: Int? {
    var index = 0
    while index < count {
      switch self[index] {
      case UInt8(ascii: "\r") where isFold(at: index): index += 3
      case UInt8(ascii: "\t"): index += 1
      case 0..<ASCII.space, ASCII.delete: return index
      default: index += 1
      }
    }
    return nil
  }

  /// Whether this is a number without a sign.
  fileprivate var isDecimal: Bool {
    for index in indices where !self[index].isASCIIDigit { return false }
    return !isEmpty
  }

  private func isFold(at index: Int) -> Bool {
    index + 2 < count && self[index + 1] == UInt8(ascii: "\n")
      && (self[index + 2] == UInt8(ascii: " ") || self[index + 2] == UInt8(ascii: "\t"))
  }
}

extension Span<UInt8> {
  /// Whether this is a host, and a port if any (RFC 9110, 7.2; RFC 3986, 3.2.2), with two exceptions: the host of an HTTP URL
  /// isn't empty, and contains no comma, which joins the values of several headers.
  fileprivate var isHost: Bool {
    guard 16...64 ~= count else { return isHostOfAnyLength }
    // Most hosts are checked in four pieces, which overlap for short hosts, so that the code needs no loop.
    let last = count - 16
    let first = extracting(..<16)
    let second = extracting(min(16, last)..<min(16, last) + 16)
    let third = extracting(min(32, last)..<min(32, last) + 16)
    let fourth = extracting(last..<last + 16)
    var others: UInt8 = 0
    for index in 0..<16 {
      others |=
        first[index].otherThanInHosts | second[index].otherThanInHosts
        | third[index].otherThanInHosts | fourth[index].otherThanInHosts
    }
    return others == 0 || isHostOfAnyLength
  }

  @inline(never)
  private var isHostOfAnyLength: Bool {
    guard !isEmpty else { return false }
    let isAddress = self[0] == UInt8(ascii: "[")
    guard let end = isAddress ? firstIndex(of: UInt8(ascii: "]")) : firstIndex(of: UInt8(ascii: ":")) ?? count else {
      return false
    }
    let port = isAddress ? end + 1 : end
    guard port == count || self[port] == UInt8(ascii: ":") && extracting((port + 1)...).isDigits else { return false }
    return isAddress ? extracting(1..<end).isAddress : extracting(..<end).isName
  }

  /// An IPv6 address, and after `%25` the zone of a link-local one (RFC 6874).
  private var isAddress: Bool {
    let end = firstIndex(of: UInt8(ascii: "%")) ?? count
    for index in 0..<end where !self[index].isAddressCharacter { return false }
    guard end < count else { return end > 0 }
    return end > 0 && PercentEncoding.decodedByte(at: end, in: self) == UInt8(ascii: "%")
      && extracting((end + 3)...).isName
  }

  private var isName: Bool {
    var index = 0
    while index < count {
      if PercentEncoding.decodedByte(at: index, in: self) != nil {
        index += 3
      } else if self[index].isHostCharacter, self[index] != UInt8(ascii: ",") {
        index += 1
      } else {
        return false
      }
    }
    return !isEmpty
  }

  private var isDigits: Bool { isEmpty || isDecimal }
}

// The checks of the signature, in their order.
extension Verifier {
  func checkScope(of claim: SignatureClaim) throws(VerificationError) {
    guard claim.parts.equals(claim.credential.service, service.name) else {
      throw VerificationError(
        .wrongScope,
        "The credential scope is for the service \(claim.scope.service), but this is \(service.name). Sign for \(service.name).",
        cause: .service, detail: .scope(signed: claim.scope.service, expected: service.name))
    }
    if let signed = claim.credential.region {
      guard let region, !claim.parts.equals(signed, region) else { return }
      throw VerificationError(
        .wrongScope,
        "The credential scope is for the region \(claim.parts.string(signed)), but this is \(region). Sign for \(region).",
        cause: .region, detail: .scope(signed: claim.parts.string(signed), expected: region))
    }
    guard let regionSet = claim.regionSet else {
      throw .malformed("The request has no X-Amz-Region-Set. SigV4a requires one, such as us-east-1,us-west-*.")
    }
    guard let region, !regionSet.contains(where: { RegionPattern.matches($0, region) }) else { return }
    throw VerificationError(
      .wrongScope,
      "The region set in X-Amz-Region-Set doesn't contain \(region). Sign for a set that contains it.",
      cause: .region)
  }

  /// Checks that the claim lists every header of `request` that must be signed.
  func checkSignedHeaders(
    of claim: SignatureClaim, in request: SignableRequest, _ headers: borrowing CanonicalHeaders,
    _ selected: CanonicalHeaders.Selected
  ) throws(VerificationError) {
    guard selected.areExactlyListed else { throw .missingHeader(of: claim, in: request) }
    guard headers.hasHost(selected) else {
      throw VerificationError(.unsignedHeader, "Host isn't signed. Add host to SignedHeaders.")
    }
    for index in headers.unselectedAmazonHeaders(selected) where !isAddedAfterSigning(request.headers[index]) {
      let header = request.headers[index]
      throw VerificationError(
        .unsignedHeader, "The header \(header.name) isn't listed in SignedHeaders. Sign every X-Amz- header.",
        cause: header.isNamed("x-amz-content-sha256") ? .contentHashHeader : nil)
    }
    try checkRequiredHeaders(of: claim, in: request)
    let requiresHash =
      claim.placement == .header ? service.contentHashHeader != .omitted : service.contentHashHeader == .sent
    if requiresHash, claim.contentHash == nil {
      throw VerificationError(
        .unsignedHeader,
        "The service \(service.name) requires x-amz-content-sha256. Send and sign it as \(contentHashExample).",
        cause: .contentHashHeader)
    }
  }

  private func checkRequiredHeaders(
    of claim: SignatureClaim, in request: SignableRequest
  ) throws(VerificationError) {
    for required in requiredHeaders {
      if case .sent(let name) = required.rule, !claim.lists(name) {
        throw VerificationError(
          .unsignedHeader, "The service requires the header \(name). Send and sign it.", detail: .header(name))
      }
      for header in request.headers
      where required.concernsIfSent(header.name) && !claim.lists(header.name) && !isAddedAfterSigning(header)
        && !(claim.placement == .header && header.isNamed("authorization"))
      {
        throw VerificationError(
          .unsignedHeader,
          "The header \(header.name) isn't listed in SignedHeaders. Sign it, because the service requires that.",
          detail: .header(header.name.utf8.asciiLowercased))
      }
    }
  }

  private func isAddedAfterSigning(_ header: HeaderField) -> Bool {
    service.sessionToken == .addedAfterSigning && header.isNamed("x-amz-security-token")
  }

  private var contentHashExample: String {
    service.payload == .unsigned ? Payload.unsignedWord : "the SHA-256 of the payload in lower-case hex"
  }

  func checkDate(of claim: SignatureClaim, at time: Date) throws(VerificationError) {
    let now: SigningDate
    do { now = try SigningDate(time) } catch { throw VerificationError(.verifierFailure, error.message) }
    let age = now.secondsSince1970 - claim.date.secondsSince1970
    guard age >= -skewSeconds else {
      throw VerificationError(
        .skewedDate,
        "The request is dated \(claim.date.text), which is \(-age) seconds after \(now.text); the limit is \(skewSeconds) seconds. Set the sender's clock.",
        detail: .time(signed: claim.date, now: now, limitSeconds: skewSeconds))
    }
    if let lifetime = claim.lifetimeSeconds {
      guard age <= lifetime else {
        throw VerificationError(
          .expired,
          "The request was valid for \(lifetime) seconds from \(claim.date.text), and it is \(now.text). Presign it again.",
          detail: .time(signed: claim.date, now: now, limitSeconds: lifetime))
      }
    } else if claim.placement == .query, service.isS3 {
      throw .malformed("The query has no X-Amz-Expires. S3 requires it, from 1 to 604800 seconds.")
    } else if age > skewSeconds {
      throw VerificationError(
        .skewedDate,
        "The request is dated \(claim.date.text), which is \(age) seconds before \(now.text); the limit is \(skewSeconds) seconds. Set the sender's clock, or sign again.",
        detail: .time(signed: claim.date, now: now, limitSeconds: skewSeconds))
    }
  }

  /// The last line of the canonical request: the payload hash that the request sends, compared with the payload.
  func payloadHash(of payload: Payload, for claim: SignatureClaim) throws(VerificationError) -> String {
    let claimed = claim.contentHash
    let isPresigned = claim.placement == .query
    switch (service.payload, claimed) {
    case (.unsigned, nil), (.unsigned, Payload.unsignedWord), (.unsignedWhenPresigned, Payload.unsignedWord):
      return Payload.unsignedWord
    case (.unsigned, _?):
      throw VerificationError(
        .wrongPayload,
        "The service \(service.name) accepts no signed payloads. x-amz-content-sha256 must be UNSIGNED-PAYLOAD.",
        cause: .payloadSigned)
    case (.unsignedWhenPresigned, nil) where isPresigned:
      return Payload.unsignedWord
    default: break
    }
    let hash: String
    do { hash = try payload.hash(under: .signed) } catch { throw VerificationError(error) }
    if let claimed, claimed != hash { throw .wrongPayload(hash, claimed: claimed) }
    return hash
  }
}

extension SignatureClaim {
  /// Whether `name` is a signed header, ignoring letter case.
  func lists(_ name: String) -> Bool {
    name.withBytes { name in
      parts.withBytes(parts.signedHeaders) { list in
        var start = 0
        while let item = list.item(at: start) {
          if list.extracting(item).isEqualIgnoringCase(to: name) { return true }
          start = item.upperBound + 1
        }
        return false
      }
    }
  }
}

extension VerificationError {
  static func wrongPayload(_ hash: String, claimed: String) -> VerificationError {
    VerificationError(
      .wrongPayload, "x-amz-content-sha256 isn't the payload's hash, which is \(hash). Hash the bytes that are sent.",
      cause: claimed == Payload.unsignedWord ? .payloadUnsigned : nil)
  }

  fileprivate static func missingHeader(of claim: SignatureClaim, in request: SignableRequest) -> VerificationError {
    let name = claim.signedHeaders.first { name in !request.headers.contains { $0.isNamed(name) } } ?? "host"
    return VerificationError(
      .missingHeader, "The header \(name) is listed in SignedHeaders, but isn't in the request. Send it.",
      cause: name == "x-amz-security-token" || name == "x-amz-s3session-token" ? .sessionToken : nil,
      detail: .header(name))
  }
}
