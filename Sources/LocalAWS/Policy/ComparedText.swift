import SigV4

/// Paths and query parameters in the form in which a policy is compared with a request.
///
/// It is the canonical form (``SigV4/CanonicalTarget``), in which an escaped byte is one character: U+F0000 plus the byte.
/// An asterisk counts as escaped too: `*` and `?` are always wildcards.
enum ComparedText {
  /// The form of `text`, which is in canonical form.
  static func canonical(_ text: some StringProtocol) -> String {
    var compared = String.UnicodeScalarView()
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
      let isEscape = byte == UInt8(ascii: "%")
      if isEscape || byte == UInt8(ascii: "*") {
        compared += Array(rest.prefix(isEscape ? 3 : 1)).percentDecoded.map(escaped)
      } else {
        compared.append(Unicode.Scalar(byte))
      }
      rest = rest.dropFirst(isEscape ? 3 : 1)
    }
    return String(compared)
  }

  /// The form of a value that replaces a variable.
  ///
  /// No byte of it acts as a wildcard, an escape or a dot segment.
  static func literal(_ value: String, isPath: Bool) -> String {
    let kept = isPath ? "-._~!$&'()+,;=:@/".utf8 : "-._~".utf8
    return String(
      String.UnicodeScalarView(
        value.utf8.map { byte in
          byte.isLetterOrDigit || kept.contains(byte) ? Unicode.Scalar(byte) : escaped(byte)
        }))
  }

  static func canonicalPath(_ text: String) throws(PolicyFlaw) -> String {
    do { return canonical(try CanonicalTarget(text, for: .vpcLattice).path) } catch { throw .malformed(error.message) }
  }

  static func canonicalParameter(_ text: String) -> String {
    canonical(Array(text.utf8).percentDecoded.percentEncoded)
  }

  /// The character that represents an escaped byte.
  static func escaped(_ byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(0xF0000 + UInt32(byte)) ?? Unicode.Scalar(byte)
  }
}
