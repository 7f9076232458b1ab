#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A range of IP addresses, such as `203.0.113.0/24` or `2001:db8::/32`; a single address is a range of one.
struct IPNetwork: Sendable, Hashable {
  private let address: [UInt8]
  private let prefixLength: Int

  /// Reads an address, and the length of its prefix if it has one.
  init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
    guard parts.count <= 2, let address = Self.bytes(parts[0]) else { return nil }
    self.address = address
    guard parts.count == 2 else {
      prefixLength = address.count * 8
      return
    }
    guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let length = Int(parts[1]), length <= address.count * 8
    else { return nil }
    prefixLength = length
  }

  /// Whether the range contains the whole of another.
  func contains(_ other: IPNetwork) -> Bool {
    guard address.count == other.address.count, other.prefixLength >= prefixLength else { return false }
    return address.indices.allSatisfy { index in
      let bits = min(8, max(0, prefixLength - index * 8))
      let mask = bits == 0 ? 0 : UInt8.max << UInt8(8 - bits)
      return (address[index] ^ other.address[index]) & mask == 0
    }
  }

  /// The 4 or 16 bytes of an address.
  private static func bytes(_ text: String) -> [UInt8]? {
    // C would read no further than a NUL.
    guard !text.utf8.contains(0) else { return nil }
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes: [UInt8] = Array(repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }
}
