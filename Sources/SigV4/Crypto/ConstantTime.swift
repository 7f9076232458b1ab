/// Comparisons whose time tells nothing about what they compare.
enum ConstantTime {
  /// Whether two texts are the same, in a time that depends on their lengths alone.
  static func isEqual(_ left: String, _ right: String) -> Bool {
    left.withBytes { left in
      right.withBytes { right in
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
      }
    }
  }
}
