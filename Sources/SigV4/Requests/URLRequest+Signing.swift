#if URLSession
  public import Foundation
  #if canImport(FoundationNetworking)
    public import FoundationNetworking
  #endif

  extension SignableRequest {
    /// The parts of `request` as `URLSession` sends them.
    ///
    /// The target is taken from the text of the URL, byte by byte, and `Host` from its host, with the port where it
    /// isn't the scheme's own. Headers that `URLSession` adds by itself stay out, and so out of the signature.
    ///
    /// - Parameter request: The request.
    /// - Throws: ``SigningError`` for a request without a URL, or whose URL has no host.
    public init(_ request: URLRequest) throws(SigningError) {
      let url = try RequestURL(request)
      var headers = (request.allHTTPHeaderFields ?? [:]).map { HeaderField($0.key, $0.value) }
      if !headers.contains(where: { $0.isNamed("host") }) { headers.append(HeaderField("Host", url.host)) }
      self.init(method: request.httpMethod ?? "GET", target: url.target, headers: headers)
    }
  }

  extension Signer {
    /// Signs `request` in its headers, as ``sign(_:payload:with:at:)`` does.
    ///
    /// - Parameters:
    ///   - request: The request; its URL stays as it is.
    ///   - payload: What the request carries; where left out, its `httpBody`.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``, and leaves `request` as it was.
    @discardableResult
    public func sign(
      _ request: inout URLRequest, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      var signable = try SignableRequest(request)
      let payload = if let payload { payload } else { try self.payload(of: request) }
      let signed = try sign(&signable, payload: payload, with: credentials, at: time)
      request.setSigningHeaders(signed.addedHeaders, of: service)
      return signed
    }

    /// Signs `request` with the credentials that `provider` has now.
    ///
    /// - Parameters:
    ///   - request: The request; its URL stays as it is.
    ///   - payload: What the request carries; where left out, its `httpBody`.
    ///   - provider: Where the credentials come from.
    ///   - time: The time of signing; where left out, the time at which the credentials have come.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: What the provider throws, or ``SigningError``; `request` is then as it was.
    @discardableResult
    public func sign(
      _ request: inout URLRequest, payload: Payload? = nil, with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> SignedRequest {
      let credentials = try await provider.credentials()
      return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
    }

    /// Signs `request` in its query, as ``presign(_:validFor:payload:with:at:)`` does; its URL is good by itself.
    ///
    /// - Parameters:
    ///   - request: The request; its headers are signed and must be sent along.
    ///   - lifetime: How long the URL is good for, in whole seconds from 1 to 604,800 (7 days).
    ///   - payload: What the request will carry; where left out, the service's rule.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``, and leaves `request` as it was.
    @discardableResult
    public func presign(
      _ request: inout URLRequest, validFor lifetime: Duration, payload: Payload? = nil,
      with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      var signable = try SignableRequest(request)
      let signed = try presign(&signable, validFor: lifetime, payload: payload, with: credentials, at: time)
      guard let url = URL(string: try RequestURL(request).origin + signable.target) else {
        throw SigningError(.invalidTarget, "The signed URL is none that Foundation takes.")
      }
      request.setSigningHeaders(signed.addedHeaders, of: service)
      request.url = url
      return signed
    }

    private func payload(of request: URLRequest) throws(SigningError) -> Payload {
      if let body = request.httpBody { return .data(body) }
      guard request.httpBodyStream == nil || service.payload == .unsigned else { throw .payloadIsStream }
      return .empty
    }
  }

  extension URLRequest {
    /// Puts `headers` in the place of those that an earlier signing has set.
    fileprivate mutating func setSigningHeaders(_ headers: some Sequence<HeaderField>, of service: SigningService) {
      // All at once: one by one, Foundation reads each value again character by character, which takes 20 signatures' time.
      var fields = (allHTTPHeaderFields ?? [:]).filter { !HeaderField($0.key, $0.value).isSetBySigning(service) }
      for header in headers { fields[header.name] = header.value }
      allHTTPHeaderFields = fields
    }
  }

  extension RequestURL {
    fileprivate init(_ request: URLRequest) throws(SigningError) {
      guard let text = request.url?.absoluteString else {
        throw SigningError(.invalidTarget, "The request has no URL.")
      }
      guard let url = RequestURL(text) else { throw .urlWithoutHost }
      self = url
    }
  }
#endif
