extension ByteBuffer {
  /// Appends a header value with its white space squeezed; false where it holds what no server takes.
  ///
  /// Sets `hasLowBytes` for a value with bytes below 0x20, such as tabs.
  mutating func appendSqueezed(_ value: Span<UInt8>, _ hasLowBytes: inout Bool) -> Bool {
    // Most values hold no white space, tokens among them, or spaces alone.
    let lowest = value.lowest
    guard lowest < 0x20 else {
      if lowest > 0x20 { append(value) } else { appendWords(of: value) }
      return true
    }
    hasLowBytes = true
    let start = count
    var pendingSpace = false
    for index in value.indices {
      let byte = value[index]
      switch byte {
      case 0x00:
        return false
      case 0x09...0x0D, 0x20:
        if byte == 0x0A || byte == 0x0D, !value.isFold(at: index) { return false }
        pendingSpace = true
      default:
        if pendingSpace, count > start { append(0x20) }
        pendingSpace = false
        append(byte)
      }
    }
    return true
  }

  /// Appends what stands between the spaces of `value`, joined by one.
  private mutating func appendWords(of value: Span<UInt8>) {
    let start = count
    var index = 0
    while index < value.count {
      let end = value.firstIndex(of: 0x20, from: index) ?? value.count
      if index < end {
        if count > start { append(0x20) }
        append(value.extracting(index..<end))
      }
      index = end + 1
    }
  }
}

extension Span<UInt8> {
  /// Whether the line break at `index` is followed by a space or a tab, after the rest of the line break.
  fileprivate func isFold(at index: Int) -> Bool {
    var next = index + 1
    if self[index] == 0x0D, next < count, self[next] == 0x0A { next += 1 }
    return next < count && (self[next] == 0x20 || self[next] == 0x09)
  }
}
