#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

// The checks that need no secret, in their order.
extension Verifier {
  func checkScope(of claim: SignatureClaim) throws(VerificationError) {
    guard claim.parts.equals(claim.credential.service, service.name) else {
      throw VerificationError(
        .wrongScope,
        "The credential scope is for the service \(claim.scope.service), but this is \(service.name).", cause: .service)
    }
    if let signed = claim.credential.region {
      guard let region, !claim.parts.equals(signed, region) else { return }
      throw VerificationError(
        .wrongScope, "The credential scope is for the region \(claim.parts.string(signed)), but this is \(region).",
        cause: .region)
    }
    guard let regionSet = claim.regionSet else {
      throw .malformed("The request has no X-Amz-Region-Set; SigV4a needs one, such as us-east-1,us-west-*.")
    }
    guard let region, !regionSet.contains(where: { RegionPattern.matches($0, region) }) else { return }
    throw VerificationError(
      .wrongScope,
      "The region set in X-Amz-Region-Set doesn't contain \(region).",
      cause: .region)
  }

  /// Checks which headers were selected of those of `request` that were read.
  func checkSignedHeaders(
    of claim: SignatureClaim, in request: SignableRequest, _ headers: borrowing CanonicalHeaders
  ) throws(VerificationError) {
    guard headers.areExactlyListed else { throw .missingHeader(of: claim, in: request) }
    guard headers.hasHost else {
      throw VerificationError(.unsignedHeader, "Host must be signed; add host to SignedHeaders.")
    }
    for index in headers.unselectedAmazonHeaders where !isAddedAfterSigning(request.headers[index]) {
      let header = request.headers[index]
      throw VerificationError(
        .unsignedHeader, "Every X-Amz- header must be signed, but \(header.name) isn't listed in SignedHeaders.",
        cause: header.isNamed("x-amz-content-sha256") ? .contentHashHeader : nil)
    }
    for name in requiredHeaders where !claim.lists(name) {
      throw VerificationError(.unsignedHeader, "The service wants \(name) to be there and signed.")
    }
    let wantsHash =
      claim.placement == .header ? service.contentHashHeader != .omitted : service.contentHashHeader == .sent
    if wantsHash, claim.fields.contentHash == nil {
      throw VerificationError(
        .unsignedHeader,
        "The service \(service.name) wants x-amz-content-sha256 to be there and signed; send it as \(contentHashExample).",
        cause: .contentHashHeader)
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
        "The request is dated \(claim.date.text), which is \(-age) seconds after \(now.text); \(skewSeconds) are allowed."
      )
    }
    if let lifetime = claim.lifetimeSeconds {
      guard age <= lifetime else {
        throw VerificationError(
          .expired, "The request was good for \(lifetime) seconds from \(claim.date.text) on; it is \(now.text).")
      }
    } else if claim.placement == .query, service.isS3 {
      throw .malformed("The query has no X-Amz-Expires; S3 wants it, from 1 to 604800 seconds.")
    } else if age > skewSeconds {
      throw VerificationError(
        .skewedDate,
        "The request is dated \(claim.date.text), which is \(age) seconds before \(now.text); \(skewSeconds) are allowed."
      )
    }
  }

  /// The last line of the canonical request: what the request says of its payload, held against the payload.
  func payloadHash(of payload: Payload, for claim: SignatureClaim) throws(VerificationError) -> String {
    let claimed = claim.fields.contentHash
    let isPresigned = claim.placement == .query
    switch (service.payload, claimed) {
    case (.unsigned, nil), (.unsigned, Payload.unsignedWord), (.unsignedWhenPresigned, Payload.unsignedWord):
      return Payload.unsignedWord
    case (.unsigned, _?):
      throw VerificationError(
        .wrongPayload,
        "The service \(service.name) doesn't take signed payloads; x-amz-content-sha256 must be UNSIGNED-PAYLOAD.",
        cause: .payloadSigned)
    case (.unsignedWhenPresigned, nil) where isPresigned:
      return Payload.unsignedWord
    default: break
    }
    let hash: String
    do { hash = try payload.hash(under: .signed) } catch { throw VerificationError(error) }
    if let claimed, claimed != hash {
      throw VerificationError(
        .wrongPayload,
        "x-amz-content-sha256 isn't the payload's hash, which is \(hash).",
        cause: claimed == Payload.unsignedWord ? .payloadUnsigned : nil)
    }
    return hash
  }
}

/// A region of a region set, in which `*` stands for any text.
enum RegionPattern {
  static func matches(_ pattern: String, _ region: String) -> Bool {
    pattern.withBytes { pattern in region.withBytes { matches(pattern, $0) } }
  }

  private static func matches(_ pattern: Span<UInt8>, _ region: Span<UInt8>) -> Bool {
    let star = UInt8(ascii: "*")
    var (inPattern, inRegion) = (0, 0)
    var last: (afterStar: Int, inRegion: Int)?
    while inRegion < region.count {
      if inPattern < pattern.count, pattern[inPattern] == star {
        inPattern += 1
        last = (inPattern, inRegion)
      } else if inPattern < pattern.count, pattern[inPattern] == region[inRegion] {
        inPattern += 1
        inRegion += 1
      } else if let (afterStar, start) = last {
        // Only the latest star need ever give way.
        last = (afterStar, start + 1)
        (inPattern, inRegion) = (afterStar, start + 1)
      } else {
        return false
      }
    }
    while inPattern < pattern.count, pattern[inPattern] == star { inPattern += 1 }
    return inPattern == pattern.count
  }
}

extension SignatureClaim {
  /// Whether `name` is a signed header, whatever its letter case.
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
  fileprivate static func missingHeader(of claim: SignatureClaim, in request: SignableRequest) -> VerificationError {
    let name = claim.signedHeaders.first { name in !request.headers.contains { $0.isNamed(name) } } ?? "host"
    return VerificationError(
      .missingHeader, "\(name) is listed in SignedHeaders, but the request has no such header.",
      cause: name == "x-amz-security-token" || name == "x-amz-s3session-token" ? .sessionToken : nil)
  }
}
