extension Span<UInt8> {
  /// The least of the bytes; 0xFF where there is none.
  var lowest: UInt8 {
    // Without an early end, so that the compiler can look at many at a time.
    var lowest: UInt8 = 0xFF
    for index in indices { lowest = min(lowest, self[index]) }
    return lowest
  }

  /// Whether there is no white space among the bytes, and no control character.
  var isVisible: Bool {
    var lowest: UInt8 = 0xFF
    var nearestToDelete: UInt8 = 0xFF
    for index in indices {
      lowest = min(lowest, self[index])
      nearestToDelete = min(nearestToDelete, self[index] ^ 0x7F)
    }
    return lowest > 0x20 && nearestToDelete > 0
  }
}
