#if HTTPTypes
  public import HTTPTypes

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

  extension HTTPRequest: RequestAdapter {
    /// Returns the parts of the request in the form in which every HTTP client sends them.
    ///
    /// The default port is removed from the authority, dot segments are removed from the path and characters encoded that a
    /// URL can't contain, cookies are joined by `; ` and other repeated fields by `, `. If `URLSession` sends the request,
    /// sign the `URLRequest` instead: its session replaces cookies and rejects a GET request with a body.
    ///
    /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if HTTP clients don't send the request as it is
    ///   signed: CONNECT, an S3 key with dot segments, a dot segment written `%2E`, a field outside ASCII.
    public func signableRequest(
      for service: SigningService, in placement: SignaturePlacement
    ) throws(SigningError) -> SignableRequest {
      guard method != .connect else {
        throw .changedByClient("HTTP clients don't send the path of CONNECT. Use another method, or sign the parts.")
      }
      let uppercase = HTTPRequest.Method(method.rawValue.uppercased())
      guard uppercase == method || ![.get, .head, .post, .put, .delete].contains(uppercase) else {
        throw .changedByClient("URLSession sends the method \(method.rawValue) in upper case. Write it so.")
      }
      for field in headerFields {
        guard !HeaderField(field.name.rawName, "").isNamed("host") else {
          throw SigningError(.missingHost, "The request has a Host field and an authority. Remove the field.")
        }
        guard field.value.utf8.allSatisfy({ $0 < 0x80 }) else { throw .headerOutsideASCII(field.name.rawName) }
      }
      var sent = joiningFields
      sent.authority = try authorityAsSent
      sent.path = try service.removingDotSegments(from: pathAsSent)
      return try SignableRequest(sent)
    }

    /// Sets the authority, the path and the fields, and joins repeated fields other than cookies.
    ///
    /// - Throws: ``SigningError`` for HEAD with a payload.
    public mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) throws(SigningError) {
      guard method != .head || !signed.coversBody else {
        throw .changedByClient("HTTP clients don't all send a body with HEAD. Use another method, such as GET.")
      }
      var sent = joiningFields
      sent.authority = signed.request.headers["host"]
      sent.path = signed.request.target
      for field in headerFields where isReplaced(field.name.rawName) { sent.headerFields[field.name] = nil }
      for header in signed.addedHeaders {
        if let name = HTTPField.Name(header.name) { sent.headerFields[name] = header.value }
      }
      self = sent
    }

    /// The request with each repeated field in one.
    ///
    /// Cookies stay apart, as HTTP/2 sends them; HTTP/1.1 joins them by "; ".
    private var joiningFields: HTTPRequest {
      var sent = self
      for field in headerFields where field.name != .cookie && sent.headerFields[values: field.name].count > 1 {
        sent.headerFields[field.name] = headerFields[field.name]
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
#endif
