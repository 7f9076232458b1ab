#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Signer {
  /// Signs `request` in its query, so that its URL becomes a presigned URL, which needs no `Authorization` header.
  ///
  /// The signature and its parts are added to the existing parameters, and replace those of an earlier signature. They are
  /// `X-Amz-Algorithm`, `X-Amz-Credential`, `X-Amz-Date`, `X-Amz-SignedHeaders`, `X-Amz-Expires`, `X-Amz-Security-Token` and
  /// `X-Amz-Signature`. SigV4a adds `X-Amz-Region-Set`, and S3 with a given hash adds `X-Amz-Content-Sha256`.
  ///
  /// Every header of `request` is signed and must be sent with it. For VPC Lattice, this includes
  /// `x-amz-content-sha256: UNSIGNED-PAYLOAD`, which this function sets.
  ///
  /// - Parameters:
  ///   - request: The request, as it will be sent, except for the added parameters; often with a `Host` header only.
  ///   - lifetime: How long the URL is valid for, in whole seconds from 1 to 604,800 (7 days).
  ///   - payload: The payload. VPC Lattice ignores it and signs `UNSIGNED-PAYLOAD`. So does S3, unless it is a
  ///     ``Payload/hash(_:)``, which is sent as `X-Amz-Content-Sha256`. For other services it defaults to no payload for GET,
  ///     HEAD and DELETE, and is required for other methods.
  ///   - credentials: The credentials to sign with. The URL expires no later than they do.
  ///   - time: The time of signing.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: ``SigningError``; `request` is unchanged then.
  @discardableResult
  public func presign(
    _ request: inout SignableRequest, validFor lifetime: Duration, payload: Payload? = nil,
    with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> SignedRequest {
    let (seconds, attoseconds) = lifetime.components
    // DSQL's and MSK's tokens are presigned requests, for which there is no function.
    // rule: dsql-token, msk-token
    // rule: refuse-lifetime
    guard attoseconds == 0, 1...604_800 ~= seconds else {
      throw SigningError(
        .invalidExpiry, "Invalid lifetime \(lifetime). Use 1 to 604,800 whole seconds (7 days).")
    }
    let payload = try presignedPayload(payload, of: request)
    guard request.mayBeSigned(with: fields, for: service) else {
      return try presign(unsigned: &request, seconds, payload, with: credentials, at: time)
    }
    var unsigned = request.removingSignature(fields, of: service)
    let signed = try presign(unsigned: &unsigned, seconds, payload, with: credentials, at: time)
    request = unsigned
    return signed
  }

  /// The payload that a presigned URL is signed for.
  private func presignedPayload(_ payload: Payload?, of request: SignableRequest) throws(SigningError) -> Payload {
    switch service.payload {
    case .unsigned: return .unsigned
    // rule: s3-presigned-unsigned
    case .unsignedWhenPresigned:
      // Usually, the upload isn't known yet.
      guard let payload, !payload.isComputed else { return .unsigned }
      return payload
    case .signed:
      if let payload { return payload }
      guard ["GET", "HEAD", "DELETE"].contains(request.method) else { throw .missingPayload }
      return .empty
    }
  }

  /// The payload hash to send in the query: S3 reads a presigned URL without one as `UNSIGNED-PAYLOAD`.
  private func sentHash(_ payloadHash: String) -> String? {
    service.isS3 && service.contentHashHeader == .sentUnlessPresigned && payloadHash != Payload.unsignedWord
      ? payloadHash : nil
  }

  /// Presigns a request without the fields of an earlier signature.
  private func presign(
    unsigned request: inout SignableRequest, _ seconds: Int64, _ payload: Payload, with credentials: Credentials,
    at time: Date
  ) throws(SigningError) -> SignedRequest {
    try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let values = try values(for: request, validFor: seconds, with: credentials, at: time, &workspace)
      var parameters = 0
      // rule: headers-in-query
      let (written, payloadHash) = try workspace.canonical.write(
        request, by: canonicalizer, .signable(service.sessionToken)
      ) {
        (headers, selected, query) throws(SigningError) in
        let payloadHash = try payload.hash(under: service.payload)
        headers.add(fields, values, payloadHash: payloadHash, to: selected)
        parameters = query.text.count
        // rule: signing-parameters
        query.add(fields, values, contentHash: sentHash(payloadHash), headers, listing: selected)
        return payloadHash
      }
      let signature = try workspace.appendSignature(of: written, at: values.date, with: values.key)
      let target = workspace.target(request.target, addingParametersFrom: parameters, signature)
      return SignedRequest(
        &request, .query(target), payloadHash: payloadHash, adding: fields, values,
        canonicalizedBy: canonicalizer)
    }
  }
}

extension CanonicalQuery {
  /// Adds the fields that signing sets, if they are sent in the query; the signature itself is added to the target only.
  fileprivate mutating func add(
    _ fields: SigningFields, _ values: borrowing SigningValues, contentHash: String?,
    _ headers: borrowing CanonicalHeaders, listing selected: CanonicalHeaders.Selected
  ) {
    for (content, name) in fields.parameters {
      switch content {
      case .algorithm: add(name, encoded: values.algorithm.rawValue)
      case .credential: add(name, values.key.credential)
      case .date: add(name, encoded: values.timestamp)
      case .signedHeaders: addSignedHeaders(name, headers, selected)
      // rule: lifetime
      case .lifetime: add(name, encoded: String(values.lifetime ?? 0))
      // rule: token-signed-in-query
      case .sessionToken, .s3SessionToken:
        if let token = values.token(of: content) { add(name, token) }
      // rule: sigv4a-region-set
      case .regionSet: if let regionSet = values.regionSet { add(name, regionSet) }
      // rule: s3-presigned-unsigned
      case .contentHash: if let contentHash { add(name, contentHash) }
      case .authorization, .policy, .signature: break
      }
    }
  }
}

extension SigningWorkspace {
  /// `target` with the parameters that were added to the query, from `start` on, and the signature.
  fileprivate mutating func target(
    _ original: String, addingParametersFrom start: Int, _ signature: Range<Int>
  ) -> String {
    target.removeAll()
    // rule: parameters-kept
    target.append(original)
    target.append(target.separatorBeforeParameter)
    target.append(start..<canonical.query.text.count, of: canonical.query.text)
    // rule: signing-parameters
    target.append("X-Amz-Signature=")
    target.append(signature, of: canonical.text)
    return target.string()
  }
}

extension ByteBuffer {
  /// The separator between this target and one more parameter.
  fileprivate var separatorBeforeParameter: StaticString {
    withBytes { bytes in
      guard let mark = bytes.indices.first(where: { bytes[$0] == UInt8(ascii: "?") }) else { return "?" }
      return mark == bytes.count - 1 ? "" : "&"
    }
  }
}
