#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Signer {
  /// Signs `request` with the credentials that `provider` has now.
  ///
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  @discardableResult
  public func sign(
    _ request: inout SignableRequest, payload: Payload = .empty, with provider: some CredentialProvider,
    at time: Date? = nil
  ) async throws -> SignedRequest {
    let credentials = try await provider.credentials()
    return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
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

  /// Presigns `request` with the credentials that `provider` has now.
  ///
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  @discardableResult
  public func presign(
    _ request: inout SignableRequest, validFor lifetime: Duration, payload: Payload? = nil,
    with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> SignedRequest {
    let credentials = try await provider.credentials()
    return try presign(&request, validFor: lifetime, payload: payload, with: credentials, at: time ?? Date())
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

  /// Signs `request` and gets ready for its chunks with the credentials that `provider` has now.
  ///
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  public func sign(
    _ request: inout SignableRequest, chunked payload: ChunkedPayload, with provider: some CredentialProvider,
    at time: Date? = nil
  ) async throws -> ChunkedUpload {
    let credentials = try await provider.credentials()
    return try sign(&request, chunked: payload, with: credentials, at: time ?? Date())
  }
}
