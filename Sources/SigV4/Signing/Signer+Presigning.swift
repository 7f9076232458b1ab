#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Signer {
  /// Signs `request` in its query, so that the bare URL is good for a while: a presigned URL.
  ///
  /// Adds `X-Amz-Algorithm`, `X-Amz-Credential`, `X-Amz-Date`, `X-Amz-SignedHeaders`, `X-Amz-Expires`,
  /// `X-Amz-Security-Token`, `X-Amz-Region-Set` with SigV4a, and `X-Amz-Signature` to the parameters that are there;
  /// those of an earlier signing are replaced. Every header that `request` has is signed and must be sent along; for
  /// VPC Lattice that is `x-amz-content-sha256: UNSIGNED-PAYLOAD` too, which this sets.
  ///
  /// - Parameters:
  ///   - request: The request, as it will be sent but for the added parameters; often just a `Host` header.
  ///   - lifetime: How long the URL is good for, in whole seconds from 1 to 604,800 (7 days).
  ///   - payload: What the request carries; where left out, `UNSIGNED-PAYLOAD` for S3 and VPC Lattice, else no payload.
  ///   - credentials: The credentials to sign with; the URL is good no longer than they are.
  ///   - time: The time of signing.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: ``SigningError``, and leaves `request` as it was.
  @discardableResult
  public func presign(
    _ request: inout SignableRequest, validFor lifetime: Duration, payload: Payload? = nil,
    with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> SignedRequest {
    guard lifetime.components.attoseconds == 0, 1...604_800 ~= lifetime.components.seconds else {
      throw SigningError(
        .invalidExpiry, "A presigned request lives for 1 to 604,800 whole seconds, not for \(lifetime).")
    }
    let context = try context(for: request, credentials, time)
    var signed = request
    signed.removeSignature(of: service)
    let payload = payload ?? (service.payload == .unsignedWhenPresigned ? .unsigned : .empty)
    let payloadHash = try hash(of: payload, under: service.payload, for: signed)
    if service.contentHashHeader == .sent {
      signed.headers.append(HeaderField("x-amz-content-sha256", payloadHash))
    }
    var headers = CanonicalHeaders()
    try headers.collect(signed.headers, .signable(service.sessionToken))

    var query = ByteBuffer(capacity: 512)
    query.append(signed.target)
    let mark = signed.target.utf8.firstIndex(of: 0x3F)
    query.append(mark.map { signed.target.utf8.index(after: $0) == signed.target.endIndex ? "" : "&" } ?? "?")
    query.append("X-Amz-Algorithm=")
    query.append(algorithm.rawValue)
    query.append("&X-Amz-Credential=")
    PercentEncoding.append(credentials.accessKeyID, to: &query)
    query.append("%2F")
    PercentEncoding.append(context.scope.text, to: &query)
    query.append("&X-Amz-Date=")
    query.append(context.timestamp)
    query.append("&X-Amz-SignedHeaders=")
    var names = ByteBuffer(capacity: 256)
    headers.appendNames(to: &names)
    names.withBytes { PercentEncoding.append($0, to: &query) }
    query.append("&X-Amz-Expires=")
    query.append(String(lifetime.components.seconds))
    if let token = credentials.sessionToken {
      query.append(0x26)
      query.append(service.sessionToken.parameterName)
      query.append(0x3D)
      PercentEncoding.append(token, to: &query)
    }
    if let regionSet = context.regionSet {
      query.append("&X-Amz-Region-Set=")
      PercentEncoding.append(regionSet, to: &query)
    }
    signed.target = query.string()

    query.append("&X-Amz-Signature=")
    try SigningScratch.withCurrent { [signed] (scratch) throws(SigningError) in
      let signature = try sign(
        signed, payloadHash: payloadHash, with: credentials, in: context, &scratch
      ).signature
      query.append(signature, of: scratch.buffer)
    }
    signed.target = query.string()
    request = signed
    return SignedRequest(
      request: signed, placement: .query, addedHeaderCount: service.contentHashHeader == .sent ? 1 : 0,
      scope: context.scope, algorithm: algorithm, payloadHash: payloadHash,
      date: context.date, canonicalizer: canonicalizer)
  }

  /// Presigns `request` with the credentials that `provider` has now.
  ///
  /// - Throws: What the provider throws, or ``SigningError``; `request` is then as it was.
  @discardableResult
  public func presign(
    _ request: inout SignableRequest, validFor lifetime: Duration, payload: Payload? = nil,
    with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> SignedRequest {
    let credentials = try await provider.credentials()
    return try presign(&request, validFor: lifetime, payload: payload, with: credentials, at: time ?? Date())
  }
}
