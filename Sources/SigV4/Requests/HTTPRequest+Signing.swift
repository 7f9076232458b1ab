#if HTTPTypes
  public import HTTPTypes
  #if canImport(FoundationEssentials)
    public import struct FoundationEssentials.Date
  #else
    public import struct Foundation.Date
  #endif

  extension SignableRequest {
    /// The parts of `request`, whose authority stands for `Host` and whose path is the target.
    ///
    /// - Parameter request: The request.
    /// - Throws: ``SigningError`` for a request without an authority.
    public init(_ request: HTTPRequest) throws(SigningError) {
      guard let authority = request.authority, !authority.isEmpty else { throw .urlWithoutHost }
      var headers = [HeaderField("Host", authority)]
      for field in request.headerFields { headers.append(HeaderField(field.name.rawName, field.value)) }
      self.init(method: request.method.rawValue, target: request.path ?? "/", headers: headers)
    }
  }

  extension Signer {
    /// Signs `request` in its headers, as ``sign(_:payload:with:at:)`` does.
    ///
    /// - Parameters:
    ///   - request: The request, with its authority and path as they will be sent.
    ///   - payload: What the request carries, which `HTTPRequest` doesn't know.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``, and leaves `request` as it was.
    @discardableResult
    public func sign(
      _ request: inout HTTPRequest, payload: Payload = .empty, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      var signable = try SignableRequest(request)
      let signed = try sign(&signable, payload: payload, with: credentials, at: time)
      for field in request.headerFields where HeaderField(field.name.rawName, "").isSetBySigning(service) {
        request.headerFields[field.name] = nil
      }
      for header in signed.addedHeaders {
        if let name = HTTPField.Name(header.name) { request.headerFields[name] = header.value }
      }
      return signed
    }

    /// Signs `request` with the credentials that `provider` has now.
    ///
    /// - Parameters:
    ///   - request: The request, with its authority and path as they will be sent.
    ///   - payload: What the request carries, which `HTTPRequest` doesn't know.
    ///   - provider: Where the credentials come from.
    ///   - time: The time of signing; where left out, the time at which the credentials have come.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: What the provider throws, or ``SigningError``; `request` is then as it was.
    @discardableResult
    public func sign(
      _ request: inout HTTPRequest, payload: Payload = .empty, with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> SignedRequest {
      let credentials = try await provider.credentials()
      return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
    }
  }
#endif
