/// What descriptions, reflection and `dump` show of requests: only what is listed here; all else is `<redacted>`.
///
/// The text itself stays available in each type's properties.
enum Redaction {
  static let placeholder = "<redacted>"

  /// The header fields, in lower case, whose values no secret belongs in.
  private static let shownHeaders: Set<String> = [
    // Of HTTP (RFC 9110, RFC 9112).
    "accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-encoding",
    "content-language", "content-length", "content-md5", "content-range", "content-type", "date", "etag", "expect",
    "expires", "host", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since", "keep-alive",
    "last-modified", "range", "retry-after", "server", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "vary", "via",
    // Of proxies.
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
    // Of AWS.
    "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-acl", "x-amz-bucket-region", "x-amz-content-sha256",
    "x-amz-date", "x-amz-decoded-content-length", "x-amz-id-2", "x-amz-region-set", "x-amz-request-id",
    "x-amz-sdk-checksum-algorithm", "x-amz-server-side-encryption", "x-amz-storage-class", "x-amz-target",
    "x-amz-trailer", "x-amzn-errortype", "x-amzn-requestid", "x-amzn-trace-id",
    "x-aws-ec2-metadata-token-ttl-seconds",
  ]

  /// The query parameters, in lower case, whose values no secret belongs in.
  private static let shownParameters: Set<String> = [
    "x-amz-algorithm", "x-amz-content-sha256", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-region-set",
    "x-amz-signedheaders",
    // Of the services that name their operation in the query, and of S3's lists and parts.
    "action", "delimiter", "encoding-type", "list-type", "max-keys", "partnumber", "version",
  ]

  /// S3's subresources, which stand in a query without a value; any other word there may be a token.
  private static let shownWords: Set<String> = [
    "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering", "inventory",
    "legal-hold", "lifecycle", "location", "logging", "metrics", "notification", "object-lock", "ownershipcontrols",
    "policy", "policystatus", "publicaccessblock", "replication", "requestpayment", "restore", "retention", "select",
    "session", "tagging", "torrent", "uploads", "versioning", "versions", "website",
  ]

  /// The value of the header field called `name` as it may be shown; of an AWS signature all but the signature itself.
  static func header(_ name: String, _ value: String) -> String {
    let name = name.utf8.asciiLowercased
    if shownHeaders.contains(name) || name.hasPrefix("x-amz-checksum-") { return value }
    guard name == "authorization", let parts = try? SignatureClaim.Parts(authorization: value),
      let algorithm = parts.knownAlgorithm, (try? parts.checkSignedHeaders()) != nil
    else { return placeholder }
    let isCredential = parts.text.withBytes { bytes in
      (try? SignatureClaim.Credential(bytes, parts.credential, algorithm)) != nil
    }
    guard isCredential else { return placeholder }
    let (credential, signedHeaders) = (parts.string(parts.credential), parts.string(parts.signedHeaders))
    return "\(algorithm.rawValue) Credential=\(credential), SignedHeaders=\(signedHeaders), Signature=\(placeholder)"
  }

  /// A request target, or a URL without a user, as it may be shown: the path, and the listed parameters of the query.
  static func target(_ target: String) -> String {
    guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
    return target[...mark] + query(target[target.utf8.index(after: mark)...])
  }

  /// A query as it may be shown: the names of parameters, and the values of those that are listed.
  static func query(_ query: Substring) -> String {
    query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map { parameter in
      let encodedName = parameter.prefix { $0 != UInt8(ascii: "=") }
      let name = PercentEncoding.decoded(encodedName).utf8.asciiLowercased
      let value = PercentEncoding.decoded(parameter[encodedName.endIndex...]).utf8.drop { $0 == UInt8(ascii: "=") }
      // Without a value the name is one, such as a token in base64 with its padding.
      guard !value.isEmpty else {
        return parameter.isEmpty || shownWords.contains(name) ? "\(Substring(parameter))" : placeholder
      }
      return shownParameters.contains(name) ? "\(Substring(parameter))" : "\(Substring(encodedName))=\(placeholder)"
    }
    .joined(separator: "&")
  }
}

extension String {
  /// A URL as it may be shown: without its user, password and fragment, and with the listed parameters of its query.
  package var redactedURL: String {
    let withoutFragment = utf8.prefix { $0 != UInt8(ascii: "#") }
    let fragment = withoutFragment.endIndex == endIndex ? "" : "#\(Redaction.placeholder)"
    let shown = Redaction.target(String(Substring(withoutFragment)))
    let bytes = shown.utf8
    // What isn't a URL may begin with a user too.
    var start = bytes.startIndex
    if let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) {
      start = bytes.index(colon, offsetBy: 3)
    }
    let delimiters = start == bytes.startIndex ? "?" : "/?"
    let authority = bytes[start...].prefix { !delimiters.utf8.contains($0) }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return shown + fragment }
    return "\(shown[..<start])\(Redaction.placeholder)\(shown[at...])\(fragment)"
  }
}

extension CanonicalRequest {
  /// The text with the values of its headers as they may be shown, and its query as `shownQuery` makes it.
  package func shown(_ shownQuery: (String) -> String) -> String {
    // The method, path and query; the headers; an empty line, the signed headers and the payload hash.
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
    guard lines.count >= 6 else { return Redaction.placeholder }
    lines[2] = shownQuery(String(lines[2]))[...]
    for index in 3..<lines.count - 3 {
      guard let colon = lines[index].utf8.firstIndex(of: UInt8(ascii: ":")) else {
        lines[index] = Redaction.placeholder[...]
        continue
      }
      let (name, value) = (lines[index][..<colon], lines[index][lines[index].utf8.index(after: colon)...])
      lines[index] = "\(name):\(Redaction.header(String(name), String(value)))"
    }
    return lines.joined(separator: "\n")
  }
}

extension CanonicalRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The text with only those header values and query parameters that never contain a secret; ``text`` has all of it.
  public var description: String { shown { Redaction.query($0[...]) } }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The same as ``description``, and the names of the signed headers.
  public var customMirror: Mirror {
    Mirror(self, children: ["text": description, "signedHeaders": signedHeaders], displayStyle: .struct)
  }
}
