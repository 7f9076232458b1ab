/// The second line of a canonical request: the absolute path.
///
/// The path is sent encoded once. S3 signs it unchanged. Every other service removes dot segments and repeated slashes, and
/// signs the path encoded once more
/// (AWS IAM User Guide, "Create a signed AWS API request", step 1).
enum CanonicalPath {
  /// Appends the canonical form of `path`, the request target up to its `?`.
  static func append(
    _ path: Span<UInt8>, normalization: SigningService.PathNormalization, encoding: SigningService.PathEncoding,
    to buffer: inout ByteBuffer
  ) {
    switch normalization {
    // rule: path-kept
    case .preserved:
      // rule: path-absolute
      if path.isEmpty { buffer.append(UInt8(ascii: "/")) }
      append(path, path.indices, encoding, to: &buffer)
    case .normalized:
      appendNormalized(path, encoding, to: &buffer)
    }
  }

  /// Writes segment by segment; `..` removes the segment before it.
  ///
  /// Only literal dots form a dot segment: to AWS, `%2e%2e` is a name like any other.
  private static func appendNormalized(
    _ path: Span<UInt8>, _ encoding: SigningService.PathEncoding, to buffer: inout ByteBuffer
  ) {
    let root = buffer.count
    var start = 0
    while start < path.count {
      var end = start
      while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
      let length = end - start
      // rule: path-dot-segments-removed, path-literal-dots-only
      if length == 2, path[start] == UInt8(ascii: "."), path[start + 1] == UInt8(ascii: ".") {
        buffer.truncate(to: buffer.lastIndex(of: UInt8(ascii: "/"), from: root) ?? root)
      } else if length > 0, !(length == 1 && path[start] == UInt8(ascii: ".")) {  // rule: path-slashes-joined
        buffer.append(UInt8(ascii: "/"))
        append(path, start..<end, encoding, to: &buffer)
      }
      start = end + 1
    }
    // rule: path-absolute, path-trailing-slash-kept
    let endsInSlash = path.count > 0 && path[path.count - 1] == UInt8(ascii: "/")
    if buffer.count == root || endsInSlash { buffer.append(UInt8(ascii: "/")) }
  }

  private static func append(
    _ path: Span<UInt8>, _ range: Range<Int>, _ encoding: SigningService.PathEncoding, to buffer: inout ByteBuffer
  ) {
    switch encoding {
    // rule: path-encoded-once
    case .once:
      buffer.append(path.extracting(range))
    // rule: path-encoded-twice
    case .twice:
      let part = path.extracting(range)
      var index = 0
      while index < part.count {
        // rule: path-unreserved-kept
        index = buffer.appendUnreserved(part, from: index)
        guard index < part.count else { return }
        // rule: path-raw-bytes-encoded
        let byte = part[index]
        if byte == UInt8(ascii: "/") { buffer.append(byte) } else { PercentEncoding.append(byte, to: &buffer) }
        index += 1
      }
    }
  }
}
