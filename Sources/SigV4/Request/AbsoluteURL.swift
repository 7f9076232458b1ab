/// The parts of an absolute URL that an HTTP client sends (RFC 3986, 3).
///
/// Percent escapes are unchanged. A byte that a URL can't contain, and a `%` without two hexadecimal digits, is encoded.
package struct AbsoluteURL {
  /// Scheme and authority, unchanged.
  package var origin: String { String(Substring(whole.utf8.prefix(originLength))) }
  /// The value of `Host`: the host, and the port if it isn't the scheme's default.
  ///
  /// `nil` if HTTP clients disagree about it.
  let host: String?
  /// Path and query without a fragment; `/` for an empty path.
  package private(set) var target: String
  /// Whether the URL names a user, whom some clients send in `Authorization`.
  package let hasUser: Bool
  private let whole: String
  private let originLength: Int

  /// Splits `text`, an absolute URL.
  ///
  /// - Throws: ``SigningError`` if the URL has no scheme or no host.
  package init(_ text: String) throws(SigningError) {
    let slash = UInt8(ascii: "/")
    let parts = text.withBytes { bytes -> (colon: Int, end: Int, authority: String, target: String)? in
      guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 2 < bytes.count,
        bytes[colon + 1] == slash, bytes[colon + 2] == slash
      else { return nil }
      let start = colon + 3
      let sent = bytes.extracting(..<(bytes.firstIndex(of: UInt8(ascii: "#"), from: start) ?? bytes.count))
      let query = sent.firstIndex(of: UInt8(ascii: "?"), from: start) ?? sent.count
      let end = sent.extracting(..<query).firstIndex(of: slash, from: start) ?? query
      return (colon, end, String(copying: sent.extracting(start..<end)), String(copying: sent.extracting(end...)))
    }
    guard let parts else { throw .urlWithoutHost }
    let scheme = Substring(text.utf8.prefix(parts.colon))
    guard let authority = URLAuthority(parts.authority, scheme: scheme) else { throw .urlWithoutHost }
    whole = text
    originLength = parts.end
    host = authority.host
    hasUser = authority.hasUser
    target = parts.target.encodedTarget
  }

  /// Removes the segments `.` and `..` from the path, as ``SigningService/removingDotSegments(from:)`` does.
  package mutating func removeDotSegments(for service: SigningService) throws(SigningError) {
    target = try service.removingDotSegments(from: target)
  }

  /// The URL without its fragment.
  package var text: String { origin + target }

  /// ``host``, or an error if there is none.
  package var requiredHost: String {
    get throws(SigningError) {
      guard let host else {
        throw SigningError(
          .missingHost,
          "HTTP clients disagree about the host of the URL. Write it in ASCII, without percent escapes and with a port of at "
            + "most 65535, or set the Host header.")
      }
      return host
    }
  }
}

/// The authority of a URL as HTTP clients send it in `Host`.
struct URLAuthority {
  /// The host, and the port if it isn't the scheme's default (RFC 9110, 4.2.3; RFC 6455, 3).
  ///
  /// `nil` if clients disagree about it: the host contains percent escapes, bytes that a host can't contain, or an invalid port.
  let host: String?
  let hasUser: Bool

  /// Reads `[user@]host[:port]`; `nil` if the host is empty.
  init?(_ text: String, scheme: some StringProtocol) {
    guard !text.withBytes({ $0.isPlainHost }) else {
      (host, hasUser) = (text, false)
      return
    }
    let (start, end, isValid) = text.withBytes { bytes in
      var start = 0
      for index in bytes.indices where bytes[index] == UInt8(ascii: "@") { start = index + 1 }
      let isAddress = start < bytes.count && bytes[start] == UInt8(ascii: "[")
      let mark = bytes.firstIndex(of: isAddress ? UInt8(ascii: "]") : UInt8(ascii: ":"), from: start)
      let end = mark.map { isAddress ? $0 + 1 : $0 } ?? bytes.count
      // An address has at least one character between its brackets.
      var isValid = !isAddress || mark.map { $0 > start + 1 } ?? false
      for index in start..<end where isValid {
        let isBracket = isAddress && (index == start || index == end - 1)
        isValid = isBracket || (isAddress ? bytes[index].isAddressCharacter : bytes[index].isHostCharacter)
      }
      return (start, end, isValid)
    }
    hasUser = start > 0
    guard start < end else { return nil }
    let bytes = text.utf8
    let hostEnd = bytes.index(bytes.startIndex, offsetBy: end)
    guard isValid, let port = Self.port(bytes[hostEnd...], scheme) else {
      host = nil
      return
    }
    let host = Substring(bytes[bytes.index(bytes.startIndex, offsetBy: start)..<hostEnd])
    // rule: host-as-sent
    self.host = port.isEmpty ? String(host) : host + port
  }

  /// The port with its colon and without leading zeros, empty for the scheme's default; `nil` if it is invalid.
  private static func port(_ text: Substring.UTF8View, _ scheme: some StringProtocol) -> String? {
    guard let colon = text.first else { return "" }
    let digits = text.dropFirst()
    guard colon == UInt8(ascii: ":"), digits.allSatisfy(\.isASCIIDigit) else {
      return nil
    }
    guard !digits.isEmpty else { return "" }
    guard let port = UInt16(Substring(digits)) else { return nil }
    switch (scheme.lowercased(), port) {
    case ("http", 80), ("ws", 80), ("https", 443), ("wss", 443): return ""
    default: return ":\(port)"
    }
  }
}

