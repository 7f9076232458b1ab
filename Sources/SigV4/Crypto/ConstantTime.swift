/// Comparisons whose time tells nothing about what they compare.
enum ConstantTime {
  /// Whether two texts are the same, in a time that depends on their lengths alone.
  static func isEqual(_ left: String, _ right: String) -> Bool {
    left.withBytes { left in right.withBytes { isEqual(left, $0) } }
  }

  /// Whether both are the same bytes, in a time that depends on their numbers alone.
  static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
  }
}
