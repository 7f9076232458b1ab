/// The parts of an HTTP request that a signature covers, exactly as they are sent.
///
/// No part is rebuilt from a URL, so that the signed request is the one that is sent.
///
/// ```swift
/// var request = try SignableRequest(method: "GET", url: "https://orders.example.com/orders?b=2&a=1")
/// request.headers.append(HeaderField("Accept", "application/json"))
/// try signer.sign(&request, payload: .empty, with: credentials)
/// ```
public struct SignableRequest: Sendable, Hashable {
  /// The method, such as `GET`.
  ///
  /// Letter case matters.
  public var method: String
  /// The request target of HTTP/1.1's first line, `:path` of HTTP/2: path and query, percent-encoded as sent.
  public var target: String
  /// The header fields in order, `Host` included; repeated names are kept apart.
  public var headers: [HeaderField]

  /// Creates a request from its parts.
  public init(method: String, target: String, headers: [HeaderField]) {
    self.method = method
    self.target = target
    self.headers = headers
  }

  /// Creates a request from an absolute URL.
  ///
  /// The target is the URL's path and query. Characters that a URL can't contain are encoded; valid escapes, dot segments
  /// and repeated slashes are unchanged. `Host` is the URL's host, with the port if it isn't the scheme's default, unless
  /// `headers` contains a `Host`.
  ///
  /// ```swift
  /// let request = try SignableRequest(method: "GET", url: "https://orders.example.com/orders?b=2&a=1")
  /// ```
  ///
  /// - Parameters:
  ///   - method: The method, such as `GET`.
  ///   - url: The URL, with a scheme and a host.
  ///   - headers: The other header fields in order; repeated names are kept apart.
  /// - Throws: ``SigningError`` with the code ``SigningError/Code/missingHost`` if the URL has no host, or one that HTTP
  ///   clients send in different forms.
  public init(method: String, url: String, headers: [HeaderField] = []) throws(SigningError) {
    let url = try AbsoluteURL(url)
    let host = headers["host"] == nil ? [HeaderField("Host", try url.requiredHost)] : []
    self.init(method: method, target: url.target, headers: host + headers)
  }
}

extension SignableRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The request's first line and its headers, without query parameters and header values that may contain a secret.
  public var description: String {
    (["\(method) \(shownTarget)"] + headers.map(\.description)).joined(separator: "\n")
  }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The method, target and headers, as ``description`` shows them.
  public var customMirror: Mirror {
    Mirror(self, children: ["method": method, "target": shownTarget, "headers": headers], displayStyle: .struct)
  }

  private var shownTarget: String { Redaction.target(target) }
}

extension SigningService {
  /// The rule for the session token of a request.
  ///
  /// In S3 Express, `CreateSession` (`GET /?session`) and the Regional endpoints accept no session.
  func sessionToken(of request: SignableRequest) -> SigningService.SessionTokenRule {
    guard sessionToken == .signedAsS3Session else { return sessionToken }
    let host = request.headers["host"]?.lowercased() ?? ""
    let query = request.target.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()
    let isCreateSession =
      request.method == "GET"
      && query.split(separator: UInt8(ascii: "&")).contains {
        $0.prefix { $0 != UInt8(ascii: "=") }.elementsEqual("session".utf8)
      }
    // rule: s3express-create-session
    return isCreateSession || host.hasPrefix("s3express-control") ? .signed : .signedAsS3Session
  }
}
