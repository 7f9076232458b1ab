#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes that grow in one piece of memory: where canonical text is written, and read back from.
///
/// This file holds the unsafe code of reading and writing text. A buffer's accesses are to memory between `base` and
/// `base + capacity`: writers reserve before they write, and readers are clamped to `count`. Those of a span, at the end,
/// are to what lies between its bounds.
@safe struct ByteBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 2048) {
    unsafe base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  // Tokens and keys are written here.
  deinit {
    unsafe UnsafeMutableRawPointer(base).wipe(byteCount: capacity)
    unsafe base.deallocate()
  }

  /// Forgets what was written and keeps the memory.
  mutating func removeAll() { count = 0 }

  /// Whether there is more memory than most requests need.
  var isLarge: Bool { capacity > 16_384 }

  /// Forgets all but the first `kept` bytes and gives memory back, if the buffer ``isLarge``.
  mutating func shrink(keeping kept: Int = 0) {
    guard isLarge else { return }
    count = min(count, max(kept, 0))
    resize(to: max(2048, count))
  }

  /// Forgets what was written from `newCount` on.
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
    // Not by way of a span, which isn't to be had without a call.
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

  /// Appends a part of what was written before.
  mutating func appendPart(_ range: Range<Int>) {
    let range = range.clamped(to: 0..<count)
    reserve(range.count)
    unsafe (base + count).update(from: base + range.lowerBound, count: range.count)
    count += range.count
  }

  /// Appends as many bytes as `write` puts in the memory that it is given.
  mutating func append<Result>(byteCount: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
    reserve(byteCount)
    let result = unsafe write(base + count)
    count += byteCount
    return result
  }

  mutating func appendZeros(_ byteCount: Int) {
    unsafe append(byteCount: max(byteCount, 0)) { unsafe $0.update(repeating: 0, count: max(byteCount, 0)) }
  }

  /// Combines each byte of `range` with `other` by exclusive or.
  mutating func combine(_ range: Range<Int>, with other: UInt8) {
    for index in range.clamped(to: 0..<count) { unsafe base[index] ^= other }
  }

  /// Appends the bytes from `start` on up to the first that percent-encoding changes, and says where that is.
  mutating func appendUnreserved(_ bytes: Span<UInt8>, from start: Int) -> Int {
    guard start >= 0, start < bytes.count else { return bytes.count }
    reserve(bytes.count - start)
    let stop = unsafe bytes.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress else { return start }
      var index = start
      let out = unsafe base + count
      // Many at a time as long as none of them ends the run: session tokens are long.
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

  /// Appends 4 bits a digit, in lower case.
  mutating func appendHex(_ bytes: Span<UInt8>) {
    reserve(bytes.count * 2)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress else { return }
      let out = unsafe base + count
      // In steps that are all alike, so that the compiler can take many at a time.
      for index in 0..<source.count {
        let byte = unsafe from[index]
        unsafe out[2 &* index] = Hexadecimal.lowercaseDigit(byte >> 4)
        unsafe out[2 &* index &+ 1] = Hexadecimal.lowercaseDigit(byte & 15)
      }
    }
    count += bytes.count * 2
  }

  /// Appends a header name in lower case; false, with something appended, where it is empty or not a token.
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
        // The highest bit for a space alone, in few steps that wait for each other.
        others |= entry &- 0x21
      }
      return others < 0x80
    }
    count += name.count
    return isToken
  }

  /// For each byte its lower-case form where it may stand in a token (RFC 9110, 5.6.2), and a space where it may not.
  private static let tokens: StaticString = """
                                     ! #$%&'  *+ -. 0123456789      \
     abcdefghijklmnopqrstuvwxyz   ^_`abcdefghijklmnopqrstuvwxyz | ~ \
                                                                    \
                                                                    
    """

  /// The first eight bytes of `range` as a number that sorts as they do, with zeros for what is beyond the end.
  func prefix(of range: Range<Int>) -> UInt64 {
    guard range.lowerBound >= 0, range.upperBound <= count else { return 0 }
    if range.count >= 8 {
      return unsafe UInt64(bigEndian: UnsafeRawPointer(base + range.lowerBound).loadUnaligned(as: UInt64.self))
    }
    var prefix: UInt64 = 0
    for index in range { unsafe prefix |= UInt64(base[index]) << UInt64(56 - 8 * (index - range.lowerBound)) }
    return prefix
  }

  /// The byte at `index`, or 0 outside of what was written, where nothing can be written either.
  subscript(index: Int) -> UInt8 {
    get { index >= 0 && index < count ? unsafe base[index] : 0 }
    set { if index >= 0 && index < count { unsafe base[index] = newValue } }
  }

  /// Where `byte` stands last, at or after `start`.
  func lastIndex(of byte: UInt8, from start: Int) -> Int? {
    var index = count - 1
    while index >= max(start, 0) {
      if unsafe base[index] == byte { return index }
      index -= 1
    }
    return nil
  }

  /// Below, at or above zero as `left` sorts before, with or after `right`: byte by byte, the shorter first.
  func compare(_ left: Range<Int>, _ right: Range<Int>) -> Int {
    let left = left.clamped(to: 0..<count)
    let right = right.clamped(to: 0..<count)
    let difference = unsafe memcmp(base + left.lowerBound, base + right.lowerBound, min(left.count, right.count))
    if difference != 0 { return Int(difference) }
    return left.count - right.count
  }

  /// Whether the same stands at `left` as at `right`.
  func isEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    withBytes(left) { left in withBytes(right) { left.isEqual(to: $0) } }
  }

  /// Whether `range` holds `text`.
  @inline(__always)
  func holds(_ text: StaticString, in range: Range<Int>) -> Bool {
    range.count == text.utf8CodeUnitCount && withBytes(range) { $0.isEqual(to: text) }
  }

  /// What was written, or a part of it.
  func withBytes<Result, Failure: Error>(
    _ range: Range<Int>? = nil, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let range = (range ?? 0..<count).clamped(to: 0..<count)
    return try unsafe body(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count).span)
  }

  /// What was written, or a part of it, as text.
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

  /// Moves what was written to another piece of memory.
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
  /// The text that `bytes` are; what isn't UTF-8 is repaired.
  init(copying bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}

extension Span<UInt8> {
  /// Whether both are the same; in no constant time, so not for secrets.
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

  /// Where `byte` stands first, at or after `start`.
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
  /// The bytes in place where they lie in one piece of memory (always, in arrays and `Data`), or else a copy.
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
  /// Overwrites memory that held a secret and is about to be freed.
  ///
  /// Never inlined: a compiler that sees the memory freed afterwards may remove the stores.
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
