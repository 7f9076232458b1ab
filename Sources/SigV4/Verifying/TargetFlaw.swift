extension Verifier {
  /// Whether a verifier accepts a request target that isn't in canonical form.
  ///
  /// A target is in canonical form if normalization leaves it unchanged (RFC 3986, 6.2.2). It has no dot segments and no repeated
  /// slashes, except for S3, where both are a part of the key. It escapes no letters, digits or `-._~`, and its escapes are in
  /// upper case. It contains no unescaped character that is invalid in a URI, such as a space. Its query contains no `+` and no
  /// `;`, which servers read in several ways: send `%20` or `%2B`, and `%3B`.
  ///
  /// A signature doesn't cover the order of parameters, even of those with one name, nor empty parameters and the `=` of an
  /// empty value. Nor does it cover whether a reserved character of the query is escaped. Targets that differ in these alone
  /// verify with one signature and are accepted: `?a=2&a=1` and `?a=1&a=2`, `?&a=1` and `?a=1`, `?a` and `?a=`, `?a=/` and
  /// `?a=%2F`. ``VerifiedRequest/target`` is the same for all of them: read parameters from there.
  public enum NonCanonicalTargets: Sendable, Hashable {
    /// Such a request is rejected, so that no router can read its path in another way than the verifier.
    case rejected
    /// Such a request is accepted if its signature is right, as AWS does. Route by ``VerifiedRequest/target``.
    case accepted
  }
}

/// The first reason why a request target is invalid, or isn't in canonical form.
struct TargetFlaw {
  enum Kind {
    /// It doesn't start with a slash.
    case notAPath
    case controlCharacter
    case fragment
    /// A byte that is invalid in a URI.
    case unescaped(UInt8)
    /// A `+` or `;` in the query.
    case ambiguous(UInt8)
    /// A `%` without two hex digits in upper case.
    case malformedEscape
    /// An escape of a letter, a digit or one of `-._~`.
    case needlessEscape
    case emptySegment
    case dotSegment
  }

  let kind: Kind
  let offset: Int

  /// Finds the first flaw in `target`; `nil` if there is none.
  init?(
    in target: Span<UInt8>, _ normalization: SigningService.PathNormalization,
    _ nonCanonical: Verifier.NonCanonicalTargets
  ) {
    guard !target.isEmpty, target[0] == UInt8(ascii: "/") else {
      self.init(kind: .notAPath, offset: 0)
      return
    }
    let isStrict = nonCanonical == .rejected
    var pathEnd = target.count
    var index = 0
    while index < target.count {
      let byte = target[index]
      defer { index += 1 }
      // Most bytes.
      if byte.isPlain { continue }
      let kind: Kind
      switch byte {
      case UInt8(ascii: "/"):
        guard isStrict, pathEnd == target.count, normalization == .normalized, index > 0 else { continue }
        if target[index - 1] == UInt8(ascii: "/") {
          kind = .emptySegment
        } else if target.endsInDotSegment(before: index) {
          kind = .dotSegment
        } else {
          continue
        }
      case UInt8(ascii: "?"):
        if pathEnd == target.count { pathEnd = index }
        continue
      case UInt8(ascii: "%"):
        guard isStrict else { continue }
        if let decoded = PercentEncoding.decodedByte(at: index, in: target),
          !target[index + 1].isASCIILowercase, !target[index + 2].isASCIILowercase
        {
          guard PercentEncoding.isUnreserved(decoded) else { continue }
          kind = .needlessEscape
        } else {
          kind = .malformedEscape
        }
      case UInt8(ascii: "#"):
        kind = .fragment
      case 0..<ASCII.space, ASCII.delete:
        kind = .controlCharacter
      case UInt8(ascii: "+"), UInt8(ascii: ";"):
        guard isStrict, pathEnd < target.count else { continue }
        kind = .ambiguous(byte)
      default:
        guard isStrict else { continue }
        kind = .unescaped(byte)
      }
      self.init(kind: kind, offset: index)
      return
    }
    guard isStrict, normalization == .normalized, target.endsInDotSegment(before: pathEnd) else { return nil }
    self.init(kind: .dotSegment, offset: pathEnd - 1)
  }

  private init(kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  /// Whether no server accepts such a target, whatever the verifier does with targets that aren't in canonical form.
  var isInvalid: Bool {
    switch kind {
    case .notAPath, .controlCharacter, .fragment: true
    default: false
    }
  }

  /// The error message: the flaw, its place and the remedy.
  var message: String {
    switch kind {
    case .notAPath: "The request target must be a path that starts with /, with or without a query."
    case .controlCharacter: "The request target contains a control character at byte \(offset). Percent-encode it."
    case .fragment: "The request target contains # at byte \(offset). Send no fragment, or percent-encode it as %23."
    case .unescaped(let byte):
      "The request target contains an unescaped byte at \(offset) that is invalid in a URI. Send it as \([byte].percentEncoded)."
    case .ambiguous(let byte):
      "The query contains an unescaped \(Character(Unicode.Scalar(byte))) at byte \(offset), which servers read in several ways. Send it as \([byte].percentEncoded)\(byte == UInt8(ascii: "+") ? ", or a space as %20" : "")."
    case .malformedEscape:
      "The request target contains a % at byte \(offset) without two hex digits in upper case. Send % itself as %25."
    case .needlessEscape:
      "The request target contains an escape at byte \(offset) of a character that needs none. Send it unescaped."
    case .emptySegment: "The path contains two slashes in a row at byte \(offset - 1). Send one."
    case .dotSegment: "The path contains a segment . or .. that ends at byte \(offset). Resolve it before signing."
    }
  }
}

extension Span<UInt8> {
  /// Whether the segment before `end` is `.` or `..`.
  fileprivate func endsInDotSegment(before end: Int) -> Bool {
    guard end > 1, self[end - 1] == UInt8(ascii: ".") else { return false }
    let start = self[end - 2] == UInt8(ascii: ".") ? end - 3 : end - 2
    return start >= 0 && self[start] == UInt8(ascii: "/")
  }
}

extension UInt8 {
  /// A character that is valid anywhere in a target: those of a path segment except `+` and `;`.
  @inline(__always)
  fileprivate var isPlain: Bool {
    let bits: UInt64 = self & 0x40 == 0 ? 0x27FF_77D2_0000_0000 : 0x47FF_FFFE_87FF_FFFF
    return bits &>> UInt64(self) & ~(UInt64(self) &>> 7) & 1 == 1
  }
}
