/// Comparisons whose time doesn't depend on the content that they compare.
enum ConstantTime {
  /// Whether two texts are equal, in a time that depends only on their lengths.
  static func isEqual(_ left: String, _ right: String) -> Bool {
    left.withBytes { left in right.withBytes { isEqual(left, $0) } }
  }

  /// Whether two texts are equal, in a time that depends only on their lengths; no text equals an empty one.
  static func isEqual(_ left: String?, _ right: String?) -> Bool {
    guard let left else { return right?.isEmpty ?? true }
    guard let right else { return left.isEmpty }
    return isEqual(left, right)
  }

  /// Whether both have equal bytes, in a time that depends only on their lengths.
  static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
  }
}
