/// A request target in canonical form: the text to route by, and to compare with the paths of a policy.
///
/// A signature covers a target in canonical form, so one signature is valid for several targets. For example, `//admin`,
/// `/./admin` and `/a/../admin` verify with the signature of `/admin`. Code that reads the target as it was sent can mistake
/// such a request for a different one. Code that reads this value can't.
///
/// ```swift
/// let target = try CanonicalTarget("/a/../admin?b=2&a=1", for: .executeAPI)
/// print(target.path, target.query)  // /admin a=1&b=2
/// ```
public struct CanonicalTarget: Sendable {
  private let text: String
  private let normalization: SigningService.PathNormalization

  /// Reads a request target.
  ///
  /// - Parameters:
  ///   - target: The request target of HTTP/1.1's first line, or `:path` of HTTP/2.
  ///   - service: The service that the request is for. Dot segments and repeated slashes are a part of the path for S3.
  /// - Throws: ``SigningError`` with the code `invalidTarget` if the target doesn't start with `/`, or contains `#` or a
  ///   control character (RFC 9112, 3.2.1).
  public init(_ target: String, for service: SigningService) throws(SigningError) {
    let flaw = target.withBytes { TargetFlaw(in: $0, service.pathNormalization, .accepted) }
    if let flaw { throw SigningError(.invalidTarget, flaw.message) }
    self.init(valid: target, service.pathNormalization)
  }

  /// Wraps a target that was checked.
  init(valid target: String, _ normalization: SigningService.PathNormalization) {
    text = target
    self.normalization = normalization
  }

  /// The path: dot segments and repeated slashes are removed, and each character is written in one way.
  ///
  /// Characters that a segment may contain are unescaped (RFC 3986, 3.3: letters, digits and `-._~!$&'()*+,;=:@`).
  /// Every other byte is percent-encoded in upper case: `/a%20b/x:y`. An escaped slash stays `%2F` and separates nothing.
  /// Escaped dots are dots, so that `/a/%2e%2e/admin` is `/admin`. The path of S3 keeps its dot segments and slashes.
  public var path: String {
    var path = ByteBuffer(capacity: 256)
    withParts { bytes, _ in Self.appendPath(bytes, normalization, to: &path) }
    return path.string()
  }

  /// The segments of ``path``, percent-decoded; bytes that aren't UTF-8 become U+FFFD.
  ///
  /// `/a%20b/c` has the segments `a b` and `c`, `/a/` has `a` and an empty one, and `/` has a single empty one. A segment can
  /// contain a slash, which was sent as `%2F`.
  public var pathSegments: [String] {
    path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { PercentEncoding.decoded($0) }
  }

  /// The query as a canonical request contains it: sorted by name and value, each byte except letters, digits and `-._~`
  /// percent-encoded, and without `X-Amz-Signature`.
  public var query: String {
    var query = CanonicalQuery()
    var buffer = ByteBuffer(capacity: 256)
    withParts { _, bytes in query.read(bytes, sessionToken: .signed) }
    query.append(to: &buffer)
    return buffer.string()
  }

  /// The names and values of ``query``, percent-decoded; bytes that aren't UTF-8 become U+FFFD.
  ///
  /// Values of a repeated name are sorted: a signature doesn't cover their order. `+` is a plus sign, not a space.
  public var parameters: [(name: String, value: String)] {
    query.utf8.split(separator: UInt8(ascii: "&")).map { parameter in
      let name = parameter.prefix { $0 != UInt8(ascii: "=") }
      return (PercentEncoding.decoded(name), PercentEncoding.decoded(parameter.dropFirst(name.count + 1)))
    }
  }

  /// Calls `body` with the bytes before and after the first `?`.
  private func withParts(_ body: (_ path: Span<UInt8>, _ query: Span<UInt8>) -> Void) {
    text.withBytes { bytes in
      let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
      body(bytes.extracting(0..<end), bytes.extracting(min(end + 1, bytes.count)..<bytes.count))
    }
  }

  private static func appendPath(
    _ path: Span<UInt8>, _ normalization: SigningService.PathNormalization, to buffer: inout ByteBuffer
  ) {
    var start = path.count > 0 && path[0] == UInt8(ascii: "/") ? 1 : 0
    while start <= path.count {
      let end = path.firstIndex(of: UInt8(ascii: "/"), from: start) ?? path.count
      let segment = buffer.count
      buffer.append(UInt8(ascii: "/"))
      appendSegment(path.extracting(start..<end), to: &buffer)
      if normalization == .normalized {
        let name = segment + 1..<buffer.count
        if buffer.holds("..", in: name) {
          buffer.truncate(to: segment)
          buffer.truncate(to: buffer.lastIndex(of: UInt8(ascii: "/"), from: 0) ?? 0)
        } else if name.isEmpty || buffer.holds(".", in: name) {
          buffer.truncate(to: segment)
        }
      }
      start = end + 1
    }
    // As in a canonical request: a slash at the end stays, and an empty path is the root.
    let endsInSlash = normalization == .normalized && path.count > 0 && path[path.count - 1] == UInt8(ascii: "/")
    if buffer.count == 0 || endsInSlash { buffer.append(UInt8(ascii: "/")) }
  }

  private static func appendSegment(_ segment: Span<UInt8>, to buffer: inout ByteBuffer) {
    var index = 0
    while index < segment.count {
      let escaped = PercentEncoding.decodedByte(at: index, in: segment)
      let byte = escaped ?? segment[index]
      index += escaped == nil ? 1 : 3
      if byte.isSegmentCharacter { buffer.append(byte) } else { PercentEncoding.append(byte, to: &buffer) }
    }
  }
}

extension CanonicalTarget: Hashable {
  /// Whether both are the same in canonical form.
  public static func == (left: CanonicalTarget, right: CanonicalTarget) -> Bool {
    left.path == right.path && left.query == right.query
  }

  /// Hashes the path and the query.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(query)
  }
}

extension CanonicalTarget: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The path and the query, without the values of parameters that may contain a secret.
  public var description: String { Redaction.target(query.isEmpty ? path : "\(path)?\(query)") }
  /// The same as ``description``.
  public var debugDescription: String { description }
  /// The same as ``description``.
  public var customMirror: Mirror { Mirror(self, children: ["target": description], displayStyle: .struct) }
}
