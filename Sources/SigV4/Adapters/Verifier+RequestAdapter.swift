#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

// The functions of Verifier.swift for every type of request, and those that look up secrets.

extension Verifier {
  /// Reads the signature of `request`, as ``claim(of:at:)`` does for a ``SignableRequest``.
  ///
  /// - Throws: ``VerificationError``: the first of its codes that applies, up to `expired`.
  public func claim(of request: some RequestAdapter, at time: Date = Date()) throws(VerificationError) -> SignatureClaim
  {
    try claim(of: received(request), at: time)
  }

  /// Verifies `request`, such as an `HTTPRequest`, as ``verify(_:payload:with:at:)`` does for a ``SignableRequest``.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - payload: The body of the request, or its hash; `.unsigned` if the service doesn't sign payloads.
  ///   - credentials: The credentials of the request's access key ID; `nil` if the ID is unknown.
  ///   - time: The verifier's clock.
  /// - Returns: The signer of the request, and the parts that the signature covers.
  /// - Throws: ``VerificationError`` for the first check that fails.
  public func verify(
    _ request: some RequestAdapter, payload: Payload, with credentials: Credentials?, at time: Date = Date()
  ) throws(VerificationError) -> VerifiedRequest {
    try verify(received(request), payload: payload, with: credentials, at: time)
  }

  /// Verifies `request` with credentials that are looked up by access key ID, after the checks that need no secret.
  ///
  /// ```swift
  /// let verified = try await verifier.verify(request, payload: .bytes(body)) { id in keys[id] }
  /// ```
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - payload: The body of the request, or its hash. It is ignored if the service doesn't sign payloads; pass
  ///     `.unsigned` then.
  ///   - time: The verifier's clock; defaults to the time of the call.
  ///   - credentials: Returns the credentials of an access key ID; `nil` if the ID is unknown.
  /// - Returns: The signer of the request, and the parts that the signature covers.
  /// - Throws: ``VerificationError`` for the first check that fails, or an error of `credentials`.
  nonisolated(nonsending) public func verify(
    _ request: some RequestAdapter, payload: Payload, at time: Date? = nil,
    credentials: (_ accessKeyID: String) async throws -> Credentials?
  ) async throws -> VerifiedRequest {
    try await verify(received(request), payload: payload, at: time) { claim in
      .credentials(try await credentials(claim.accessKeyID))
    }
  }

  /// Verifies `request` with a signing key that a key service derives, after the checks that need no secret.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - payload: The body of the request, or its hash. It is ignored if the service doesn't sign payloads; pass
  ///     `.unsigned` then.
  ///   - time: The verifier's clock; defaults to the time of the call.
  ///   - scopedCredentials: Returns the signing key of an access key ID for ``SignatureClaim/scope``; `nil` if the ID is unknown.
  /// - Returns: The signer of the request, and the parts that the signature covers.
  /// - Throws: ``VerificationError`` for the first check that fails, or an error of `scopedCredentials`.
  nonisolated(nonsending) public func verify(
    _ request: some RequestAdapter, payload: Payload, at time: Date? = nil,
    scopedCredentials: (_ accessKeyID: String, SignatureClaim) async throws -> ScopedCredentials?
  ) async throws -> VerifiedRequest {
    try await verify(received(request), payload: payload, at: time) { claim in
      .scopedCredentials(try await scopedCredentials(claim.accessKeyID, claim))
    }
  }

  /// Verifies `request` before its body is read, and returns a body that is verified while it is read.
  ///
  /// If the request doesn't send the body's hash, the body is first read into memory, up to
  /// ``Verifier/Limits/collectedBodyBytes``. Few services other than S3 require the hash. A GET or HEAD request without
  /// `Content-Length` must have no body, so nothing is read first. A body that no signature covers is returned unchanged;
  /// ``VerifiedRequest/bodyCoverage`` reports it.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - body: The body, in pieces of bytes. It must end or throw in finite time: the verifier sets no deadline.
  ///   - time: The verifier's clock; defaults to the time of the call.
  ///   - credentials: Returns the credentials of an access key ID; `nil` if the ID is unknown.
  /// - Returns: The signer of the request and the parts that the signature covers, and the body to read.
  /// - Throws: ``VerificationError`` for the first check that fails, also for a body of event messages, which
  ///   ``EventVerifier`` verifies; or an error of `body` or `credentials`.
  nonisolated(nonsending) public func verify<Body>(
    _ request: some RequestAdapter, body: Body, at time: Date? = nil,
    credentials: (_ accessKeyID: String) async throws -> Credentials?
  ) async throws -> (request: VerifiedRequest, body: VerifiedBody<Body>) {
    try await verify(received(request), body: body, at: time) { claim in
      .credentials(try await credentials(claim.accessKeyID))
    }
  }

  /// Verifies `request` with a signing key that a key service derives, before its body is read.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was received.
  ///   - body: The body, in pieces of bytes. It must end or throw in finite time: the verifier sets no deadline.
  ///   - time: The verifier's clock; defaults to the time of the call.
  ///   - scopedCredentials: Returns the signing key of an access key ID for ``SignatureClaim/scope``; `nil` if the ID is unknown.
  /// - Returns: The signer of the request and the parts that the signature covers, and the body to read.
  /// - Throws: ``VerificationError`` for the first check that fails, also for a body of event messages, which
  ///   ``EventVerifier`` verifies; or an error of `body` or `scopedCredentials`.
  nonisolated(nonsending) public func verify<Body>(
    _ request: some RequestAdapter, body: Body, at time: Date? = nil,
    scopedCredentials: (_ accessKeyID: String, SignatureClaim) async throws -> ScopedCredentials?
  ) async throws -> (request: VerifiedRequest, body: VerifiedBody<Body>) {
    try await verify(received(request), body: body, at: time) { claim in
      .scopedCredentials(try await scopedCredentials(claim.accessKeyID, claim))
    }
  }

  private func received(_ request: some RequestAdapter) throws(VerificationError) -> SignableRequest {
    do { return try request.receivedRequest(for: service) } catch { throw VerificationError(error) }
  }
}
