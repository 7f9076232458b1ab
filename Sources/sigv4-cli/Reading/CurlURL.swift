import Foundation
import SigV4

/// A URL as curl reads and sends it: it guesses the scheme, resolves dot segments, and sends IDN hosts in ASCII.
struct CurlURL {
  /// The value of `Host`: the host, and the port if it isn't the scheme's own.
  let host: String
  /// The path as it is sent, without the query.
  var path: [UInt8]
  /// The query, without `?`; `nil` if there is none.
  var query: [UInt8]?
  /// The user and password, decoded, with a colon between them.
  let userInfo: [UInt8]?

  /// Reads a URL that curl's globbing has left.
  ///
  /// - Parameters:
  ///   - text: The URL, with or without a scheme.
  ///   - defaultScheme: The scheme of a URL without one (`--proto-default`); guessed if nil.
  ///   - keepsDots: Whether dot segments stay in the path (`--path-as-is`).
  /// - Throws: ``Failure`` for a URL that curl rejects, or that isn't HTTP.
  init(_ text: [UInt8], defaultScheme: String?, keepsDots: Bool) throws {
    let shown = Self.shown(text)
    if let byte = text.first(where: { $0 <= ASCII.space || $0 == ASCII.delete }) {
      let flaw = byte == ASCII.space ? "a space. Write it as %20." : "a control character. Percent-encode or remove it."
      throw Failure("curl rejects the URL \(shown): it contains \(flaw)")
    }
    let (scheme, start) = Self.scheme(of: text)
    let rest = text[start...]
    let authority = rest.prefix { !"/?#".utf8.contains($0) }
    let at = authority.lastIndex(of: UInt8(ascii: "@"))
    userInfo = at.map { Self.userInfo(authority[..<$0]) }
    let (host, port) = try Self.hostAndPort(authority[(at.map { $0 + 1 } ?? authority.startIndex)...], shown)
    let used = scheme ?? defaultScheme?.lowercased() ?? Self.guessedScheme(host)
    guard let ownPort = ["http": 80, "https": 443][used] else {
      throw Failure("curl sends the URL \(shown) with \(used), which isn't HTTP. Begin it with https:// or http://.")
    }
    self.host = host + (port == nil || port == ownPort ? "" : ":\(port ?? 0)")

    let target = rest[authority.endIndex...].prefix { $0 != UInt8(ascii: "#") }
    let mark = target.firstIndex(of: UInt8(ascii: "?"))
    var path = Self.encoded(target[..<(mark ?? target.endIndex)])
    if path.isEmpty { path = [UInt8(ascii: "/")] }
    self.path = keepsDots ? path : Self.withoutDotSegments(path)
    query = mark.map { Array(target[($0 + 1)...]) }
  }

  /// The URL without user, password and query, which may be secrets.
  private static func shown(_ text: [UInt8]) -> String {
    let start = text[scheme(of: text).start...]
    let authority = start.prefix { !"/?#".utf8.contains($0) }
    let host = authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex
    let visible = text[..<authority.startIndex] + text[host...].prefix { !"?#".utf8.contains($0) }
    return String(decoding: visible.prefix(100), as: UTF8.self).debugDescription
  }

  /// The path and the query.
  var target: String {
    String(decoding: path + (query.map { [UInt8(ascii: "?")] + $0 } ?? []), as: UTF8.self)
  }

