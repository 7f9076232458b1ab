#if URLSession
  public import Foundation
  #if canImport(FoundationNetworking)
    public import FoundationNetworking
  #endif

  extension SignableRequest {
    /// The parts of `request` as `URLSession` sends them.
    ///
    /// The target is the text of the URL, and `Host` its host, with the port if it isn't the scheme's default. `Cookie` and `Content-Length` are omitted, because a session replaces them, and so are the headers that it
    /// adds.
    ///
    /// - Parameter request: The request.
    /// - Throws: ``SigningError`` if the request has no URL with a host, or if `URLSession` changes one of its headers.
    public init(_ request: URLRequest) throws(SigningError) {
      try self.init(request, RequestURL(request))
      headers.removeAll(where: \.isReplacedBySession)
    }

    /// The parts of `request`, with all of its headers.
    fileprivate init(_ request: URLRequest, _ url: RequestURL) throws(SigningError) {
      var headers: [HeaderField] = []
      for (name, value) in request.allHTTPHeaderFields ?? [:] {
        guard value.utf8.allSatisfy({ $0 < 0x80 }) else { throw .headerOutsideASCII(name) }
        guard !headers.contains(where: { $0.isNamed(name) }) else {
          throw .changedByClient("URLSession sends one of the two headers called \(name) only. Remove the other.")
        }
        headers.append(HeaderField(name, value).asSent)
      }
      if !headers.contains(where: { $0.isNamed("host") }) {
        headers.append(HeaderField("Host", try url.requiredHost))
      }
      self.init(method: request.httpMethod ?? "GET", target: url.target, headers: headers)
    }
  }

  extension Signer {
    /// Signs `request` in its headers, as ``sign(_:payload:with:at:)`` does.
    ///
    /// `URL(string:)` encodes each `%` again if another character of the URL needs encoding: `/a%20b/ä` becomes
    /// `/a%2520b/%C3%A4`, which is another resource. Use `URL(string:encodingInvalidCharacters:)` with `false`, which returns
    /// `nil` for such a URL, or add the unencoded path with `appending(path:)`.
    ///
    /// Set headers on the request and not in the session's configuration, whose headers aren't signed. A `Cookie` isn't
    /// signed, because a session replaces it by its stored cookies, and neither is `Content-Length`.
    ///
    /// - Parameters:
    ///   - request: The request. Signing removes the dot segments and the fragment of its URL, as `URLSession` does.
    ///   - payload: The payload; defaults to the request's `httpBody`.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if `URLSession` can't send the request as it is
    ///   signed: a GET or HEAD request with a body, an S3 key with dot segments, a dot segment written `%2E`, a header
    ///   outside ASCII. `request` is unchanged then.
    @discardableResult
    public func sign(
      _ request: inout URLRequest, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      let url = try url(of: request)
      var signable = try SignableRequest(request, url)
      signable.headers.removeAll(where: \.isReplacedBySession)
      let payload = if let payload { payload } else { try self.payload(of: request) }
      let signed = try sign(&signable, payload: payload, with: credentials, at: time)
      try request.set(url.text, signed.addedHeaders, of: service)
      return signed
    }

    /// Signs `request` with the current credentials of `provider`.
    ///
    /// - Parameters:
    ///   - request: The request. Signing removes the dot segments and the fragment of its URL, as `URLSession` does.
    ///   - payload: The payload; defaults to the request's `httpBody`.
    ///   - provider: The source of the credentials.
    ///   - time: The time of signing; defaults to the time at which the provider returns the credentials.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
    @discardableResult
    public func sign(
      _ request: inout URLRequest, payload: Payload? = nil, with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> SignedRequest {
      let credentials = try await provider.credentials()
      return try sign(&request, payload: payload, with: credentials, at: time ?? Date())
    }

    /// Returns a signed copy of `request`, as ``sign(_:payload:with:at:)`` signs it.
    ///
    /// - Throws: ``SigningError``.
    public func signed(
      _ request: URLRequest, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> URLRequest {
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
      _ request: URLRequest, payload: Payload? = nil, with provider: some CredentialProvider, at time: Date? = nil
    ) async throws -> URLRequest {
      var request = request
      try await sign(&request, payload: payload, with: provider, at: time)
      return request
    }

    /// Signs `request` in its query, as ``presign(_:validFor:payload:with:at:)`` does.
    ///
    /// - Parameters:
    ///   - request: The request; its headers are signed and must be sent with it, except `Cookie`, which a session replaces.
    ///   - lifetime: How long the URL is valid for, in whole seconds from 1 to 604,800 (7 days).
    ///   - payload: The payload; defaults to the service's rule.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
    /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if `URLSession` can't send the request as it is
    ///   signed. `request` is unchanged then.
    @discardableResult
    public func presign(
      _ request: inout URLRequest, validFor lifetime: Duration, payload: Payload? = nil,
      with credentials: Credentials, at time: Date = Date()
    ) throws(SigningError) -> SignedRequest {
      let url = try url(of: request)
      guard !url.hasUser else {
        throw .changedByClient(
          "URLSession sends the user in the URL as Authorization, which AWS rejects with a presigned URL. Remove the user."
        )
      }
      var signable = try SignableRequest(request, url)
      signable.headers.removeAll { $0.isNamed("cookie") }
      let signed = try presign(&signable, validFor: lifetime, payload: payload, with: credentials, at: time)
      try request.set(url.origin + signable.target, signed.addedHeaders, of: service)
      return signed
    }

    /// Presigns `request` with the current credentials of `provider`.
    ///
    /// - Throws: The provider's error, or ``SigningError``; `request` is unchanged then.
    @discardableResult
    public func presign(
      _ request: inout URLRequest, validFor lifetime: Duration, payload: Payload? = nil,
      with provider: some CredentialProvider, at time: Date? = nil
    ) async throws -> SignedRequest {
      let credentials = try await provider.credentials()
      return try presign(&request, validFor: lifetime, payload: payload, with: credentials, at: time ?? Date())
    }

    /// Returns a presigned copy of `request`, as ``presign(_:validFor:payload:with:at:)`` presigns it.
    ///
    /// - Throws: ``SigningError``.
    public func presigned(
      _ request: URLRequest, validFor lifetime: Duration, payload: Payload? = nil, with credentials: Credentials,
      at time: Date = Date()
    ) throws(SigningError) -> URLRequest {
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
      _ request: URLRequest, validFor lifetime: Duration, payload: Payload? = nil,
      with provider: some CredentialProvider,
      at time: Date? = nil
    ) async throws -> URLRequest {
      var request = request
      try await presign(&request, validFor: lifetime, payload: payload, with: provider, at: time)
      return request
    }

    /// Signs `request` in its headers, and gets ready to frame and sign the chunks of its payload, as
    /// ``sign(_:chunked:with:at:)`` does.
    ///
    /// - Parameters:
    ///   - request: The request, without its body: set `httpBody` to the framed chunks afterwards.
    ///   - payload: The length of the payload, and how it is cut up.
    ///   - credentials: The credentials to sign with.
    ///   - time: The time of signing.
    /// - Returns: The signed request and what its chunks need.
    /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if `URLSession` can't send the request as it is
    ///   signed. `request` is unchanged then.
    package func sign(
      _ request: inout URLRequest, chunked payload: ChunkedPayload, with credentials: Credentials,
      at time: Date = Date()
    ) throws(SigningError) -> ChunkedUpload {
      let url = try url(of: request, hasBody: true)
      var signable = try SignableRequest(request, url)
      signable.headers.removeAll(where: \.isReplacedBySession)
      let upload = try sign(&signable, chunked: payload, with: credentials, at: time)
      try request.set(url.text, upload.signedRequest.addedHeaders, of: service)
      return upload
    }

    /// The URL of `request` as `URLSession` sends it; throws if that isn't the resource that `request` names.
    private func url(of request: URLRequest, hasBody: Bool = false) throws(SigningError) -> RequestURL {
      let hasBody = hasBody || request.httpBody?.isEmpty == false || request.httpBodyStream != nil
      if hasBody, let method = request.httpMethod, ["GET", "HEAD"].contains(method) {
        throw .changedByClient(
          "URLSession doesn't send a body with \(method). Use another method, such as POST, or another HTTP client.")
      }
      var url = try RequestURL(request)
      try url.removeDotSegments(for: service)
      return url
    }

    private func payload(of request: URLRequest) throws(SigningError) -> Payload {
      if let body = request.httpBody { return .data(body) }
      guard request.httpBodyStream == nil || service.payload == .unsigned else { throw .payloadIsStream }
      return .empty
    }
  }

  extension HeaderField {
    /// The header as `URLSession` sends it: libcurl drops a header of white space, but sends an empty one.
    fileprivate var asSent: HeaderField { isBlank ? HeaderField(name, "") : self }

    /// Whether a session puts its stored cookies, or the length of the body, into this header.
    fileprivate var isReplacedBySession: Bool { isNamed("cookie") || isNamed("content-length") }
  }

  extension URLRequest {
    /// Sets the URL, and replaces the headers that an earlier signing has set.
    fileprivate mutating func set(
      _ text: String, _ headers: some Sequence<HeaderField>, of service: SigningService
    ) throws(SigningError) {
      if url?.absoluteString != text {
        guard let sent = URL(string: text, encodingInvalidCharacters: false) else {
          throw SigningError(.invalidTarget, "Foundation rejects the URL that was signed.")
        }
        url = sent
      }
      // All at once: one by one, Foundation reads each value again character by character, which takes 20 signatures' time.
      var fields: [String: String] = [:]
      for (name, value) in allHTTPHeaderFields ?? [:] {
        let field = HeaderField(name, value)
        if !SigningFields.all.replacesHeader(name, for: service) { fields[name] = field.asSent.value }
      }
      for header in headers { fields[header.name] = header.value }
      allHTTPHeaderFields = fields
    }
  }

  extension RequestURL {
    fileprivate init(_ request: URLRequest) throws(SigningError) {
      guard let text = request.url?.absoluteString else {
        throw SigningError(.invalidTarget, "The request has no URL.")
      }
      try self.init(text)
    }
  }
#endif