extension String {
  /// The request target as it is sent: it begins with `/`, valid escapes are unchanged, and other invalid bytes are encoded.
  var encodedTarget: String {
    let isValid = withBytes { bytes in
      for index in bytes.indices where !bytes[index].isTargetCharacter {
        if PercentEncoding.decodedByte(at: index, in: bytes) == nil { return false }
      }
      return true
    }
    let path = utf8.first == UInt8(ascii: "/") ? self : "/" + self
    guard !isValid else { return path }
    return path.withBytes { bytes in
      var buffer = ByteBuffer(capacity: bytes.count + 16)
      for index in bytes.indices {
        if bytes[index].isTargetCharacter || PercentEncoding.decodedByte(at: index, in: bytes) != nil {
          buffer.append(bytes[index])
        } else {
          PercentEncoding.append(bytes[index], to: &buffer)
        }
      }
      return buffer.string()
    }
  }

  /// Whether the escapes in the target's path are UTF-8.
  var hasPathInUTF8: Bool {
    withBytes { bytes in
      let path = bytes.extracting(..<(bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count))
      // A path without escapes is already UTF-8.
      return path.firstIndex(of: UInt8(ascii: "%")) == nil
        || String(validating: PercentEncoding.decodedBytes(path), as: UTF8.self) != nil
    }
  }

  /// The target without the segments `.` and `..` of its path, also written `%2E` (RFC 3986, 5.2.4 and 6.2.2.2).
  var removingDotSegments: String {
    guard mayHaveDotSegments else { return self }
    let path = utf8.prefix { $0 != UInt8(ascii: "?") }
    let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard segments.contains(where: { $0.dotCount != nil }) else { return self }
    var kept: [Substring] = []
    for segment in segments {
      switch segment.dotCount {
      case 2: _ = kept.popLast()
      case nil: kept.append(Substring(segment))
      default: break
      }
    }
    if segments.last?.dotCount != nil { kept.append("") }
    return "/" + kept.joined(separator: "/") + self[path.endIndex...]
  }

  /// Whether a slash of the target is followed by `.` or `%`, with which a dot segment begins.
  private var mayHaveDotSegments: Bool {
    withBytes { bytes in
      for index in bytes.indices.dropFirst() where bytes[index - 1] == UInt8(ascii: "/") {
        if bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: "%") { return true }
      }
      return false
    }
  }

  /// Whether the path has a segment `.` or `..` with a dot written `%2E`.
  package var hasEscapedDotSegment: Bool {
    utf8.prefix { $0 != UInt8(ascii: "?") }.split(separator: UInt8(ascii: "/"))
      .contains { $0.dotCount != nil && $0.contains(UInt8(ascii: "%")) }
  }
}

extension String {
  /// Whether this URL is a scheme and an authority, followed by `target`.
  ///
  /// Splitting it again would take 300 ns.
  func isOrigin(before target: String) -> Bool {
    withBytes { bytes in
      target.withBytes { target in
        let start = bytes.count - target.count
        guard start >= 0, bytes.extracting(start..<bytes.count).isEqual(to: target) else { return false }
        let origin = bytes.extracting(..<start)
        guard let first = origin.firstIndex(of: UInt8(ascii: "/")),
          let second = origin.firstIndex(of: UInt8(ascii: "/"), from: first + 1)
        else { return false }
        return origin.firstIndex(of: UInt8(ascii: "/"), from: second + 1) == nil
          && origin.firstIndex(of: UInt8(ascii: "?")) == nil && origin.firstIndex(of: UInt8(ascii: "#")) == nil
      }
    }
  }
}

extension SigningService {
  /// `target` as `URLSession` sends it: without the segments `.` and `..` of its path, on Linux at least.
  ///
  /// `URLSession` sends through libcurl there, which from version 8.13 on also removes those written with `%2E`.
  ///
  /// - Throws: ``SigningError`` if the path then names another resource of the service.
  func removingDotSegments(from target: String) throws(SigningError) -> String {
    let sent = target.removingDotSegments
    guard sent != target else { return target }
    // To AWS, %2E%2E is a name like any other.
    guard pathNormalization == .normalized, !target.hasEscapedDotSegment else {
      throw .changedByClient(
        "URLSession removes . and .. from the path, also written %2E, which then names another resource of \(name). Use "
          + "another HTTP client, and sign its request or a SignableRequest.")
    }
    return sent
  }
}

extension Substring.UTF8View {
  /// The number of dots, one or two, if this is a dot segment, whose dots may be written `%2E`; `nil` if it isn't.
  fileprivate var dotCount: Int? {
    guard count <= 6 else { return nil }
    var rest = self
    var dots = 0
    while let first = rest.first {
      if first == UInt8(ascii: ".") {
        rest.removeFirst()
      } else if first == UInt8(ascii: "%"), rest.dropFirst().prefix(2).asciiLowercased == "2e" {
        rest.removeFirst(3)
      } else {
        return nil
      }
      dots += 1
    }
    return 1...2 ~= dots ? dots : nil
  }
}

extension UInt8 {
  /// A character of RFC 3986's `sub-delims`: ``!$&'()*+,;=``.
  private var isSubDelimiter: Bool {
    switch self {
    case UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: ";"),
      UInt8(ascii: "="):
      true
    default: false
    }
  }

  /// A character of RFC 3986's `path` or `query`, except the `%` of an escape.
  fileprivate var isTargetCharacter: Bool {
    isSegmentCharacter || self == UInt8(ascii: "/") || self == UInt8(ascii: "?")
  }

  /// A character of RFC 3986's `reg-name`, except the `%` of an escape.
  var isHostCharacter: Bool { PercentEncoding.isUnreserved(self) || isSubDelimiter }

  /// A character of an IPv6 address.
  var isAddressCharacter: Bool {
    Hexadecimal.value(ofDigit: self) != nil || self == UInt8(ascii: ":") || self == UInt8(ascii: ".")
  }
}
