import SigV4

/// The data of a curl command, as its options build it.
struct CurlData {
  /// The options that give data, and how each reads it.
  enum Kind: String {
    case plain = "--data"
    case raw = "--data-raw"
    case binary = "--data-binary"
    case encoded = "--data-urlencode"
    case json = "--json"
  }

  private(set) var bytes: [UInt8] = []
  private var isEmpty = true

  /// Appends the value of an option; `file` reads a file by its name.
  mutating func append(_ value: [UInt8], _ kind: Kind, file: (String) throws -> [UInt8]) throws {
    var piece = value
    if kind == .encoded {
      piece = try Self.encoded(value, file: file)
    } else if kind != .raw, value.first == UInt8(ascii: "@") {
      piece = try file(String(decoding: value.dropFirst(), as: UTF8.self))
      // curl removes line breaks and NUL from a file that --data reads.
      if kind == .plain { piece.removeAll { $0 == ASCII.newline || $0 == ASCII.carriageReturn || $0 == 0 } }
    }
    if !isEmpty, kind != .json { bytes.append(UInt8(ascii: "&")) }
    bytes += piece
    isEmpty = false
  }

  /// Encodes the content of `CONTENT`, `=CONTENT`, `NAME=CONTENT`, `@FILE` or `NAME@FILE`.
  ///
  /// A space becomes `+`, as in curl from version 7.77 on; earlier ones send `%20`.
  static func encoded(_ value: [UInt8], file: (String) throws -> [UInt8]) throws -> [UInt8] {
    let mark = value.firstIndex(of: UInt8(ascii: "=")) ?? value.firstIndex(of: UInt8(ascii: "@"))
    guard let mark else { return formEncoded(value) }
    let name = value[..<mark]
    let rest = value[(mark + 1)...]
    let content =
      value[mark] == UInt8(ascii: "@") ? try file(String(decoding: rest, as: UTF8.self)) : Array(rest)
    return name + (name.isEmpty ? [] : [UInt8(ascii: "=")]) + formEncoded(content)
  }

  private static func formEncoded(_ bytes: [UInt8]) -> [UInt8] {
    var encoded: [UInt8] = []
    for part in bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
      if part.startIndex > 0 { encoded.append(UInt8(ascii: "+")) }
      encoded += Array(part).percentEncoded.utf8
    }
    return encoded
  }
}
