#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Signer {
  /// Signs `request` in its headers: sets `X-Amz-Date`, `X-Amz-Security-Token`, `x-amz-content-sha256` where the
  /// service wants it, `X-Amz-Region-Set` with SigV4a, and `Authorization`.
  ///
  /// What an earlier signing has set is replaced, and nothing else is touched.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it will be sent.
  ///   - payload: What the request carries; of no account where the service wants the payload unsigned.
  ///   - credentials: The credentials to sign with.
  ///   - time: The time of signing; services take a difference of 5 minutes (S3: 15) from their own clock.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: ``SigningError``, and leaves `request` as it was.
  @discardableResult
  public func sign(
    _ request: inout SignableRequest, payload: Payload = .empty, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> SignedRequest {
    let context = try context(for: request, credentials, time)
    let unsigned = request.removingSignature(of: service)
    let payloadHash = try hash(of: payload, under: service.payload, for: unsigned)
    let values = try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      try headerValues(for: unsigned, payloadHash, credentials, context, &scratch)
    }
    request = unsigned
    let kept = request.headers.count
    request.headers.reserveCapacity(kept + 5)
    request.headers.append(HeaderField("X-Amz-Date", values.timestamp))
    if let token = credentials.sessionToken {
      request.headers.append(HeaderField(service.sessionToken(of: request).headerName, token))
    }
    if service.contentHashHeader != .omitted {
      request.headers.append(HeaderField("x-amz-content-sha256", payloadHash))
    }
    if let regionSet = context.regionSet { request.headers.append(HeaderField("X-Amz-Region-Set", regionSet)) }
    request.headers.append(HeaderField("Authorization", values.authorization))
    return SignedRequest(
      request: request, placement: .headers, addedHeaderCount: request.headers.count - kept, scope: context.scope,
      algorithm: algorithm, payloadHash: payloadHash, date: context.date, canonicalizer: canonicalizer)
  }

  /// The values of `X-Amz-Date` and `Authorization` for `request`, which has none of the headers that signing sets.
  private func headerValues(
    for request: SignableRequest, _ payloadHash: String, _ credentials: Credentials, _ context: Context,
    _ scratch: inout SigningScratch
  ) throws(SigningError) -> (timestamp: String, authorization: String) {
    let timestamp = scratch.timestamp(context.date)
    try canonicalizer.appendStart(of: request, to: &scratch)
    try scratch.headers.collect(request.headers, .signable(service.sessionToken))
    scratch.headers.add("x-amz-date", timestamp)
    if let token = credentials.sessionToken, let name = service.sessionToken(of: request).signedHeaderName {
      scratch.headers.add(name, token)
    }
    if service.contentHashHeader != .omitted { scratch.headers.add("x-amz-content-sha256", payloadHash) }
    if let regionSet = context.regionSet { scratch.headers.add("x-amz-region-set", regionSet) }

    let signedHeaders = try canonicalizer.appendRest(payloadHash: payloadHash, to: &scratch)
    let signature = try appendSignature(in: context, to: &scratch)
    let start = scratch.buffer.count
    scratch.buffer.append(context.key.authorizationStart)
    scratch.buffer.appendPart(signedHeaders)
    scratch.buffer.append(", Signature=")
    scratch.buffer.appendPart(signature)
    return (timestamp, scratch.buffer.string(start..<scratch.buffer.count))
  }

  /// Signs `request` with the credentials that `provider` has now.
  ///
  /// - Throws: What the provider throws, or ``SigningError``; `request` is then as it was.
  @discardableResult
  public func sign(
    _ request: inout SignableRequest, payload: Payload = .empty, with provider: some CredentialProvider,
    at time: Date? = nil
  ) async throws -> SignedRequest {
    let credentials = try await provider.credentials()
    return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
  }

  /// Returns a signed copy of `request`, as ``sign(_:payload:with:at:)`` signs it.
  ///
  /// - Throws: ``SigningError``.
  public func signed(
    _ request: SignableRequest, payload: Payload = .empty, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> SignableRequest {
    var request = request
    try sign(&request, payload: payload, with: credentials, at: time)
    return request
  }

  /// Returns a copy of `request`, signed with the current credentials of `provider`.
  ///
  /// For `main.swift` and actors, whose properties can't be `inout` arguments of an `async` function.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func signed(
    _ request: SignableRequest, payload: Payload = .empty, with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> SignableRequest {
    var request = request
    try await sign(&request, payload: payload, with: provider, at: time)
    return request
  }
}

extension SignableRequest {
  /// The request without what signing sets, in either placement, so that a request can be signed again.
  func removingSignature(of service: SigningService) -> SignableRequest {
    var unsigned = self
    if headers.contains(where: { $0.isSetBySigning(service) }) {
      unsigned.headers.removeAll { $0.isSetBySigning(service) }
    }
    unsigned.target.removeSigningParameters()
    return unsigned
  }
}

extension HeaderField {
  /// Whether signing sets a header of this name.
  func isSetBySigning(_ service: SigningService) -> Bool {
    // Most are told by their length.
    switch name.utf8.count {
    case 10: isNamed("x-amz-date")
    case 13: isNamed("authorization")
    case 16: isNamed("x-amz-region-set")
    case 20: isNamed("x-amz-security-token") || service.contentHashHeader != .omitted && isNamed("x-amz-content-sha256")
    case 21: isNamed("x-amz-s3session-token")
    default: false
    }
  }
}
