#if AsyncHTTPClient
  public import AsyncHTTPClient
  #if canImport(FoundationEssentials)
    public import struct FoundationEssentials.Date
  #else
    public import struct Foundation.Date
  #endif
  import NIOHTTP1

  extension SignableRequest {
    /// The parts of `request` as AsyncHTTPClient sends them.
    ///
    /// - Parameter request: The request.
    /// - Throws: ``SigningError`` where the URL has no host.
    public init(_ request: HTTPClientRequest) throws(SigningError) {
      guard let url = RequestURL(request.url) else { throw .urlWithoutHost }
      var headers = request.headers.map { HeaderField($0.name, $0.value) }
      if !headers.contains(where: { $0.isNamed("host") }) { headers.append(HeaderField("Host", url.host)) }
      self.init(method: request.method.rawValue, target: url.target, headers: headers)
    }
  }

  extension Signer {
    /// Signs `request` in its headers, as ``sign(_:payload:with:at:)`` does.
    ///
    /// - Parameters:
    ///   - request: The request; its URL stays as it is.
    ///   - payload: What the request carries; it may be left out where there is no body, and where the service wants
    ///     the payload unsigned.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``, and leaves `request` as it was.
    @discardableResult
    public func sign(
      _ request: inout HTTPClientRequest, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      guard payload != nil || request.body == nil || service.payload == .unsigned else { throw .payloadIsStream }
      var signable = try SignableRequest(request)
      let signed = try sign(&signable, payload: payload ?? .empty, with: credentials, at: time)
      for (name, _) in request.headers where HeaderField(name, "").isSetBySigning(service) {
        request.headers.remove(name: name)
      }
      for header in signed.addedHeaders { request.headers.add(name: header.name, value: header.value) }
      return signed
    }

    /// Signs `request` with the credentials that `provider` has now.
    ///
    /// - Parameters:
    ///   - request: The request; its URL stays as it is.
    ///   - payload: What the request carries; it may be left out where there is no body, and where the service wants
    ///     the payload unsigned.
    ///   - provider: Where the credentials come from.
    ///   - time: The time of signing; where left out, the time at which the credentials have come.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: What the provider throws, or ``SigningError``; `request` is then as it was.
    @discardableResult
    public func sign(
      _ request: inout HTTPClientRequest, payload: Payload? = nil, with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> SignedRequest {
      let credentials = try await provider.credentials()
      return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
    }
  }
#endif
