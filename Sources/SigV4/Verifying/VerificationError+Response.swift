extension VerificationError {
  /// The HTTP response that answers a rejected request, in the form in which an AWS service sends it.
  ///
  /// Contains no secret and no session token.
  public struct Response: Sendable, Hashable {
    /// The status: 400, 403, 413 or 500.
    public let status: Int
    /// The value of `Content-Type`.
    public let contentType: String
    /// The header fields, `Content-Type` among them; the server adds `Date` and `Content-Length`.
    public let headers: [HeaderField]
    /// The body; not sent with a response to `HEAD`.
    public let body: String
  }

  /// Returns the response with which a server answers the rejected request, in AWS's words.
  ///
  /// S3 and the services with the query protocol answer in XML, VPC Lattice in plain text, and other services in JSON. The
  /// message is AWS's, followed by ``message``. For ``Code/verifierFailure`` it is AWS's alone: the reason stays on the server.
  ///
  /// ```swift
  /// do {
  ///   _ = try await verifier.verify(request, payload: .bytes(body)) { accessKeyID in keys[accessKeyID] }
  /// } catch let error as VerificationError {
  ///   let response = error.response(for: verifier.service, requestID: "b6a8f2")
  ///   print(response.status, response.headers, response.body)
  /// }
  /// ```
  ///
  /// Send `Date` with the response: clients correct their clocks by it.
  ///
  /// - Parameters:
  ///   - service: The service that answers: that of the verifier.
  ///   - requestID: The ID of the request in the server's log; if nil, or not visible ASCII, the response has none.
  /// - Returns: The status, the header fields and the body.
  public func response(for service: SigningService, requestID: String? = nil) -> Response {
    let form = service.errorForm
    let id = requestID.flatMap { id in id.utf8.allSatisfy { ASCII.space < $0 && $0 < ASCII.delete } ? id.nonBlank : nil
    }
    let awsCode = awsErrorCode(for: service)
    let status = httpStatus(for: service)
    // Control characters, which XML can't contain and logs must not.
    let message = String(String.UnicodeScalarView(awsMessage(in: form).unicodeScalars.map(\.orReplacement)))
    let contentType: String
    let body: String
    switch form {
    case .s3:
      contentType = "application/xml"
      let region = expectedRegion.map { XML.element("Region", $0) } ?? ""
      body = XML.document(
        "<Error>\(XML.element("Code", awsCode))\(XML.element("Message", message))\(region)"
          + "\(XML.element("RequestId", id))</Error>")
    case .query:
      contentType = "text/xml"
      body = XML.document(
        "<ErrorResponse><Error>\(XML.element("Type", status < 500 ? "Sender" : "Receiver"))\(XML.element("Code", awsCode))"
          + "\(XML.element("Message", message))</Error>\(XML.element("RequestId", id))</ErrorResponse>")
    case .ec2:
      contentType = "text/xml"
      body = XML.document(
        "<Response><Errors><Error>\(XML.element("Code", awsCode))\(XML.element("Message", message))</Error></Errors>"
          + "\(XML.element("RequestID", id))</Response>")
    case .lattice:
      contentType = "text/plain"
      body = "\(awsCode): \(message)"
    case .json:
      contentType = "application/json"
      let escaped = message.escaping { $0 == "\\" || $0 == "\"" ? "\\\($0)" : nil }
      body = "{\"__type\":\"\(awsCode)\",\"message\":\"\(escaped)\"}"
    }
    var headers = [HeaderField("Content-Type", contentType)]
    if form == .json { headers.append(HeaderField("x-amzn-ErrorType", awsCode)) }
    if let id { headers.append(HeaderField(form == .s3 ? "x-amz-request-id" : "x-amzn-RequestId", id)) }
    return Response(status: status, contentType: contentType, headers: headers, body: body)
  }

  /// The region of the bucket, in which clients of S3 then sign again.
  private var expectedRegion: String? {
    if cause == .region, case .scope(_, let expected) = detail { expected } else { nil }
  }
}

private enum XML {
  static func document(_ root: String) -> String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(root)" }

  /// An element with a text; nothing if the text is `nil`.
  static func element(_ name: String, _ text: String?) -> String {
    guard let text else { return "" }
    let escaped = text.escaping { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&apos;"
      default: nil
      }
    }
    return "<\(name)>\(escaped)</\(name)>"
  }
}

extension String {
  /// The text with escapes in place of scalars, also of those that are a part of a longer character.
  fileprivate func escaping(_ escape: (Unicode.Scalar) -> String?) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if let escape = escape(scalar) {
        escaped.append(contentsOf: escape.unicodeScalars)
      } else {
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}

extension Unicode.Scalar {
  /// The character; U+FFFD instead of one that XML 1.0 doesn't allow, or of any other control character.
  fileprivate var orReplacement: Unicode.Scalar {
    properties.generalCategory == .control || self == "\u{FFFE}" || self == "\u{FFFF}" ? "\u{FFFD}" : self
  }
}
