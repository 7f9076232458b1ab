#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The parts of an `http` or `https` URL that a connection needs, taken from its text without changing it.
struct HTTPURL: Sendable, Hashable {
  /// The two schemes.
  enum Scheme: String {
    case http
    case https
  }

  let scheme: Scheme
  /// The host, without the brackets of an IPv6 address.
  let host: String
  /// The port; the scheme's own where the URL has none.
  let port: UInt16
  /// Host and port as the URL has them, which is what `Host` says.
  let authority: String
  /// The path and the query.
  let target: String

  /// Scheme, host and port, which contain no secret.
  var origin: String { "\(scheme)://\(authority)" }

  /// Reads an absolute URL; `nil` for any other text, and for one with a user, a fragment, spaces, or bytes outside of ASCII.
  init?(_ text: String) {
    let isPlain = text.utf8.allSatisfy {
      (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) && !"@#\\\"<>^`{|}".utf8.contains($0)
    }
    guard isPlain else { return nil }
    // ASCII from here on, where characters are bytes.
    let scheme = text.prefix { $0 != ":" }
    let rest = text.dropFirst(scheme.count)
    guard let scheme = Scheme(rawValue: scheme.lowercased()), rest.hasPrefix("://") else { return nil }
    let authority = rest.dropFirst(3).prefix { $0 != "/" && $0 != "?" }
    let host: Substring
    let port: Substring
    if authority.hasPrefix("[") {
      host = authority.dropFirst().prefix { $0 != "]" }
      guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }),
        authority.count >= host.count + 2
      else { return nil }
      port = authority.dropFirst(host.count + 2)
    } else {
      host = authority.prefix { $0 != ":" }
      guard !host.isEmpty, !host.contains(where: { "[]".contains($0) }) else { return nil }
      port = authority.dropFirst(host.count)
    }
    if port.isEmpty {
      self.port = scheme == .http ? 80 : 443
    } else {
      guard port.hasPrefix(":"), port.utf8.dropFirst().allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
        let number = UInt16(port.dropFirst())
      else {
        return nil
      }
      self.port = number
    }
    self.scheme = scheme
    self.host = String(host)
    self.authority = String(authority)
    let target = rest.dropFirst(3 + authority.count)
    self.target = target.hasPrefix("/") ? String(target) : "/" + target
  }
}

extension String {
  /// A base URL's text without slashes at its end, so that a path can follow.
  var withoutFinalSlashes: String {
    String(decoding: utf8.dropLast(utf8.reversed().prefix { $0 == UInt8(ascii: "/") }.count), as: UTF8.self)
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
