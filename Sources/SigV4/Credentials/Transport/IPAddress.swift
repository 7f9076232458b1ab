#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

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
