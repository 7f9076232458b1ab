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
      var headers: [HeaderField] = []
      headers.reserveCapacity(request.headers.count + 1 + SigningFields.all.headers.count)
      for (name, value) in request.headersWithOneCookie {
        let header = HeaderField(name, value)
        if !header.isNamed("content-length") { headers.append(header) }
      }
      if headers["host"] == nil { headers.append(HeaderField("Host", try url.requiredHost)) }
      self.init(method: request.method.rawValue, target: url.target, headers: headers)
    }
  }

  extension HTTPClientRequest: RequestAdapter {
    /// Returns the parts of the request as AsyncHTTPClient sends them.
    ///
    /// In a presigned request, `Content-Length` is signed too, which limits an upload.
    public func signableRequest(
      for service: SigningService, in placement: SignaturePlacement
    ) throws(SigningError) -> SignableRequest {
      var request = try SignableRequest(self)
      if placement == .query, let length = headers["content-length"].first {
        request.headers.append(HeaderField("Content-Length", length))
      }
      return request
    }

    /// Returns the parts of the request as AsyncHTTPClient sends them, with its `Content-Length`.
    public func receivedRequest(for service: SigningService) throws(SigningError) -> SignableRequest {
      try signableRequest(for: service, in: .query)
    }

    /// The empty payload if the request has no body.
    ///
    /// AsyncHTTPClient doesn't expose the body of a request. Pass the same bytes, or their hash, as `payload`.
    public var signablePayload: Payload? {
      get throws(SigningError) {
        guard body == nil else {
          throw SigningError(
            .unreadablePayload,
            "AsyncHTTPClient doesn't expose the body of a request. Pass the same bytes, or their hash, as `payload`."
          )
        }
        return .empty
      }
    }

    /// Whether the request has no body.
    ///
    /// AsyncHTTPClient doesn't expose whether a body is bytes or a stream.
    public var isRepeatable: Bool { body == nil }

    /// Sets the headers and the URL, whose invalid characters are encoded, and joins the cookies.
    public mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) throws(SigningError) {
      let target = signed.request.target
      if !url.isOrigin(before: target) { url = try AbsoluteURL(url).origin + target }
      var sent: [(String, String)] = []
      sent.reserveCapacity(headers.count + signed.addedHeaders.count)
      for (name, value) in headersWithOneCookie where !isReplaced(name) { sent.append((name, value)) }
      // Signing has checked the names, which add(name:value:) would check again.
      for header in signed.addedHeaders { sent.append((header.name, header.value)) }
      headers = HTTPHeaders(sent)
    }

    /// The headers with all cookies in one field.
    ///
    /// HTTP/2 may split it, and servers join it again (RFC 9113, 8.2.3).
    fileprivate var headersWithOneCookie: HTTPHeaders {
      guard headers.reduce(0, { HeaderField($1.name, "").isNamed("cookie") ? $0 + 1 : $0 }) > 1 else { return headers }
      var joined = headers
      joined.replaceOrAdd(name: "Cookie", value: headers["cookie"].joined(separator: "; "))
      return joined
    }
  }

  extension SigningSession {
    /// Signs and sends a request, retries it if a new signature can help, and returns the response.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - payload: The payload. Required for a request with a body, because AsyncHTTPClient doesn't expose the body.
    ///   - isRepeatable: Whether the body can be sent again. Pass `true` for bytes. By default, only a request without a body is
    ///     sent again.
    ///   - timeout: The maximum time for each attempt, until the head of its response, or the end of a rejection's body.
    ///   - client: The client. Create it with `redirectConfiguration = .disallow`: otherwise it follows a redirect before this
    ///     function throws, and sends the session token to another host.
    /// - Returns: The response, of any status.
    /// - Throws: The error of the credentials, an error of AsyncHTTPClient, or ``SigningError``. Its code is `changedByClient`
    ///   if the client followed a redirect, for which the signature isn't valid. AsyncHTTPClient also throws if the body of a
    ///   400, 401 or 403 has no length and is longer than 1 MiB.
    public func execute(
      _ request: HTTPClientRequest, payload: Payload? = nil, isRepeatable: Bool? = nil, timeout: TimeAmount,
      on client: HTTPClient
    ) async throws -> HTTPClientResponse {
      try await send(request, payload: payload, isRepeatable: isRepeatable) { signed in
        let deadline = NIODeadline.now() + timeout
        var response = try await client.execute(signed, deadline: deadline)
        guard response.history.count < 2 else {
          throw SigningError.changedByClient(
            "AsyncHTTPClient followed a redirect, for which the signature isn't valid. Create the client with"
              + " redirectConfiguration = .disallow.")
        }
        let lengths = response.headers["Content-Length"].compactMap { Int($0) }
        guard [400, 401, 403].contains(response.status.code), lengths.allSatisfy({ $0 <= Self.longestRejection }) else {
          return (response, nil)
        }
        let body = try await response.body.collect(upTo: Self.longestRejection, until: deadline)
        response.body = .bytes(body)
        let headers = response.headers.map { HeaderField($0.name, $0.value) }
        return (
          response,
          ServiceErrorResponse(String(buffer: body), status: Int(response.status.code), headers: headers)
        )
      }
    }

    /// The maximum size of a rejection's body, in bytes.
    ///
    /// Most have a few hundred.
    private static let longestRejection = 1 << 20
  }

  extension HTTPClientResponse.Body {
    /// Returns all bytes.
    ///
    /// Throws if there are more than `limit`, or if they haven't arrived by `deadline`.
    fileprivate func collect(upTo limit: Int, until deadline: NIODeadline) async throws -> NIOCore.ByteBuffer {
      try await withThrowingTaskGroup(of: NIOCore.ByteBuffer.self) { group in
        group.addTask { try await collect(upTo: limit) }
        group.addTask {
          try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds))
          throw HTTPClientError.deadlineExceeded
        }
        defer { group.cancelAll() }
        return try await group.next() ?? NIOCore.ByteBuffer()
      }
    }
  }
#endif
