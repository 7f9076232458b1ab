#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#elseif canImport(Darwin)
  import Darwin
#endif

/// A growable buffer in one block of memory, for canonical text.
///
/// This file contains the unsafe code that reads and writes text. A buffer accesses memory between `base` and
/// `base + capacity`: writers reserve before they write, and readers clamp to `count`. The extensions of `Span` below access
/// memory within its bounds.
@safe struct ByteBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 2048) {
    unsafe base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  // The buffer can contain tokens and keys.
  deinit {
    unsafe UnsafeMutableRawPointer(base).wipe(byteCount: capacity)
    unsafe base.deallocate()
  }

  /// Removes all bytes and keeps the memory.
  mutating func removeAll() { count = 0 }

  /// Whether there is more memory than most requests need.
  var isLarge: Bool { capacity > 16_384 }

  /// Removes all but the first `kept` bytes and frees memory, if the buffer ``isLarge``.
  mutating func shrink(keeping kept: Int = 0) {
    guard isLarge else { return }
    count = min(count, max(kept, 0))
    resize(to: max(2048, count))
  }

  /// Removes the bytes from `newCount` on.
  mutating func truncate(to newCount: Int) { count = min(count, max(newCount, 0)) }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    reserve(text.utf8CodeUnitCount)
    unsafe (base + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  mutating func append(_ string: String) {
    // With a span, signing would execute 2 % more instructions outside of SHA-256.
    let isDone: Void? = unsafe string.utf8.withContiguousStorageIfAvailable { unsafe append($0) }
    if isDone == nil { string.withBytes { append($0) } }
  }

  @inline(__always)
  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    reserve(bytes.count)
    if let start = bytes.baseAddress { unsafe (base + count).update(from: start, count: bytes.count) }
    count += bytes.count
  }

  /// Appends `range` of another buffer.
  mutating func append(_ range: Range<Int>, of other: borrowing ByteBuffer) {
    let range = range.clamped(to: 0..<other.count)
    reserve(range.count)
    unsafe (base + count).update(from: other.base + range.lowerBound, count: range.count)
    count += range.count
  }

  /// Appends a copy of `range`.
  mutating func appendPart(_ range: Range<Int>) {
    let range = range.clamped(to: 0..<count)
    reserve(range.count)
    unsafe (base + count).update(from: base + range.lowerBound, count: range.count)
    count += range.count
  }

  /// Appends `byteCount` bytes that `write` stores at the pointer that it receives.
  mutating func append<Result>(byteCount: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
    reserve(byteCount)
    let result = unsafe write(base + count)
    count += byteCount
    return result
  }

  mutating func appendZeros(_ byteCount: Int) {
    unsafe append(byteCount: max(byteCount, 0)) { unsafe $0.update(repeating: 0, count: max(byteCount, 0)) }
  }

  /// Combines each byte of `range` with `other` by exclusive OR.
  mutating func combine(_ range: Range<Int>, with other: UInt8) {
    for index in range.clamped(to: 0..<count) { unsafe base[index] ^= other }
  }

