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
    /// `Content-Length` is omitted, because the client sets it, and so are the headers that it adds. Several `Cookie` headers
    /// become one.
    ///
    /// - Parameter request: The request.
    /// - Throws: ``SigningError`` if the URL has no host, or if AsyncHTTPClient changes its path.
    public init(_ request: HTTPClientRequest) throws(SigningError) {
      try self.init(request.joiningCookies, RequestURL(request.url))
    }

    fileprivate init(_ request: HTTPClientRequest, _ url: RequestURL) throws(SigningError) {
      guard url.target.hasPathInUTF8 else {
        throw .changedByClient(
          "AsyncHTTPClient sends / in place of a path whose percent escapes aren't UTF-8. Use another HTTP client.")
      }
      var headers = request.headers.map { HeaderField($0.name, $0.value) }
      headers.removeAll { $0.isNamed("content-length") }
      if !headers.contains(where: { $0.isNamed("host") }) {
        headers.append(HeaderField("Host", try url.requiredHost))
      }
      self.init(method: request.method.rawValue, target: url.target, headers: headers)
    }
  }

  extension HTTPClientRequest {
    /// The request with its cookies in one field, which HTTP/2 may split and servers join again (RFC 9113, 8.2.3).
    fileprivate var joiningCookies: HTTPClientRequest {
      let cookies = headers["cookie"]
      guard cookies.count > 1 else { return self }
      var request = self
      request.headers.replaceOrAdd(name: "Cookie", value: cookies.joined(separator: "; "))
      return request
    }
  }

  extension Signer {
    /// Signs `request` in its headers, as ``sign(_:payload:with:at:)`` does.
    ///
    /// - Parameters:
    ///   - request: The request. Signing encodes the characters of its URL that a URL can't contain, and joins its cookies.
    ///   - payload: The payload; optional if there is no body, and if the service doesn't sign payloads.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``; `request` is unchanged then.
    @discardableResult
    public func sign(
      _ request: inout HTTPClientRequest, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      guard payload != nil || request.body == nil || service.payload == .unsigned else { throw .payloadIsStream }
      let url = try RequestURL(request.url)
      var sent = request.joiningCookies
      sent.url = url.text
      var signable = try SignableRequest(sent, url)
      let signed = try sign(&signable, payload: payload ?? .empty, with: credentials, at: time)
      for (name, _) in request.headers where fields.replacesHeader(name, for: service) {
        sent.headers.remove(name: name)
      }
      for header in signed.addedHeaders { sent.headers.add(name: header.name, value: header.value) }
      request = sent
      return signed
    }

    /// Signs `request` with the current credentials of `provider`.
    ///
    /// - Parameters:
    ///   - request: The request. Signing encodes the characters of its URL that a URL can't contain, and joins its cookies.
    ///   - payload: The payload; optional if there is no body, and if the service doesn't sign payloads.
    ///   - provider: The source of the credentials.
    ///   - time: The time of signing; defaults to the time at which the provider returns the credentials.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
    @discardableResult
    public func sign(
      _ request: inout HTTPClientRequest, payload: Payload? = nil, with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> SignedRequest {
      let credentials = try await provider.credentials()
      return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
    }

    /// Returns a signed copy of `request`, as ``sign(_:payload:with:at:)`` signs it.
    ///
    /// - Throws: ``SigningError``.
    public func signed(
      _ request: HTTPClientRequest, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> HTTPClientRequest {
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
      _ request: HTTPClientRequest, payload: Payload? = nil, with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> HTTPClientRequest {
      var request = request
      try await sign(&request, payload: payload, with: provider, at: time)
      return request
    }
  }
#endif
