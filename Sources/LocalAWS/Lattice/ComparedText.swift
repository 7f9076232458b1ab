import SigV4

/// Paths and query parameters in the form in which a policy is compared with a request.
///
/// It is the canonical form (``SigV4/CanonicalTarget``), in which an escaped byte is one character: U+F0000 plus the byte.
/// An asterisk counts as escaped too: `*` and `?` are always wildcards.
enum ComparedText {
  /// Why a text of a policy has no canonical form.
  struct Flaw: Error {
    let message: String
  }

  /// The meaning of `*` and `?` in a text of a policy.
  enum Wildcards { case allowed, none }

  /// The form of `text`, which is in canonical form.
  static func canonical(_ text: some StringProtocol) -> String {
    var compared = String.UnicodeScalarView()
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
      let isEscape = byte == UInt8(ascii: "%")
      if isEscape || byte == UInt8(ascii: "*") {
        compared += PercentEncoding.bytes(rest.prefix(isEscape ? 3 : 1)).map(escaped)
      } else {
        compared.append(Unicode.Scalar(byte))
      }
      rest = rest.dropFirst(isEscape ? 3 : 1)
    }
    return String(compared)
  }

  /// The form of a resource of a policy: the service's ARN and a path.
  static func resource(_ text: String) throws(Flaw) -> String {
    // After a slash the same text is part of a path.
    let name = text.utf8.firstRange(of: ":service/".utf8)
      .flatMap { text.utf8[..<$0.lowerBound].contains(UInt8(ascii: "/")) ? nil : $0.upperBound }
    let slash = name.flatMap { text.utf8[$0...].firstIndex(of: UInt8(ascii: "/")) }
    let arn = text.utf8[..<(slash ?? text.utf8.startIndex)]
    return try String(Substring(arn)) + pattern(Array(text.utf8[arn.endIndex...]), after: arn)
  }

  /// The form of a path of a policy.
  static func path(_ text: String, _ wildcards: Wildcards) throws(Flaw) -> String {
    let bytes = Array(text.utf8)
    switch (wildcards, bytes.first) {
    case (.none, _):
      guard !bytes.contains(UInt8(ascii: "?")) else {
        throw Flaw(message: "a path contains no query; write a question mark as %3F")
      }
      return try form(bytes, .none, canonicalize: canonicalPath)
    case (.allowed, let first?) where first == UInt8(ascii: "/") || isWildcard(first):
      return try pattern(bytes, after: Substring().utf8)
    case (.allowed, _): throw Flaw(message: "a path begins with / or a wildcard")
    }
  }

  /// The form of a path with wildcards, of which the first characters may be left to a wildcard before it.
  private static func pattern(_ text: [UInt8], after prefix: Substring.UTF8View) throws(Flaw) -> String {
    var hasWildcard = prefix.contains(where: isWildcard)
    // The segments since the last wildcard, which `..` can take back.
    var depth = 0
    for segment in text.split(separator: UInt8(ascii: "/")) {
      switch String(decoding: PercentEncoding.bytes(segment), as: UTF8.self) {
      case ".": break
      case "..":
        guard depth > 0 || !hasWildcard else {
          throw Flaw(message: "a segment .. removes a wildcard; write the path without ..")
        }
        depth = max(0, depth - 1)
      default:
        (hasWildcard, depth) = segment.contains(where: isWildcard) ? (true, 0) : (hasWildcard, depth + 1)
      }
    }
    let slash = text.first == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
    let path = try form(slash + text, .allowed, canonicalize: canonicalPath)
    return String(Substring(path.utf8.dropFirst(slash.count)))
  }

  private static func canonicalPath(_ text: String) throws(Flaw) -> String {
    do { return try CanonicalTarget(text, for: .vpcLattice).path } catch { throw Flaw(message: error.message) }
  }

  /// The form of the name or the value of a query parameter of a policy.
  static func parameter(_ text: String, _ wildcards: Wildcards) throws(Flaw) -> String {
    try form(Array(text.utf8), wildcards) { (text) throws(Flaw) in
      PercentEncoding.bytes(text.utf8).percentEncoded
    }
  }

  /// Canonicalizes `text`, in which `%FE` and `%FF` replace the wildcards meanwhile: no text in UTF-8 contains them.
  private static func form(
    _ text: [UInt8], _ wildcards: Wildcards, canonicalize: (String) throws(Flaw) -> String
  ) throws(Flaw) -> String {
    guard wildcards == .allowed else { return canonical(try canonicalize(String(decoding: text, as: UTF8.self))) }
    for index in text.indices where text[index] == UInt8(ascii: "%") {
      guard !text[index...].prefix(3).contains(where: isWildcard) else {
        throw Flaw(message: "a wildcard stands within an escape; write a percent sign as %25")
      }
    }
    guard PercentEncoding.bytes(text).allSatisfy({ $0 < 0xFE }) else {
      throw Flaw(message: "it contains %FE or %FF, which isn't UTF-8")
    }
    let marked = text.flatMap { byte in
      switch byte {
      case UInt8(ascii: "*"): Array("%FE".utf8)
      case UInt8(ascii: "?"): Array("%FF".utf8)
      default: [byte]
      }
    }
    var compared = canonical(try canonicalize(String(decoding: marked, as: UTF8.self))).unicodeScalars
    compared.replace([escaped(0xFE)], with: ["*"])
    compared.replace([escaped(0xFF)], with: ["?"])
    return String(compared)
  }

  private static func escaped(_ byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(0xF0000 + UInt32(byte)) ?? Unicode.Scalar(byte)
  }

  private static func isWildcard(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }
}