  /// Appends the bytes from `start` up to the first one that percent-encoding changes, and returns its index.
  mutating func appendUnreserved(_ bytes: Span<UInt8>, from start: Int) -> Int {
    guard start >= 0, start < bytes.count else { return bytes.count }
    reserve(bytes.count - start)
    let stop = unsafe bytes.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress else { return start }
      var index = start
      let out = unsafe base + count
      // Many bytes at a time until one ends the run: session tokens are long.
      while index + Self.stride <= source.count {
        var others: UInt8 = 0
        for offset in 0..<Self.stride {
          others |= unsafe PercentEncoding.reservedness(of: from[index &+ offset])
        }
        guard others == 0 else { break }
        unsafe (out + (index - start)).update(from: from + index, count: Self.stride)
        index += Self.stride
      }
      while index < source.count {
        let byte = unsafe from[index]
        guard PercentEncoding.isUnreserved(byte) else { return index }
        unsafe out[index &- start] = byte
        index &+= 1
      }
      return index
    }
    count += stop - start
    return stop
  }

  private static let stride = 32

  /// Appends two lower-case hex digits for each byte.
  mutating func appendHex(_ bytes: Span<UInt8>) {
    reserve(bytes.count * 2)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress else { return }
      let out = unsafe base + count
      // Without branches, so that the compiler can vectorize the loop.
      for index in 0..<source.count {
        let byte = unsafe from[index]
        unsafe out[2 &* index] = Hexadecimal.lowercaseDigit(byte >> 4)
        unsafe out[2 &* index &+ 1] = Hexadecimal.lowercaseDigit(byte & 15)
      }
    }
    count += bytes.count * 2
  }

  /// Appends a header name in lower case; returns false, with bytes appended, if it is empty or isn't a token.
  mutating func appendLowercasedToken(_ name: Span<UInt8>) -> Bool {
    reserve(name.count)
    let isToken = unsafe name.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress, source.count > 0 else { return false }
      let out = unsafe base + count
      let table = unsafe Self.tokens.utf8Start
      var others: UInt8 = 0
      for index in 0..<source.count {
        let entry = unsafe table[Int(from[index])]
        unsafe out[index] = entry
        // Only a space sets the highest bit, without a branch and with few dependent steps.
        others |= entry &- UInt8(ascii: "!")
      }
      return others < 0x80
    }
    count += name.count
    return isToken
  }

  /// The lower-case form of each byte of a token (RFC 9110, 5.6.2), and a space for any other byte.
  ///
  /// A literal, because Swift checks at each use whether a computed table is initialized. `TokenTests` compares it with
  /// ``UInt8/isTokenCharacter``.
  private static let tokens: StaticString = """
                                     ! #$%&'  *+ -. 0123456789      \
     abcdefghijklmnopqrstuvwxyz   ^_`abcdefghijklmnopqrstuvwxyz | ~ \
                                                                    \
                                                                    
    """

  /// The first eight bytes of `range` as a number with the same order, padded with zeros.
  func prefix(of range: Range<Int>) -> UInt64 {
    guard range.lowerBound >= 0, range.upperBound <= count else { return 0 }
    if range.count >= 8 {
      return unsafe UInt64(bigEndian: UnsafeRawPointer(base + range.lowerBound).loadUnaligned(as: UInt64.self))
    }
    var prefix: UInt64 = 0
    for index in range { unsafe prefix |= UInt64(base[index]) << UInt64(56 - 8 * (index - range.lowerBound)) }
    return prefix
  }

  /// The byte at `index`; out of bounds, reads return 0 and writes are ignored.
  subscript(index: Int) -> UInt8 {
    get { index >= 0 && index < count ? unsafe base[index] : 0 }
    set { if index >= 0 && index < count { unsafe base[index] = newValue } }
  }

  /// The index of the last `byte` at or after `start`.
  func lastIndex(of byte: UInt8, from start: Int) -> Int? {
    var index = count - 1
    while index >= max(start, 0) {
      if unsafe base[index] == byte { return index }
      index -= 1
    }
    return nil
  }

  /// Compares two ranges byte by byte: negative, zero or positive if `left` sorts before, equal to or after `right`.
  ///
  /// A prefix sorts first.
  func compare(_ left: Range<Int>, _ right: Range<Int>) -> Int {
    let left = left.clamped(to: 0..<count)
    let right = right.clamped(to: 0..<count)
    let difference = unsafe memcmp(base + left.lowerBound, base + right.lowerBound, min(left.count, right.count))
    if difference != 0 { return Int(difference) }
    return left.count - right.count
  }

  /// Whether the bytes at `left` and at `right` are equal.
  func isEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    guard left.count == right.count, left.lowerBound >= 0, left.upperBound <= count, right.lowerBound >= 0,
      right.upperBound <= count
    else { return false }
    return unsafe memcmp(base + left.lowerBound, base + right.lowerBound, left.count) == 0
  }

  /// Whether the bytes of `range` are those of `text`.
  @inline(__always)
  func holds(_ text: StaticString, in range: Range<Int>) -> Bool {
    range.count == text.utf8CodeUnitCount && withBytes(range) { $0.isEqual(to: text) }
  }

  /// Calls `body` with all bytes, or with those of `range`.
  func withBytes<Result, Failure: Error>(
    _ range: Range<Int>? = nil, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let range = (range ?? 0..<count).clamped(to: 0..<count)
    return try unsafe body(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count).span)
  }

  /// All bytes, or those of `range`, as text.
  func string(_ range: Range<Int>? = nil) -> String {
    let range = (range ?? 0..<count).clamped(to: 0..<count)
    return unsafe String(
      decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
  }

  private mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(to: count + more) }
  }

  @inline(never)
  private mutating func grow(to needed: Int) {
    resize(to: max(capacity * 2, needed))
  }

  /// Moves the bytes to a new block of memory.
  private mutating func resize(to newCapacity: Int) {
    let newBase = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
    unsafe newBase.update(from: base, count: count)
    unsafe UnsafeMutableRawPointer(base).wipe(byteCount: capacity)
    unsafe base.deallocate()
    unsafe base = newBase
    capacity = newCapacity
  }
}

extension String {
  /// Creates a string from `bytes`, and repairs invalid UTF-8.
  init(copying bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}

extension Span<UInt8> {
  /// Whether both have equal bytes; not in constant time, so not for secrets.
  func isEqual(to other: Span<UInt8>) -> Bool {
    unsafe withUnsafeBufferPointer { left in
      unsafe other.withUnsafeBufferPointer { right in
        guard let start = left.baseAddress, let other = right.baseAddress else { return left.count == right.count }
        return unsafe left.count == right.count && memcmp(start, other, left.count) == 0
      }
    }
  }

  /// Whether these are the bytes of `text`.
  @inline(__always)
  func isEqual(to text: StaticString) -> Bool {
    unsafe withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress, bytes.count == text.utf8CodeUnitCount else { return false }
      return unsafe memcmp(start, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
  }

  /// The index of the first `byte` at or after `start`.
  func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    guard start >= 0, start < count else { return nil }
    return unsafe withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
      else {
        return nil
      }
      return unsafe UnsafeRawPointer(base).distance(to: found)
    }
  }
}

extension Collection<UInt8> {
  /// Calls `body` with the bytes in place if they are contiguous, as in arrays and `Data`, and otherwise with a copy.
  @inlinable
  func withSpan<Value, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let result = withContiguousStorageIfAvailable { buffer -> Result<Value, Failure> in
      do throws(Failure) { return .success(try body(unsafe buffer.span)) } catch { return .failure(error) }
    }
    if let result { return try result.get() }
    let copy = Array(self)
    return try body(copy.span)
  }
}

extension UnsafeMutableRawPointer {
  /// Overwrites memory that contains a secret and is about to be freed.
  ///
  /// Never inlined: a compiler that sees that the memory is freed afterwards may remove the stores.
  @inline(never)
  func wipe(byteCount: Int) {
    #if canImport(Darwin)
      _ = unsafe memset_s(self, byteCount, 0, byteCount)
    #elseif canImport(Glibc) || canImport(Musl)
      unsafe explicit_bzero(self, byteCount)
    #else
      unsafe memset(self, 0, byteCount)
    #endif
  }
}
