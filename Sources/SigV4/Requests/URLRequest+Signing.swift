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
    /// - Throws: ``SigningError`` for a request without a URL, or whose URL has no host.
    public init(_ request: URLRequest) throws(SigningError) {
      guard let url = request.url else { throw SigningError(.invalidTarget, "The request has no URL.") }
      guard let host = url.host(percentEncoded: true), !host.isEmpty else {
        throw SigningError(.missingHost, "The URL has no host; it should look like https://host/path.")
      }
      let fields = request.allHTTPHeaderFields ?? [:]
      var headers = fields.map { HeaderField($0.key, $0.value) }
      if !headers.contains(where: { $0.isNamed("host") }) {
        let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        let isUsualPort = url.port == nil || url.port == (url.scheme?.lowercased() == "http" ? 80 : 443)
        let port = isUsualPort ? "" : url.port.map { ":\($0)" } ?? ""
        headers.append(HeaderField("Host", bracketed + port))
      }
      self.init(method: request.httpMethod ?? "GET", target: Self.target(of: url), headers: headers)
    }

    /// What follows the authority of an absolute URL, up to a fragment.
    private static func target(of url: URL) -> String {
      let target = String(
        Substring(url.absoluteString.utf8.dropFirst(origin(of: url).utf8.count).prefix { $0 != 0x23 }))
      return target.utf8.first == 0x2F ? target : "/" + target
    }

    /// The scheme and authority of an absolute URL.
    fileprivate static func origin(of url: URL) -> String {
      let text = url.absoluteString.utf8
      let scheme = text.prefix { $0 != 0x3A }.count + 3  // ://
      let authority = text.dropFirst(scheme).prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }.count
      return String(Substring(text.prefix(scheme + authority)))
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
      for name in SignableRequest.signingHeaders(of: service) { request.setValue(nil, forHTTPHeaderField: name) }
      for header in signed.addedHeaders { request.setValue(header.value, forHTTPHeaderField: header.name) }
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
      let origin = request.url.map(SignableRequest.origin(of:)) ?? ""
      guard let url = URL(string: origin + signed.request.target) else {
        throw SigningError(.invalidTarget, "The signed URL is none that Foundation takes.")
      }
      for name in SignableRequest.signingHeaders(of: service) { request.setValue(nil, forHTTPHeaderField: name) }
      request.url = url
      return signed
    }

    private func payload(of request: URLRequest) throws(SigningError) -> Payload {
      if let body = request.httpBody { return .data(body) }
      guard request.httpBodyStream == nil || service.payload == .unsigned else {
        throw SigningError(
          .unreadablePayload, "The body is a stream, which can't be read twice; pass its hash as the payload.")
      }
      return .empty
    }
  }
#endif
