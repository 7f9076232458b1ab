#if HTTPTypes
  public import HTTPTypes
  #if canImport(FoundationEssentials)
    public import struct FoundationEssentials.Date
  #else
    public import struct Foundation.Date
  #endif

  extension SignableRequest {
    /// The parts of `request`, whose authority is `Host` and whose path is the target.
    ///
    /// Several cookies become one field, as in HTTP/1.1, whether they came in one field or in several (RFC 9113, 8.2.3).
    ///
    /// - Parameter request: The request.
    /// - Throws: ``SigningError`` if the request has no authority.
    public init(_ request: HTTPRequest) throws(SigningError) {
      guard let authority = request.authority, !authority.isEmpty else { throw .requestWithoutAuthority }
      // rule: host-as-sent
      var headers = [HeaderField("Host", authority)]
      for field in request.headerFields where field.name != .cookie {
        headers.append(HeaderField(field.name.rawName, field.value))
      }
      if let cookies = request.headerFields[.cookie] { headers.append(HeaderField("Cookie", cookies)) }
      self.init(method: request.method.rawValue, target: request.path ?? "/", headers: headers)
    }
  }

  extension HTTPRequest {
    /// The request in the form in which every HTTP client sends it.
    ///
    /// Authority and path are as in a URL's normal form, and repeated fields are joined.
    fileprivate func asSent(to service: SigningService) throws(SigningError) -> HTTPRequest {
      guard method != .connect else {
        throw .changedByClient("HTTP clients don't send the path of CONNECT. Use another method, or sign the parts.")
      }
      let uppercase = HTTPRequest.Method(method.rawValue.uppercased())
      guard uppercase == method || ![.get, .head, .post, .put, .delete].contains(uppercase) else {
        throw .changedByClient("URLSession sends the method \(method.rawValue) in upper case. Write it so.")
      }
      var sent = self
      sent.authority = try authorityAsSent
      sent.path = try service.removingDotSegments(from: pathAsSent)
      for field in headerFields {
        guard !HeaderField(field.name.rawName, "").isNamed("host") else {
          throw SigningError(.missingHost, "The request has a Host field and an authority. Remove the field.")
        }
        guard field.value.utf8.allSatisfy({ $0 < 0x80 }) else { throw .headerOutsideASCII(field.name.rawName) }
        // Cookies stay apart, as HTTP/2 sends them; HTTP/1.1 joins them by "; ".
        if field.name != .cookie, sent.headerFields[values: field.name].count > 1 {
          sent.headerFields[field.name] = headerFields[field.name]
        }
      }
      return sent
    }

    private var authorityAsSent: String {
      get throws(SigningError) {
        guard let authority, let read = URLAuthority(authority[...].utf8, scheme: scheme ?? "") else {
          throw .requestWithoutAuthority
        }
        guard let host = read.host else {
          throw SigningError(
            .missingHost,
            "Invalid authority. Use a host in ASCII, with or without a port.")
        }
        return host
      }
    }

    private var pathAsSent: String {
      get throws(SigningError) {
        let path = path ?? ""
        guard path.isEmpty || "/?".utf8.contains(path.utf8.first ?? 0), !path.utf8.contains(UInt8(ascii: "#")) else {
          throw SigningError(
            .invalidTarget,
            "Invalid path. Use one that starts with / and has no #, or encode the #.")
        }
        return path.encodedTarget
      }
    }
  }

  extension SigningError {
    fileprivate static let requestWithoutAuthority = SigningError(
      .missingHost, "The request has no authority. Set it to the host, with the port if it isn't the scheme's default.")
  }

  extension Signer {
    /// Signs `request` in its headers, as ``sign(_:payload:with:at:)`` does.
    ///
    /// If `URLSession` sends the request, sign the `URLRequest` instead: its session replaces cookies and rejects a GET request
    /// with a body.
    ///
    /// - Parameters:
    ///   - request: The request. Signing puts it into the form in which HTTP clients send it: the default port is removed
    ///     from the authority, dot segments are removed from the path and characters encoded that a URL can't contain, cookies
    ///     are joined by `; ` and other repeated fields by `, `.
    ///   - payload: The payload, which isn't part of an `HTTPRequest`.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if HTTP clients don't send the request as it is
    ///   signed: CONNECT, HEAD with a payload, an S3 key with dot segments, a dot segment written `%2E`, a field outside
    ///   ASCII. `request` is unchanged then.
    @discardableResult
    public func sign(
      _ request: inout HTTPRequest, payload: Payload = .empty, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      var sent = try request.asSent(to: service)
      var signable = try SignableRequest(sent)
      let signed = try sign(&signable, payload: payload, with: credentials, at: time)
      guard request.method != .head || [SHA256Digest.hexOfNothing, Payload.unsignedWord].contains(signed.payloadHash)
      else {
        throw .changedByClient("HTTP clients don't all send a body with HEAD. Use another method, such as GET.")
      }
      for field in request.headerFields where fields.replacesHeader(field.name.rawName, for: service) {
        sent.headerFields[field.name] = nil
      }
      for header in signed.addedHeaders {
        if let name = HTTPField.Name(header.name) { sent.headerFields[name] = header.value }
      }
      request = sent
      return signed
    }

    /// Signs `request` with the current credentials of `provider`.
    ///
    /// - Parameters:
    ///   - request: The request. Signing puts it into the form in which HTTP clients send it.
    ///   - payload: The payload, which isn't part of an `HTTPRequest`.
    ///   - provider: The source of the credentials.
    ///   - time: The time of signing; defaults to the time at which the provider returns the credentials.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
    @discardableResult
    public func sign(
      _ request: inout HTTPRequest, payload: Payload = .empty, with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> SignedRequest {
      let credentials = try await provider.credentials()
      return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
    }

    /// Returns a signed copy of `request`, as ``sign(_:payload:with:at:)`` signs it.
    ///
    /// - Throws: ``SigningError``.
    public func signed(
      _ request: HTTPRequest, payload: Payload = .empty, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> HTTPRequest {
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
      _ request: HTTPRequest, payload: Payload = .empty, with provider: some CredentialProvider, at time: Date? = nil
    ) async throws -> HTTPRequest {
      var request = request
      try await sign(&request, payload: payload, with: provider, at: time)
      return request
    }
  }
#endif
