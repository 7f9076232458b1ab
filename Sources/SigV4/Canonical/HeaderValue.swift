extension ByteBuffer {
  /// Appends a header value with one space for each run of white space; returns false if the value is malformed.
  ///
  /// Sets `hasLowBytes` for a value with bytes below 0x20, such as tabs.
  mutating func appendSqueezed(_ value: Span<UInt8>, _ hasLowBytes: inout Bool) -> Bool {
    // Most values contain no white space other than spaces.
    let lowest = value.lowest
    guard lowest < ASCII.space else {
      if lowest > ASCII.space { append(value) } else { appendWords(of: value) }
      return true
    }
    hasLowBytes = true
    let start = count
    var pendingSpace = false
    for index in value.indices {
      let byte = value[index]
      switch byte {
      case 0:
        return false
      case ASCII.tab...ASCII.carriageReturn, ASCII.space:
        // rule: header-folds-joined
        if byte == ASCII.newline || byte == ASCII.carriageReturn, !value.isFold(at: index) { return false }
        pendingSpace = true
      default:
        if pendingSpace, count > start { append(ASCII.space) }  // rule: header-white-space-squeezed
        pendingSpace = false
        append(byte)  // rule: header-value-kept
      }
    }
    return true
  }

  /// Appends the words of `value`, joined by one space.
  private mutating func appendWords(of value: Span<UInt8>) {
    let start = count
    var index = 0
    while index < value.count {
      let end = value.firstIndex(of: ASCII.space, from: index) ?? value.count
      if index < end {
        if count > start { append(ASCII.space) }
        append(value.extracting(index..<end))
      }
      index = end + 1
    }
  }
}

extension Span<UInt8> {
  /// Whether a space or a tab follows the line break at `index`, which can be CR LF.
  fileprivate func isFold(at index: Int) -> Bool {
    var next = index + 1
    if self[index] == ASCII.carriageReturn, next < count, self[next] == ASCII.newline { next += 1 }
    return next < count && (self[next] == ASCII.space || self[next] == ASCII.tab)
  }
}
