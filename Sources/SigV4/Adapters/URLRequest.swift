#if URLSession
  #if canImport(FoundationNetworking)
    public import Foundation
    public import FoundationNetworking
  #else
    public import Foundation
  #endif

  extension SignableRequest {
    /// The parts of `request` as `URLSession` sends them.
    ///
    /// The target is the text of the URL, and `Host` its host, with the port if it isn't the scheme's default. `Cookie` and
    /// `Content-Length` are omitted, because a session replaces them, and so are the headers that it adds.
    ///
    /// - Parameter request: The request.
    /// - Throws: ``SigningError`` if the request has no URL with a host, or if `URLSession` changes one of its headers.
    public init(_ request: URLRequest) throws(SigningError) {
      try self.init(request, AbsoluteURL(request))
      headers.removeAll(where: \.isReplacedBySession)
    }

    /// The parts of `request`, with all of its headers.
    fileprivate init(_ request: URLRequest, _ url: AbsoluteURL) throws(SigningError) {
      var headers: [HeaderField] = []
      for (name, value) in request.allHTTPHeaderFields ?? [:] {
        guard value.withBytes({ $0.isASCII }) else { throw .headerOutsideASCII(name) }
        guard !headers.contains(where: { $0.isNamed(name) }) else {
          throw .changedByClient("URLSession sends only one of the two headers named \(name). Remove one.")
        }
        headers.append(HeaderField(name, value).asSent)
      }
      if !headers.contains(where: { $0.isNamed("host") }) {
        headers.append(HeaderField("Host", try url.requiredHost))
      }
      self.init(method: request.httpMethod ?? "GET", target: url.target, headers: headers)
    }
  }

  extension URLRequest: RequestAdapter {
    /// Returns the parts of the request as `URLSession` sends them.
    ///
    /// Dot segments and the fragment of the URL are removed, as a session does. `URL(string:)` encodes each `%` again if
    /// another character of the URL needs encoding: `/a%20b/ä` becomes `/a%2520b/%C3%A4`, which is another resource. Use
    /// `URL(string:encodingInvalidCharacters:)` with `false`, which returns `nil` for such a URL, or add the unencoded path
    /// with `appending(path:)`.
    ///
    /// Set headers on the request and not in the session's configuration, whose headers aren't signed. A `Cookie` isn't signed,
    /// because a session replaces it with its stored cookies. `Content-Length` is signed only in a presigned request, where it
    /// limits an upload.
    ///
    /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if `URLSession` can't send the request as it is
    ///   signed. Examples are a GET or HEAD request with a body, and an S3 key with dot segments. Others are a dot segment
    ///   written `%2E`, a header outside ASCII, and a presigned URL with a user.
    public func signableRequest(
      for service: SigningService, in placement: SignaturePlacement
    ) throws(SigningError) -> SignableRequest {
      if httpBody?.isEmpty == false || httpBodyStream != nil { try rejectBodyOfGET() }
      var url = try AbsoluteURL(self)
      try url.removeDotSegments(for: service)
      guard placement == .header || !url.hasUser else {
        throw .changedByClient(
          "URLSession sends the user in the URL as Authorization, which AWS rejects with a presigned URL. Remove the user."
        )
      }
      var request = try SignableRequest(self, url)
      request.headers.removeAll { placement == .header ? $0.isReplacedBySession : $0.isNamed("cookie") }
      return request
    }

    /// Returns the parts of the request as `URLSession` sends them, with `Cookie` and `Content-Length`.
    public func receivedRequest(for service: SigningService) throws(SigningError) -> SignableRequest {
      try SignableRequest(self, AbsoluteURL(self))
    }

    /// The request's `httpBody`; throws for an `httpBodyStream`.
    ///
    /// A session's `upload(for:from:)` sends another body: pass that one as `payload`.
    public var signablePayload: Payload? {
      get throws(SigningError) {
        if let httpBody { return .data(httpBody) }
        guard httpBodyStream == nil else { throw .payloadIsStream }
        return .empty
      }
    }

    /// Whether the request has no `httpBodyStream`.
    public var isRepeatable: Bool { httpBodyStream == nil }

    /// Sets the URL and the headers.
    ///
    /// - Parameters:
    ///   - signed: The signed parts.
    ///   - isReplaced: Returns whether signing replaces the header of a name, in any letter case.
    /// - Throws: ``SigningError`` for a GET or HEAD request with a payload, which `URLSession` doesn't send.
    public mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) throws(SigningError) {
      if signed.coversBody { try rejectBodyOfGET() }
      if url?.absoluteString.isOrigin(before: signed.request.target) != true {
        let text = try AbsoluteURL(self).origin + signed.request.target
        guard let sent = URL(string: text, encodingInvalidCharacters: false) else {
          throw SigningError(
            .invalidTarget, "Foundation rejects the signed URL. Sign a SignableRequest, and use another HTTP client.")
        }
        url = sent
      }
      // All at once: setting fields one by one makes Foundation read every value again, in the time of 20 signatures.
      var fields: [String: String] = [:]
      for (name, value) in allHTTPHeaderFields ?? [:] where !isReplaced(name) {
        fields[name] = HeaderField(name, value).asSent.value
      }
      for header in signed.addedHeaders { fields[header.name] = header.value }
      allHTTPHeaderFields = fields
    }

    /// Throws if the method is one with which `URLSession` sends no body.
    private func rejectBodyOfGET() throws(SigningError) {
      guard let method = httpMethod, ["GET", "HEAD"].contains(method) else { return }
      throw .changedByClient(
        "URLSession doesn't send a body with \(method). Use another method, such as POST, or another HTTP client.")
    }
  }

  extension SigningSession {
    /// Signs and sends a request with `URLSession`, retries it if a new signature can help, and returns the body and the
    /// response.
    ///
    /// The requests of all signing sessions share one ephemeral `URLSession`, which has no cache, cookies or stored credentials.
    /// For another configuration, use ``send(_:payload:isRepeatable:by:)`` with a `URLSession` whose delegate rejects redirects.
    ///
    /// - Parameters:
    ///   - request: The request. Its `timeoutInterval` is the longest time without a byte.
    ///   - payload: The payload, for a request with an `httpBodyStream`; otherwise it is the request's `httpBody`.
    /// - Returns: The body, in memory, and the response, of any status; redirects aren't followed. On Linux the body of a
    ///   redirect that has no `Location` is empty.
    /// - Throws: ``SigningError``, the error of the credentials, `URLError`, or `CancellationError`. A request with an
    ///   `httpBodyStream` isn't sent again: the error then has the code `unrepeatablePayload`.
    public func data(for request: URLRequest, payload: Payload? = nil) async throws -> (Data, HTTPURLResponse) {
      try await send(request, payload: payload) { signed in
        let (body, response) = try await URLSessionWithoutRedirects.shared.data(for: signed)
        return ((body, response), response.rejection(body))
      }
    }
  }

  extension HTTPURLResponse {
    /// The service's answer, if its status can mean that it rejects the signature.
    fileprivate func rejection(_ body: Data) -> ServiceErrorResponse? {
      guard [400, 401, 403].contains(statusCode) else { return nil }
      let headers = ["x-amzn-errortype", "date", "x-amz-date"].compactMap { name in
        value(forHTTPHeaderField: name).map { HeaderField(name, $0) }
      }
      return ServiceErrorResponse(String(decoding: body, as: UTF8.self), status: statusCode, headers: headers)
    }
  }

  extension HeaderField {
    /// The header as `URLSession` sends it: libcurl drops a header of white space, but sends an empty one.
    fileprivate var asSent: HeaderField { isBlank ? HeaderField(name, "") : self }

    /// Whether a session puts its stored cookies, or the length of the body, into this header.
    fileprivate var isReplacedBySession: Bool { isNamed("cookie") || isNamed("content-length") }
  }

  extension AbsoluteURL {
    fileprivate init(_ request: URLRequest) throws(SigningError) {
      guard let text = request.url?.absoluteString else {
        throw SigningError(.invalidTarget, "The request has no URL. Set its property url.")
      }
      try self.init(text)
    }
  }
#endif
