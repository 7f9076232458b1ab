/// The second line of a canonical request: the absolute path.
///
/// The path is taken as it goes on the wire, which is encoded once. S3 signs that; every other service signs it
/// encoded once more, after dot segments and repeated slashes are removed
/// (AWS IAM User Guide, "Create a signed AWS API request", step 1).
enum CanonicalPath {
  /// Appends the canonical form of `path`, the request target up to its `?`.
  static func append(
    _ path: Span<UInt8>, normalization: SigningService.PathNormalization, encoding: SigningService.PathEncoding,
    to buffer: inout ByteBuffer
  ) {
    switch normalization {
    case .preserved:
      if path.isEmpty { buffer.append(0x2F) }
      append(path, path.indices, encoding, to: &buffer)
    case .normalized:
      appendNormalized(path, encoding, to: &buffer)
    }
  }

  /// Writes segment by segment; `..` takes back the segment that was written last.
  ///
  /// Only literal dots make a dot segment: `%2e%2e` is a name like any other, as it is to AWS.
  private static func appendNormalized(
    _ path: Span<UInt8>, _ encoding: SigningService.PathEncoding, to buffer: inout ByteBuffer
  ) {
    let root = buffer.count
    var start = 0
    while start < path.count {
      var end = start
      while end < path.count, path[end] != 0x2F { end += 1 }
      let length = end - start
      if length == 2, path[start] == 0x2E, path[start + 1] == 0x2E {
        buffer.truncate(to: buffer.lastIndex(of: 0x2F, from: root) ?? root)
      } else if length > 0, !(length == 1 && path[start] == 0x2E) {
        buffer.append(0x2F)
        append(path, start..<end, encoding, to: &buffer)
      }
      start = end + 1
    }
    let endsInSlash = path.count > 0 && path[path.count - 1] == 0x2F
    if buffer.count == root || endsInSlash { buffer.append(0x2F) }
  }

  private static func append(
    _ path: Span<UInt8>, _ range: Range<Int>, _ encoding: SigningService.PathEncoding, to buffer: inout ByteBuffer
  ) {
    switch encoding {
    case .once:
      buffer.append(path.extracting(range))
    case .twice:
      let part = path.extracting(range)
      var index = 0
      while index < part.count {
        index = buffer.appendUnreserved(part, from: index)
        guard index < part.count else { return }
        if part[index] == 0x2F { buffer.append(0x2F) } else { PercentEncoding.append(part[index], to: &buffer) }
        index += 1
      }
    }
  }
}
