// Not JSONDecoder: of `{"Token":"a","Token":"b"}` it silently keeps the first, and it merges names that are canonically
// equivalent. It accepts `{"a":"1",}`, UTF-16, and bad escapes, numbers and surrogates in values that aren't decoded. Only a
// parser can detect these.

/// The members of a JSON object in order.
///
/// It accepts only RFC 8259, so that no other parser reads a different object. All members of a repeated name are kept. A byte
/// order mark, half a surrogate pair and deep nesting are rejected.
package struct JSONObject {
  package enum Value {
    case text(String)
    /// A number as it is written, because not every numeric type can store it.
    case number(String)
    /// The elements, which are `nil` for `null`.
    case array([Value?])
    case object([(name: String, value: Value?)])
    case boolean(Bool)
  }

  /// Names and values, which are `nil` for `null`.
  package let members: [(name: String, value: Value?)]

  /// The number of bytes before the first invalid one.
  package struct Flaw: Error {
    package let offset: Int
  }

  /// Reads an object; `nil` for any other bytes.
  init?(_ bytes: [UInt8]) {
    guard let object = try? JSONObject(parsing: bytes) else { return nil }
    self = object
  }

  /// Reads an object.
  package init(parsing bytes: [UInt8]) throws(Flaw) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let decoded = String(decoding: bytes, as: UTF8.self).utf8
      throw Flaw(offset: zip(bytes, decoded).prefix { $0 == $1 }.count)
    }
    var reader = JSONReader(rest: text.utf8[...])
    do { members = try reader.document() } catch { throw Flaw(offset: bytes.count - reader.rest.count) }
  }
}

private struct JSONReader {
  struct Flaw: Error {}

  /// Deeper than any real document, and far from overflowing the stack.
  private static let maximumDepth = 64

  private(set) var rest: Substring.UTF8View

  init(rest: Substring.UTF8View) { self.rest = rest }

  mutating func document() throws(Flaw) -> [(name: String, value: JSONObject.Value?)] {
    skipSpace()
    let members = try members(depth: 1)
    skipSpace()
    guard rest.isEmpty else { throw Flaw() }
    return members
  }

  private mutating func members(depth: Int) throws(Flaw) -> [(name: String, value: JSONObject.Value?)] {
    try take("{")
    var members: [(name: String, value: JSONObject.Value?)] = []
    skipSpace()
    if takes("}") { return members }
    repeat {
      skipSpace()
      let name = try text()
      skipSpace()
      try take(":")
      members.append((name, try value(depth: depth)))
    } while try goesOn(until: "}")
    return members
  }

  private mutating func value(depth: Int) throws(Flaw) -> JSONObject.Value? {
    skipSpace()
    switch rest.first {
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < Self.maximumDepth else { throw Flaw() }
      return rest.first == UInt8(ascii: "{")
        ? .object(try members(depth: depth + 1)) : .array(try array(depth: depth + 1))
    case UInt8(ascii: "n"):
      try take("null")
      return nil
    case UInt8(ascii: "t"):
      try take("true")
      return .boolean(true)
    case UInt8(ascii: "f"):
      try take("false")
      return .boolean(false)
    default: return try number()
    }
  }

  private mutating func array(depth: Int) throws(Flaw) -> [JSONObject.Value?] {
    try take("[")
    var elements: [JSONObject.Value?] = []
    skipSpace()
    if takes("]") { return elements }
    repeat { elements.append(try value(depth: depth)) } while try goesOn(until: "]")
    return elements
  }

  private mutating func number() throws(Flaw) -> JSONObject.Value {
    let start = rest
    _ = takes("-")
    if !takes("0") { try digits() }
    if takes(".") { try digits() }
    if takes("e") || takes("E") {
      if !takes("+") { _ = takes("-") }
      try digits()
    }
    let text = String(Substring(start[..<rest.startIndex]))
    return .number(text)
  }

  private mutating func digits() throws(Flaw) {
    let digits = rest.prefix(while: \.isASCIIDigit)
    guard !digits.isEmpty else { throw Flaw() }
    rest = rest[digits.endIndex...]
  }

  private mutating func text() throws(Flaw) -> String {
    try take("\"")
    var text = ""
    while true {
      let plain = rest.prefix { $0 >= ASCII.space && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
      text += Substring(plain)
      rest = rest[plain.endIndex...]
      if takes("\"") { return text }
      try take("\\")
      text += try escaped()
    }
  }

  /// Reads an escape after its backslash.
  private mutating func escaped() throws(Flaw) -> String {
    switch rest.popFirst() {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]) {
        try take("\\u")
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw Flaw() }
      return text
    default: throw Flaw()
    }
  }

  private mutating func codeUnit() throws(Flaw) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = rest.popFirst().flatMap(Hexadecimal.value(ofDigit:)) else { throw Flaw() }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// Whether a comma follows, rather than the end of the array or object.
  private mutating func goesOn(until end: String) throws(Flaw) -> Bool {
    skipSpace()
    if takes(",") { return true }
    try take(end)
    return false
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == ASCII.space || $0 == ASCII.tab || $0 == ASCII.newline || $0 == ASCII.carriageReturn }
  }

  private mutating func take(_ token: String) throws(Flaw) {
    guard takes(token) else { throw Flaw() }
  }

  private mutating func takes(_ token: String) -> Bool {
    guard rest.starts(with: token.utf8) else { return false }
    rest = rest.dropFirst(token.utf8.count)
    return true
  }
}