  /// The scheme, and where the authority begins.
  ///
  /// curl accepts one to three slashes.
  private static func scheme(of text: [UInt8]) -> (String?, start: Int) {
    guard let colon = text.firstIndex(where: { !isSchemeByte($0) }), colon > 0, text[colon] == UInt8(ascii: ":")
    else { return (nil, 0) }
    let slashes = text[(colon + 1)...].prefix(3).prefix { $0 == UInt8(ascii: "/") }
    guard !slashes.isEmpty else { return (nil, 0) }
    return (String(decoding: text[..<colon], as: UTF8.self).lowercased(), slashes.endIndex)
  }

  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    byte.isASCIILetter || byte.isASCIIDigit || "+-.".utf8.contains(byte)
  }

  private static func guessedScheme(_ host: String) -> String {
    let first = host.prefix { $0 != "." }.lowercased()
    return host.utf8.contains(UInt8(ascii: ".")) && ["ftp", "dict", "ldap", "imap", "smtp", "pop3"].contains(first)
      ? first : "http"
  }

  private static func userInfo(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let user = bytes.prefix { $0 != UInt8(ascii: ":") }
    return decoded(user) + [UInt8(ascii: ":")] + decoded(bytes[user.endIndex...].dropFirst())
  }

  private static func hostAndPort(_ bytes: ArraySlice<UInt8>, _ shown: String) throws -> (String, port: Int?) {
    var host = bytes
    var port: Int?
    let end =
      bytes.first == UInt8(ascii: "[") ? bytes.firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 } : bytes.startIndex
    guard let end else {
      throw Failure("curl rejects the URL \(shown): the IPv6 address has no closing bracket. Add it.")
    }
    if let colon = bytes[end...].firstIndex(of: UInt8(ascii: ":")) {
      host = bytes[..<colon]
      let digits = bytes[(colon + 1)...]
      if !digits.isEmpty {
        guard digits.allSatisfy(\.isASCIIDigit),
          let number = Int(String(decoding: digits, as: UTF8.self)), number <= 65535
        else { throw Failure("curl rejects the URL \(shown): the port must be a number up to 65535.") }
        port = number
      }
    }
    let name = String(decoding: host, as: UTF8.self)
    guard !host.isEmpty, let sent = host.first == UInt8(ascii: "[") ? ipv6(name) : hostName(decoded(host)) else {
      throw Failure("curl rejects the URL \(shown): it has no valid host. Write it as https://host/path.")
    }
    return (sent, port)
  }

  /// An IPv6 address without its zone, in the shorter of its own and its usual form.
  private static func ipv6(_ host: String) -> String? {
    guard host.utf8.last == UInt8(ascii: "]") else { return nil }
    let address = String(host.dropFirst().dropLast().prefix { $0 != "%" })
    var bytes = in6_addr()
    guard inet_pton(AF_INET6, address, &bytes) == 1 else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count)) != nil else { return nil }
    let usual = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "[\(usual.utf8.count < address.utf8.count || usual.lowercased() == address ? usual : address)]"
  }

  private static func hostName(_ bytes: [UInt8]) -> String? {
    let isValid = bytes.allSatisfy {
      $0 > ASCII.space && $0 != ASCII.delete && !"/:#?!@{}[]\\$'\"^`*<>=;,+&()".utf8.contains($0)
    }
    guard isValid, !bytes.isEmpty else { return nil }
    return ipv4(bytes) ?? DomainName.ascii(String(decoding: bytes, as: UTF8.self))
  }

  /// An IPv4 address that is written with fewer than four numbers, in octal or in hexadecimal, in its usual form.
  private static func ipv4(_ bytes: [UInt8]) -> String? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 4 else { return nil }
    var address: UInt64 = 0
    for (index, part) in parts.enumerated() {
      let text = String(decoding: part, as: UTF8.self).lowercased()
      let isHex = text.hasPrefix("0x")
      let digits = isHex ? text.dropFirst(2) : text[...]
      guard digits.first?.isHexDigit == true,
        let number = UInt64(digits, radix: isHex ? 16 : text.hasPrefix("0") ? 8 : 10)
      else { return nil }
      let isLast = index == parts.count - 1
      guard number < 1 << UInt64(isLast ? 8 * (5 - parts.count) : 8) else { return nil }
      address |= isLast ? number : number << UInt64(24 - 8 * index)
    }
    return [24, 16, 8, 0].map { String(address >> $0 & 0xFF) }.joined(separator: ".")
  }

  /// The path with each byte beyond ASCII as an escape, which curl writes in upper case from version 8.15 on.
  private static func encoded(_ path: ArraySlice<UInt8>) -> [UInt8] {
    path.flatMap { $0 < 0x80 ? [$0] : Array([$0].percentEncoded.utf8) }
  }

  /// The bytes with escapes decoded; a `%` without two digits stays.
  private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      if byte == UInt8(ascii: "%"), digits.count == 2 {
        result.append(UInt8(digits[0] << 4 | digits[1]))
        rest = rest.dropFirst(2)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  /// The path without `.` and `..` segments (RFC 3986, 5.2.4).
  ///
  /// From version 8.13 on, curl removes those written with `%2E` too.
  private static func withoutDotSegments(_ path: [UInt8]) -> [UInt8] {
    var kept: [ArraySlice<UInt8>] = []
    let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      let isParent = segment.elementsEqual("..".utf8)
      if isParent { _ = kept.popLast() }
      if !isParent, !segment.elementsEqual(".".utf8) {
        kept.append(segment)
      } else if index == segments.count - 1 {
        kept.append([])
      }
    }
    return [UInt8(ascii: "/")] + kept.joined(separator: [UInt8(ascii: "/")])
  }
}

/// curl's globbing: `{a,b}` and `[1-3]` make several URLs of one.
enum CurlGlob {
  /// Expands a pattern to its URL.
  ///
  /// - Throws: ``Failure`` if it expands to several, or if curl rejects it.
  static func single(_ text: [UInt8]) throws -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      let byte = text[index]
      let next = index + 1 < text.count ? text[index + 1] : 0
      switch byte {
      case UInt8(ascii: "\\") where "[]{}".utf8.contains(next):
        result.append(next)
        index += 2
      case UInt8(ascii: "["):
        guard let end = text[index...].prefix(128).firstIndex(of: UInt8(ascii: "]")),
          next == UInt8(ascii: "]") || isIPv6(text[(index + 1)..<end])
        else { throw pattern("[…]") }
        result += text[index...end]
        index = end + 1
      case UInt8(ascii: "{"):
        index += 1
        let start = index
        while index < text.count, text[index] != UInt8(ascii: "}") {
          if ",{[]".utf8.contains(text[index]) { throw pattern("{…}") }
          if text[index] == UInt8(ascii: "\\") { index += 1 }
          if index < text.count { result.append(text[index]) }
          index += 1
        }
        guard index < text.count, index > start else { throw pattern("{…}") }
        index += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): throw pattern(byte == UInt8(ascii: "]") ? "]" : "}")
      default:
        result.append(byte)
        index += 1
      }
    }
    return result
  }

  private static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
    let address = String(decoding: bytes.prefix { $0 != UInt8(ascii: "%") }, as: UTF8.self)
    var parsed = in6_addr()
    return inet_pton(AF_INET6, address, &parsed) == 1
  }

  private static func pattern(_ text: String) -> Failure {
    Failure("curl reads \(text) in a URL as a pattern for several URLs. Add -g to send it unchanged, or write one URL.")
  }
}
