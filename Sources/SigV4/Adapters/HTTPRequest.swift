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
      self.init(
        method: request.method.rawValue, target: request.path ?? "/",
        headers: [HeaderField](host: authority, request.headerFields))
    }
  }

  extension HTTPRequest: RequestAdapter {
    /// Returns the parts of the request in the form in which every HTTP client sends them.
    ///
    /// The default port is removed from the authority, and dot segments from the path. Characters that a URL can't contain are
    /// encoded. Cookies are joined by `; `, and other repeated fields by `, `. If `URLSession` sends the request, sign the
    /// `URLRequest` instead: its session replaces cookies and rejects a GET request with a body.
    ///
    /// - Throws: ``SigningError``, with ``SigningError/Code/changedByClient`` if HTTP clients don't send the request as it is
    ///   signed. Examples are CONNECT, an S3 key with dot segments, a dot segment written `%2E`, and a field outside ASCII.
    public func signableRequest(
      for service: SigningService, in placement: SignaturePlacement
    ) throws(SigningError) -> SignableRequest {
      let method = try methodAsSent
      let authority = try authorityAsSent
      let target = try targetAsSent(to: service)
      let headers = [HeaderField](host: authority, fieldsAsSent)
      for header in headers.dropFirst() {
        guard !header.isNamed("host") else {
          throw .changedByClient(
            "The request has a Host field and an authority. Remove the field.")
        }
        guard header.value.withBytes({ $0.isASCII }) else { throw .headerOutsideASCII(header.name) }
      }
      return SignableRequest(method: method, target: target, headers: headers)
    }

    /// Returns the parts of the request, whose authority is `Host`.
    ///
    /// In HTTP/2 a `Host` field may be sent in addition to the authority (RFC 9113, 8.3.1). If it has the same value, it is
    /// ignored. If the values differ, the request has two hosts, and every verifier rejects it.
    public func receivedRequest(for service: SigningService) throws(SigningError) -> SignableRequest {
      var request = try SignableRequest(self)
      let host = request.headers.first?.value ?? ""
      let second = request.headers.dropFirst().firstIndex {
        $0.isNamed("host") && $0.value.utf8.elementsEqual(host.utf8)
      }
      if let second {
        request.headers.remove(at: second)
      }
      return request
    }

    /// Sets the authority, the path and the fields, and joins repeated fields other than cookies.
    ///
    /// - Throws: ``SigningError`` for HEAD with a payload.
    public mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) throws(SigningError) {
      guard method != .head || !signed.coversBody else {
        throw .changedByClient("HTTP clients don't all send a body with HEAD. Use another method, such as GET.")
      }
      var fields = fieldsAsSent
      guard fields.count < 60_000 else {
        throw SigningError(
          .invalidHeader, "The request has \(fields.count) fields, and HTTPFields stores at most 65,534. Send fewer.")
      }
      fields.reserveCapacity(fields.count + signed.addedHeaders.count)
      if fields.contains(where: { isReplaced($0.name.rawName) }) {
        fields = HTTPFields(fields.filter { !isReplaced($0.name.rawName) })
      }
      try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
        workspace.append(signed.addedHeaders, to: &fields)
      }
      headerFields = fields
      // Sets only what changed: setting a part checks its characters and copies all of them.
      let host = signed.request.headers["host"]
      if authority != host { authority = host }
      if path != signed.request.target { path = signed.request.target }
    }

    private var methodAsSent: String {
      get throws(SigningError) {
        let name = method.rawValue
        guard method != .connect else {
          throw .changedByClient("HTTP clients don't send the path of CONNECT. Use another method, or sign the parts.")
        }
        guard name.utf8.contains(where: \.isASCIILowercase) else { return name }
        guard !["GET", "HEAD", "POST", "PUT", "DELETE"].contains(name.uppercased()) else {
          throw .changedByClient("URLSession sends the method \(name) in upper case. Sign it in upper case.")
        }
        return name
      }
    }

    /// The fields, with each repeated one joined.
    ///
    /// Cookies stay in separate fields, as HTTP/2 sends them; HTTP/1.1 joins them with "; ".
    private var fieldsAsSent: HTTPFields {
      guard headerFields.mayHaveRepeatedNames else { return headerFields }
      var places: [HTTPField.Name: Int] = [:]
      var sent: [(name: HTTPField.Name, values: [String])] = []
      for field in headerFields {
        if field.name != .cookie, let place = places[field.name] {
          sent[place].values.append(field.value)
        } else {
          places[field.name] = sent.count
          sent.append((field.name, [field.value]))
        }
      }
      guard sent.count < headerFields.count else { return headerFields }
      return HTTPFields(sent.map { HTTPField(name: $0.name, value: $0.values.joined(separator: ", ")) })
    }

    private var authorityAsSent: String {
      get throws(SigningError) {
        // Most authorities are names without a port, which needn't be split.
        if let authority, authority.withBytes({ $0.isPlainHost }) { return authority }
        guard let authority, let read = URLAuthority(authority, scheme: scheme ?? "") else {
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

    private func targetAsSent(to service: SigningService) throws(SigningError) -> String {
      let path = path ?? ""
      guard path.isEmpty || "/?".utf8.contains(path.utf8.first ?? 0), !path.utf8.contains(UInt8(ascii: "#")) else {
        throw SigningError(
          .invalidTarget,
          "Invalid path. Use one that starts with / and has no #, or encode the #.")
      }
      return try service.removingDotSegments(from: path.encodedTarget)
    }
  }

  extension [HeaderField] {
    /// `Host`, and the fields, of which several cookies become one (RFC 9113, 8.2.3).
    fileprivate init(host: String, _ fields: HTTPFields) {
      self = []
      reserveCapacity(fields.count + 1 + SigningFields.all.headers.count)
      append(HeaderField("Host", host))
      var cookies = 0
      for field in fields {
        if field.name == .cookie { cookies += 1 } else { append(HeaderField(field.name.rawName, field.value)) }
      }
      if cookies > 0, let cookies = fields[.cookie] { append(HeaderField("Cookie", cookies)) }
    }
  }

  extension HTTPFields {
    /// Whether two fields may have the same name.
    ///
    /// Never false for a repeated name, but sometimes true without one.
    fileprivate var mayHaveRepeatedNames: Bool {
      var seen: UInt64 = 0
      for field in self {
        let name = field.name.canonicalName.utf8
        let place: UInt64 = 1 &<< (UInt64(name.count &* 7) ^ UInt64(name.last ?? 0))
        if seen & place != 0 { return true }
        seen |= place
      }
      return false
    }
  }

  extension SigningWorkspace {
    /// Appends headers that signing has added.
    ///
    /// All but `Authorization` are kept for the next request: checking the 900 characters of a session token takes 900 ns.
    fileprivate mutating func append(_ headers: ArraySlice<HeaderField>, to fields: inout HTTPFields) {
      for header in headers {
        if header.name == HTTPField.Name.authorization.rawName {
          fields.append(HTTPField(name: .authorization, value: header.value))
        } else if let index = sentFields.span.indices.first(where: { sentFields.span[$0].isOf(header) }) {
          fields.append(sentFields.span[index].field)
        } else if let name = HTTPField.Name(header.name) {
          let field = HTTPField(name: name, value: header.value)
          fields.append(field)
          guard header.value.withBytes({ $0.isASCII }) else { continue }
          sentFields.removeAll { $0.field.name == name }
          sentFields.append(SentField(header: header, field: field))
        }
      }
    }
  }

  extension SigningError {
    fileprivate static let requestWithoutAuthority = SigningError(
      .missingHost, "The request has no authority. Set it to the host, with the port if it isn't the scheme's default.")
  }
#endif
