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
    let (seconds, attoseconds) = lifetime.components
    guard attoseconds == 0, 1...604_800 ~= seconds else {
      throw SigningError(
        .invalidExpiry, "A presigned request lives for 1 to 604,800 whole seconds, not for \(lifetime).")
    }
    let context = try context(for: request, credentials, time)
    var signed = request.removingSignature(of: service)
    let payload = payload ?? (service.payload == .unsignedWhenPresigned ? .unsigned : .empty)
    let payloadHash = try hash(of: payload, under: service.payload, for: signed)
    if service.contentHashHeader == .sent {
      signed.headers.append(HeaderField("x-amz-content-sha256", payloadHash))
    }
    try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      try authorize(&signed, payloadHash, credentials, context, seconds, &scratch)
    }
    request = signed
    return SignedRequest(
      request: signed, placement: .query, addedHeaderCount: service.contentHashHeader == .sent ? 1 : 0,
      scope: context.scope, algorithm: algorithm, payloadHash: payloadHash,
      date: context.date, canonicalizer: canonicalizer)
  }

  /// Adds the parameters of signing to the target, and last the signature over all of it.
  private func authorize(
    _ request: inout SignableRequest, _ payloadHash: String, _ credentials: Credentials, _ context: Context,
    _ lifetimeSeconds: Int64, _ scratch: inout SigningScratch
  ) throws(SigningError) {
    try canonicalizer.appendStart(of: request, to: &scratch)
    try scratch.headers.collect(request.headers, .signable(service.sessionToken))
    scratch.target.removeAll()
    scratch.headers.appendNames(to: &scratch.target)
    let start = scratch.query.text.count
    scratch.query.add("X-Amz-Algorithm", encoded: algorithm.rawValue)
    scratch.query.add("X-Amz-Credential", context.key.credential)
    scratch.query.add("X-Amz-Date", encoded: scratch.timestamp(context.date))
    scratch.query.add("X-Amz-SignedHeaders", scratch.target)
    scratch.query.add("X-Amz-Expires", encoded: String(lifetimeSeconds))
    if let token = credentials.sessionToken {
      scratch.query.add(service.sessionToken(of: request).parameterName, token)
    }
    if let regionSet = context.regionSet { scratch.query.add("X-Amz-Region-Set", regionSet) }
    _ = try canonicalizer.appendRest(payloadHash: payloadHash, to: &scratch)
    let signature = try appendSignature(in: context, to: &scratch)

    scratch.target.removeAll()
    scratch.target.append(request.target)
    scratch.target.append(scratch.target.separatorBeforeParameter)
    scratch.target.append(start..<scratch.query.text.count, of: scratch.query.text)
    scratch.target.append("X-Amz-Signature=")
    scratch.target.append(signature, of: scratch.buffer)
    request.target = scratch.target.string()
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

  /// Returns a presigned copy of `request`, as ``presign(_:validFor:payload:with:at:)`` presigns it.
  ///
  /// - Throws: ``SigningError``.
  public func presigned(
    _ request: SignableRequest, validFor lifetime: Duration, payload: Payload? = nil, with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> SignableRequest {
    var request = request
    try presign(&request, validFor: lifetime, payload: payload, with: credentials, at: time)
    return request
  }

  /// Returns a copy of `request`, presigned with the current credentials of `provider`.
  ///
  /// For `main.swift` and actors, whose properties can't be `inout` arguments of an `async` function.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func presigned(
    _ request: SignableRequest, validFor lifetime: Duration, payload: Payload? = nil,
    with provider: some CredentialProvider,
    at time: Date? = nil
  ) async throws -> SignableRequest {
    var request = request
    try await presign(&request, validFor: lifetime, payload: payload, with: provider, at: time)
    return request
  }
}

extension ByteBuffer {
  /// What stands between the target that this holds and one more parameter.
  fileprivate var separatorBeforeParameter: StaticString {
    withBytes { bytes in
      guard let mark = bytes.indices.first(where: { bytes[$0] == 0x3F }) else { return "?" }
      return mark == bytes.count - 1 ? "" : "&"
    }
  }
}
