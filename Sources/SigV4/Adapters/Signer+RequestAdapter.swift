#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

// Each function signs the parts of a request and applies the result to the request. The work is done by the functions for
// SignableRequest in Signer.swift, Signer+Presigning.swift and Streaming.

extension Signer {
  /// Signs `request` in its headers, as `sign(_:payload:with:at:)` signs a ``SignableRequest``.
  ///
  /// - Parameters:
  ///   - request: The request. Signing puts it into the form in which its HTTP client sends it.
  ///   - payload: The payload. Ignored for services that don't sign payloads; defaults to the body that the request carries,
  ///     as `URLRequest` does. `HTTPRequest` and ``SignableRequest`` carry none and require it.
  ///   - credentials: The credentials to sign with.
  ///   - time: The time of signing.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if the HTTP client can't send the request as it is
  ///   signed. `request` is unchanged then.
  @discardableResult
  public func sign<Request: RequestAdapter>(
    _ request: inout Request, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> SignedRequest {
    var parts = try request.signableRequest(for: service, in: .header)
    let headerCount = parts.headers.count
    let isRead = payload == nil && service.payload != .unsigned
    let payload = isRead ? try request.signablePayload : payload
    let signed = try sign(&parts, payload: payload, with: credentials, at: time)
    try apply(signed, of: headerCount, to: &request)
    return signed
  }

  /// Signs `request` in its headers with the current credentials of `provider`.
  ///
  /// - Parameters:
  ///   - request: The request. Signing puts it into the form in which its HTTP client sends it.
  ///   - payload: The payload. Ignored for services that don't sign payloads; defaults to the body that the request carries.
  ///   - provider: The source of the credentials, such as `.default`.
  ///   - time: The time of signing; defaults to the time at which the provider returns the credentials.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  @discardableResult
  public func sign<Request: RequestAdapter>(
    _ request: inout Request, payload: Payload? = nil, with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> SignedRequest {
    let credentials = try await provider.credentials()
    return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
  }

  /// Signs `request` in its headers with the current credentials of `provider`.
  ///
  /// The generic form copies the request, which costs 100 ns.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it will be sent.
  ///   - payload: The payload. Ignored for services that don't sign payloads, otherwise required.
  ///   - provider: The source of the credentials, such as `.default`.
  ///   - time: The time of signing; defaults to the time at which the provider returns the credentials.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  @discardableResult
  public func sign(
    _ request: inout SignableRequest, payload: Payload? = nil, with provider: some CredentialProvider,
    at time: Date? = nil
  ) async throws -> SignedRequest {
    let credentials = try await provider.credentials()
    return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
  }

  /// Returns a signed copy of `request`.
  ///
  /// - Throws: ``SigningError``.
  public func signed<Request: RequestAdapter>(
    _ request: Request, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> Request {
    var request = request
    try sign(&request, payload: payload, with: credentials, at: time)
    return request
  }

  /// Returns a copy of `request`, signed with the current credentials of `provider`.
  ///
  /// For `main.swift` and actors, whose properties can't be `inout` arguments of an `async` function.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func signed<Request: RequestAdapter>(
    _ request: Request, payload: Payload? = nil, with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> Request {
    var request = request
    try await sign(&request, payload: payload, with: provider, at: time)
    return request
  }

  /// Applies the signed parts to `request`, which had `headerCount` headers.
  private func apply(
    _ signed: SignedRequest, of headerCount: Int, to request: inout some RequestAdapter
  ) throws(SigningError) {
    // Signing removes no header of most requests. For these it is enough to compare each name with the added ones.
    let isRemoving = headerCount > signed.request.headers.count - signed.addedHeaders.count
    let headers = isRemoving ? try request.signableRequest(for: service, in: signed.placement).headers : []
    try request.apply(signed) { name in
      signed.addedHeaders.contains { $0.isNamed(name) }
        || isRemoving
          && (fields.replacesHeader(name, for: service)
            || headers[name] != nil && signed.request.headers[name] == nil)
    }
  }
}

extension Signer {
  /// Presigns `request` in its query, as `presign(_:validFor:payload:with:at:)` presigns a ``SignableRequest``.
  ///
  /// - Parameters:
  ///   - request: The request; its headers are signed and must be sent with it.
  ///   - lifetime: How long the URL is valid for, in whole seconds from 1 to 604,800 (7 days).
  ///   - payload: The payload. VPC Lattice ignores it and signs `UNSIGNED-PAYLOAD`. So does S3, unless it is a
  ///     ``Payload/hash(_:)``, which is sent as `X-Amz-Content-Sha256`. For other services it defaults to the body that the
  ///     request carries. If the type carries none, it is required for methods other than GET, HEAD and DELETE.
  ///   - credentials: The credentials to sign with.
  ///   - time: The time of signing.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if the HTTP client can't send the request as it is
  ///   signed. `request` is unchanged then.
  @discardableResult
  public func presign<Request: RequestAdapter>(
    _ request: inout Request, validFor lifetime: Duration, payload: Payload? = nil, with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> SignedRequest {
    var parts = try request.signableRequest(for: service, in: .query)
    let headerCount = parts.headers.count
    let isRead = payload == nil && service.payload == .signed
    let payload = isRead ? try request.signablePayload : payload
    let signed = try presign(&parts, validFor: lifetime, payload: payload, with: credentials, at: time)
    try apply(signed, of: headerCount, to: &request)
    return signed
  }

  /// Presigns `request` with the current credentials of `provider`.
  ///
  /// - Parameters:
  ///   - request: The request; its headers are signed and must be sent with it.
  ///   - lifetime: How long the URL is valid for, in whole seconds from 1 to 604,800 (7 days). It is valid no longer than the
  ///     credentials are.
  ///   - payload: The payload. VPC Lattice ignores it and signs `UNSIGNED-PAYLOAD`. So does S3, unless it is a
  ///     ``Payload/hash(_:)``, which is sent as `X-Amz-Content-Sha256`. For other services it defaults to the body that the
  ///     request carries. If the type carries none, it is required for methods other than GET, HEAD and DELETE.
  ///   - provider: The source of the credentials, such as `.default`.
  ///   - time: The time of signing; defaults to the time at which the provider returns the credentials.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  @discardableResult
  public func presign<Request: RequestAdapter>(
    _ request: inout Request, validFor lifetime: Duration, payload: Payload? = nil,
    with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> SignedRequest {
    let credentials = try await provider.credentials()
    return try presign(&request, validFor: lifetime, payload: payload, with: credentials, at: time ?? Date())
  }

  /// Returns a presigned copy of `request`.
  ///
  /// - Throws: ``SigningError``.
  public func presigned<Request: RequestAdapter>(
    _ request: Request, validFor lifetime: Duration, payload: Payload? = nil, with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> Request {
    var request = request
    try presign(&request, validFor: lifetime, payload: payload, with: credentials, at: time)
    return request
  }

  /// Returns a copy of `request`, presigned with the current credentials of `provider`.
  ///
  /// For `main.swift` and actors, whose properties can't be `inout` arguments of an `async` function.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func presigned<Request: RequestAdapter>(
    _ request: Request, validFor lifetime: Duration, payload: Payload? = nil, with provider: some CredentialProvider,
    at time: Date? = nil
  ) async throws -> Request {
    var request = request
    try await presign(&request, validFor: lifetime, payload: payload, with: provider, at: time)
    return request
  }
}

extension Signer {
  /// Signs `request` in its headers, and prepares to frame and sign the chunks of its payload, as
  /// `sign(_:chunked:with:at:)` does for a ``SignableRequest``.
  ///
  /// - Parameters:
  ///   - request: The request without its body: set the framed chunks as its body afterwards.
  ///   - payload: The length of the payload, and its chunks.
  ///   - credentials: The credentials to sign with.
  ///   - time: The time of signing, for the chunks too, no matter when they are sent.
  /// - Returns: The signed request and the signer of its chunks.
  /// - Throws: ``SigningError``, also for a request with a body; `request` is unchanged then.
  public func sign<Request: RequestAdapter>(
    _ request: inout Request, chunked payload: ChunkedPayload, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> ChunkedUpload {
    guard try request.signablePayload?.isEmpty ?? true else {
      throw SigningError(
        .invalidStream,
        "The request has a body, which isn't framed in chunks. Remove the body, sign the request, and then set the framed chunks as its body."
      )
    }
    var parts = try request.signableRequest(for: service, in: .header)
    let headerCount = parts.headers.count
    let upload = try sign(&parts, chunked: payload, with: credentials, at: time)
    try apply(upload.signedRequest, of: headerCount, to: &request)
    return upload
  }

  /// Signs `request` and prepares its chunks with the current credentials of `provider`.
  ///
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  public func sign<Request: RequestAdapter>(
    _ request: inout Request, chunked payload: ChunkedPayload, with provider: some CredentialProvider,
    at time: Date? = nil
  ) async throws -> ChunkedUpload {
    let credentials = try await provider.credentials()
    return try sign(&request, chunked: payload, with: credentials, at: time ?? Date())
  }

  /// Returns a signed copy of `request`, and the signer of its chunks.
  ///
  /// - Throws: ``SigningError``.
  public func signed<Request: RequestAdapter>(
    _ request: Request, chunked payload: ChunkedPayload, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> (request: Request, upload: ChunkedUpload) {
    var request = request
    let upload = try sign(&request, chunked: payload, with: credentials, at: time)
    return (request, upload)
  }

  /// Returns a copy of `request`, signed with the current credentials of `provider`, and the signer of its chunks.
  ///
  /// For `main.swift` and actors, whose properties can't be `inout` arguments of an `async` function.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func signed<Request: RequestAdapter>(
    _ request: Request, chunked payload: ChunkedPayload, with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> (request: Request, upload: ChunkedUpload) {
    var request = request
    let upload = try await sign(&request, chunked: payload, with: provider, at: time)
    return (request, upload)
  }
}

extension Signer {
  /// Signs `request` in its headers, and returns a signer for the event messages that it sends, as
  /// `signEvents(of:with:at:)` does for a ``SignableRequest``.
  ///
  /// - Parameters:
  ///   - request: The request. Its body is the stream of messages.
  ///   - credentials: The credentials to sign the request and its messages with.
  ///   - time: The time of signing the request.
  /// - Returns: The signed request, and the signer of its messages.
  /// - Throws: ``SigningError``; `request` is unchanged then.
  public func signEvents<Request: RequestAdapter>(
    of request: inout Request, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> (request: SignedRequest, events: EventSigner) {
    var parts = try request.signableRequest(for: service, in: .header)
    let headerCount = parts.headers.count
    let stream = try signEvents(of: &parts, with: credentials, at: time)
    try apply(stream.request, of: headerCount, to: &request)
    return stream
  }

  /// Signs `request`, and returns a signer for its event messages, with the current credentials of `provider`.
  ///
  /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
  public func signEvents<Request: RequestAdapter>(
    of request: inout Request, with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> (request: SignedRequest, events: EventSigner) {
    let credentials = try await provider.credentials()
    return try signEvents(of: &request, with: credentials, at: time ?? Date())
  }

  /// Returns a signed copy of `request`, and the signer of its event messages.
  ///
  /// - Throws: ``SigningError``.
  public func signingEvents<Request: RequestAdapter>(
    of request: Request, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> (request: Request, events: EventSigner) {
    var request = request
    let events = try signEvents(of: &request, with: credentials, at: time).events
    return (request, events)
  }

  /// Returns a copy of `request`, signed with the current credentials of `provider`, and the signer of its event messages.
  ///
  /// For `main.swift` and actors, whose properties can't be `inout` arguments of an `async` function.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func signingEvents<Request: RequestAdapter>(
    of request: Request, with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> (request: Request, events: EventSigner) {
    var request = request
    let events = try await signEvents(of: &request, with: provider, at: time).events
    return (request, events)
  }
}
