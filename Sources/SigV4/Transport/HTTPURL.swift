#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// An `http` or `https` URL that this library itself sends a request to.
struct HTTPURL: Sendable, Hashable {
  /// The two schemes.
  enum Scheme: String {
    case http
    case https
  }

  let scheme: Scheme
  /// The host, without the brackets of an IPv6 address.
  let host: String
  /// The port; the scheme's own if the URL has none.
  let port: UInt16
  /// The value of `Host`.
  let authority: String
  /// The path and the query.
  let target: String

  /// Scheme, host and port, which contain no secret.
  var origin: String { "\(scheme)://\(authority)" }

  /// Reads an absolute URL.
  ///
  /// `nil` for any other text, and for a URL with a user, a fragment, or a character that has to be encoded.
  init?(_ text: String) {
    guard text.utf8.allSatisfy(\.isURLCharacter), let url = try? AbsoluteURL(text), !url.hasUser,
      let authority = url.host,
      let scheme = Scheme(rawValue: url.origin.prefix { $0 != ":" }.lowercased())
    else { return nil }
    self.scheme = scheme
    self.authority = authority
    target = url.target
    let bytes = authority.utf8
    let addressEnd = bytes.lastIndex(of: UInt8(ascii: "]"))
    let colon = bytes[(addressEnd ?? bytes.startIndex)...].firstIndex(of: UInt8(ascii: ":"))
    let start = addressEnd == nil ? bytes.startIndex : bytes.index(after: bytes.startIndex)
    host = String(authority[start..<(addressEnd ?? colon ?? bytes.endIndex)])
    let port = colon.flatMap { UInt16(authority[bytes.index(after: $0)...]) }
    self.port = port ?? (scheme == .http ? 80 : 443)
  }
}

extension UInt8 {
  /// Whether a URL without a fragment may contain this character.
  fileprivate var isURLCharacter: Bool {
    UInt8(ascii: "!")...UInt8(ascii: "~") ~= self && !"#\\\"<>^`{|}".utf8.contains(self)
  }
}

extension String {
  /// This base URL without slashes at its end, so that a path can follow.
  ///
  /// `nil` if it isn't an `http` or `https` URL, or has a user, a query or a fragment.
  var baseURL: String? {
    let base = String(decoding: utf8.dropLast(utf8.reversed().prefix { $0 == UInt8(ascii: "/") }.count), as: UTF8.self)
    return HTTPURL(base) != nil && !base.contains("?") ? base : nil
  }
}

/// The bytes of an IP address: four, or sixteen.
struct IPAddress: Hashable {
  let bytes: [UInt8]

  /// Reads an address in its usual form, without brackets; nil for names and for short, octal and hexadecimal forms.
  init?(_ text: String) {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if unsafe inet_pton(family, text, &bytes) == 1 {
        self.bytes = bytes
        return
      }
    }
    return nil
  }

  /// Whether the address is this machine's: 127.0.0.0/8 or ::1.
  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  /// Whether the first `length` bits are those of `block`.
  func isIn(_ block: IPAddress, prefix length: Int) -> Bool {
    guard bytes.count == block.bytes.count, (0...bytes.count * 8).contains(length) else { return false }
    return zip(bytes, block.bytes).enumerated().allSatisfy { index, pair in
      let bits = min(max(length - index * 8, 0), 8)
      return (pair.0 ^ pair.1) >> UInt8(8 - bits) == 0
    }
  }
}
