#if AsyncHTTPClient
  public import AsyncHTTPClient
  public import NIOCore
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
      let url = try AbsoluteURL(request.url)
      guard url.target.hasPathInUTF8 else {
        throw .changedByClient(
          "AsyncHTTPClient sends / in place of a path whose percent escapes aren't UTF-8. Use another HTTP client.")
      }
      var headers = request.joiningCookies.headers.map { HeaderField($0.name, $0.value) }
      headers.removeAll { $0.isNamed("content-length") }
      if headers["host"] == nil { headers.append(HeaderField("Host", try url.requiredHost)) }
      self.init(method: request.method.rawValue, target: url.target, headers: headers)
    }
  }

  extension HTTPClientRequest: RequestAdapter {
    /// Returns the parts of the request as AsyncHTTPClient sends them.
    ///
    /// A presigned request signs its `Content-Length` too, which limits an upload.
    public func signableRequest(
      for service: SigningService, in placement: SignaturePlacement
    ) throws(SigningError) -> SignableRequest {
      var request = try SignableRequest(self)
      if placement == .query, let length = headers["content-length"].first {
        request.headers.append(HeaderField("Content-Length", length))
      }
      return request
    }

    /// No payload if there is no body.
    ///
    /// AsyncHTTPClient shows no one the body of a request: pass the same bytes as `payload`, or their hash.
    public var signablePayload: Payload? {
      get throws(SigningError) {
        guard body == nil else {
          throw SigningError(
            .unreadablePayload,
            "AsyncHTTPClient doesn't show the body of a request. Pass it as `payload` too, or its hash."
          )
        }
        return .empty
      }
    }

    /// Sets the URL, in which characters are encoded that a URL can't contain, and the headers; joins the cookies.
    public mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) throws(SigningError) {
      let url = try AbsoluteURL(url)
      var sent = joiningCookies
      sent.url = url.origin + signed.request.target
      for (name, _) in headers where isReplaced(name) { sent.headers.remove(name: name) }
      for header in signed.addedHeaders { sent.headers.add(name: header.name, value: header.value) }
      self = sent
    }

    /// The request with its cookies in one field, which HTTP/2 may split and servers join again (RFC 9113, 8.2.3).
    fileprivate var joiningCookies: HTTPClientRequest {
      let cookies = headers["cookie"]
      guard cookies.count > 1 else { return self }
      var request = self
      request.headers.replaceOrAdd(name: "Cookie", value: cookies.joined(separator: "; "))
      return request
    }
  }

  extension SigningSession {
    /// Signs and sends a request, again if a renewed signature can help, and returns the response.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - payload: The payload, for a request with a body, which AsyncHTTPClient doesn't show.
    ///   - repetition: How often the body can be sent: bytes as often as needed, most sequences once.
    ///   - timeout: The longest time for each attempt, until the head of its response.
    ///   - client: The client. Its configuration must disallow redirects.
    /// - Returns: The response, of any status; that of 400, 401 and 403 with a body in memory.
    /// - Throws: ``SigningError``, with the code `changedByClient` if the client followed a redirect, whose signature isn't
    ///   valid; the error of the credentials, or of AsyncHTTPClient, also for a rejection whose body is larger than 1 MiB.
    public func execute(
      _ request: HTTPClientRequest, payload: Payload? = nil, repetition: Repetition = .unlimited, timeout: TimeAmount,
      on client: HTTPClient
    ) async throws -> HTTPClientResponse {
      try await send(request, payload: payload, repetition: repetition) { signed in
        var response = try await client.execute(signed, timeout: timeout)
        guard response.history.count < 2 else {
          throw .changedByClient(
            "AsyncHTTPClient followed a redirect, for which a signature isn't valid. Create the client with redirectConfiguration = .disallow."
          )
        }
        guard [400, 401, 403].contains(response.status.code) else { return (response, nil) }
        let body = try await response.body.collect(upTo: 1 << 20)
        response.body = .bytes(body)
        let headers = response.headers.map { HeaderField($0.name, $0.value) }
        return (
          response,
          ServiceErrorResponse(String(buffer: body), status: Int(response.status.code), headers: headers)
        )
      }
    }
  }
#endif
