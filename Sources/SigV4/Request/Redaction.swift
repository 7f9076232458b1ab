/// The parts of requests that descriptions, reflection and `dump` show; they replace every other part with `<redacted>`.
///
/// The text itself stays available in each type's properties.
enum Redaction {
  static let placeholder = "<redacted>"

  /// The header fields whose values never contain a secret, in lower case.
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
    "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-acl", "x-amz-bucket-region", "x-amz-decoded-content-length",
    "x-amz-id-2", "x-amz-request-id",
    "x-amz-sdk-checksum-algorithm", "x-amz-server-side-encryption", "x-amz-storage-class", "x-amz-target",
    "x-amz-trailer", "x-amzn-errortype", "x-amzn-requestid", "x-amzn-trace-id",
    "x-aws-ec2-metadata-token-ttl-seconds",
  ]

  /// The query parameters whose values never contain a secret, in lower case.
  private static let shownParameters: Set<String> = [
    // Of the services that name their operation in the query, and of S3's lists and parts.
    "action", "delimiter", "encoding-type", "list-type", "max-keys", "partnumber", "version",
  ]

  /// S3's subresources, which are query parameters without a value.
  ///
  /// Any other word without a value may be a token.
  private static let shownWords: Set<String> = [
    "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering", "inventory",
    "legal-hold", "lifecycle", "location", "logging", "metrics", "notification", "object-lock", "ownershipcontrols",
    "policy", "policystatus", "publicaccessblock", "replication", "requestpayment", "restore", "retention", "select",
    "session", "tagging", "torrent", "uploads", "versioning", "versions", "website",
  ]

  /// The value of the header field called `name` as it may be shown.
  ///
  /// Of an AWS signature, only the signature itself is hidden.
  static func header(_ name: String, _ value: String, _ fields: SigningFields = .all) -> String {
    let name = name.utf8.asciiLowercased
    let content = name.withBytes { fields.contentOfHeader($0) }
    if let content, !fields.isSecret(content) { return value }
    if shownHeaders.contains(name) || name.hasPrefix("x-amz-checksum-") { return value }
    return content == .authorization ? authorization(value) : placeholder
  }

  /// An AWS signature as signers write it, without the signature itself; any other text may be a secret.
  private static func authorization(_ value: String) -> String {
    let items = value.utf8.split(separator: UInt8(ascii: ",")).map { Substring($0).trimmed }
    guard items.count == 3, let space = items[0].utf8.firstIndex(where: { $0 == ASCII.space || $0 == ASCII.tab }),
      let algorithm = SigningAlgorithm(rawValue: String(items[0][..<space])),
      let credential = items[0][space...].trimmed.value(of: "Credential"),
      let signedHeaders = items[1].value(of: "SignedHeaders"), items[2].value(of: "Signature") != nil
    else { return placeholder }
    let parts = credential.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let names = signedHeaders.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    // The day has eight digits, so that no secret with a slash passes for an access key ID and a scope.
    guard parts.count == (algorithm == .sigV4 ? 5 : 4), parts[0].count <= 128,
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { UInt8(ascii: "!")...UInt8(ascii: "~") ~= $0 } }),
      parts[1].count == 8, parts[1].allSatisfy(\.isASCIIDigit),
      parts[parts.count - 1].elementsEqual("aws4_request".utf8),
      names.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isLowercaseTokenCharacter } })
    else { return placeholder }
    return
      "\(algorithm.rawValue) Credential=\(credential), SignedHeaders=\(signedHeaders), Signature=\(placeholder)"
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
      // A name without a value may be a value itself, such as a token in base64 with its padding.
      guard !value.isEmpty else {
        return parameter.isEmpty || shownWords.contains(name) ? "\(Substring(parameter))" : placeholder
      }
      let isShown = shownParameters.contains(name) || SigningFields.all.showsParameter(name)
      return isShown ? "\(Substring(parameter))" : "\(Substring(encodedName))=\(placeholder)"
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
    // Text that isn't a URL may begin with a user too.
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

extension String {
  /// The text with `<redacted>` in place of each session token, signature and other secret that its name reveals.
  ///
  /// The value of a query parameter ends at the next `&`, and its name can be escaped in any way. The value of a header ends with
  /// its line.
  ///
  /// It is for text that people compare with a service's; descriptions show only what ``Redaction`` lists.
  package var redactingTokens: String {
    withBytes { bytes in
      var shown: [UInt8] = []
      var start = 0
      while start < bytes.count {
        var end = start
        // `=` ends the name of a parameter, `:` that of a header.
        while end < bytes.count, !bytes[end].endsItem, bytes[end] != UInt8(ascii: "="), bytes[end] != UInt8(ascii: ":")
        { end += 1 }
        let isSecret = bytes.extracting(start..<end).namesSecret
        let isParameter = end < bytes.count && bytes[end] == UInt8(ascii: "=")
        let valueStart = end
        while end < bytes.count, bytes[end] != ASCII.newline, isSecret && !isParameter || !bytes[end].endsItem {
          end += 1
        }
        let isRedacted = isSecret && valueStart < end
        for index in start..<(isRedacted ? valueStart + 1 : end) { shown.append(bytes[index]) }
        if isRedacted { shown += "<redacted>".utf8 }
        if end < bytes.count { shown.append(bytes[end]) }
        start = end + 1
      }
      return String(decoding: shown, as: UTF8.self)
    }
  }
}

extension UInt8 {
  /// Whether a parameter, or a line, ends here: `&`, `?`, a space, CR or LF.
  fileprivate var endsItem: Bool { "&? \n\r".utf8.contains(self) }
}

extension Span<UInt8> {
  /// Whether this is the name of a field that may contain a secret, in any letter case, escaped or not.
  fileprivate var namesSecret: Bool {
    guard 3...200 ~= count else { return false }
    let name = PercentEncoding.decodedBytes(self).asciiLowercased
    return ["authorization", "cookie", "key", "password", "secret", "signature", "token"].contains {
      name.hasSuffix($0)
    }
  }
}

extension String {
  /// The text after `name=`; `nil` if this begins otherwise.
  fileprivate func value(of name: String) -> String? {
    hasPrefix(name + "=") ? String(dropFirst(name.count + 1)) : nil
  }
}
