/// An element of an XML document, in the subset of XML that AWS services respond with.
///
/// Prefixes are removed from names. Attributes, comments and processing instructions are skipped. CDATA sections, more than 16
/// nested elements, and document types, which could define entities, are rejected.
struct XMLElement {
  private static let depthLimit = 16

  /// The name without its prefix.
  let name: String
  /// The text directly in the element, without white space at its ends.
  private(set) var text = ""
  private(set) var children: [XMLElement] = []

  private init(name: String) { self.name = name }

  /// Reads a document; `nil` for anything other than one complete element.
  init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var rest = text.unicodeScalars[...]
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
    var open: [XMLElement] = []
    var root: XMLElement?
    while !rest.isEmpty {
      guard let characters = rest.take(upTo: "<") else { return nil }
      if open.isEmpty {
        guard String(characters).trimmed.isEmpty else { return nil }
      } else {
        guard let decoded = Self.decode(characters) else { return nil }
        open[open.count - 1].text += decoded
      }
      if rest.isEmpty { break }
      if rest.skip("<?") {
        guard rest.skip(past: "?>") else { return nil }
      } else if rest.skip("<!--") {
        guard rest.skip(past: "-->") else { return nil }
      } else if rest.skip("</") {
        guard let name = rest.take(upTo: ">"), rest.skip(">"), var last = open.popLast(),
          last.isNamed(Self.localName(String(name).trimmed))
        else { return nil }
        last.text = last.text.trimmed
        guard Self.close(last, &open, &root) else { return nil }
      } else {
        guard rest.skip("<"), let tag = rest.takeTag(), open.count < Self.depthLimit else { return nil }
        let element = XMLElement(name: Self.localName(String(tag.name)))
        guard element.name.utf8.first.map(Self.isNameStart) == true else { return nil }
        if tag.isEmpty {
          guard Self.close(element, &open, &root) else { return nil }
        } else {
          open.append(element)
        }
      }
    }
    guard open.isEmpty, let root else { return nil }
    self = root
  }

  /// Returns the element at a path of names, each the first child with that name.
  func descendant(_ path: String...) -> XMLElement? {
    path.reduce(self as XMLElement?) { element, name in element?.children.first { $0.isNamed(name) } }
  }

  /// Whether the name is `name`, byte by byte: in Unicode, the Kelvin sign equals K.
  private func isNamed(_ name: String) -> Bool { self.name.utf8.elementsEqual(name.utf8) }

  private static func close(_ element: XMLElement, _ open: inout [XMLElement], _ root: inout XMLElement?) -> Bool {
    if open.isEmpty {
      guard root == nil else { return false }
      root = element
    } else {
      open[open.count - 1].children.append(element)
    }
    return true
  }

  private static func localName(_ name: String) -> String {
    name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last.map { String(Substring($0)) }
      ?? ""
  }

  private static func isNameStart(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || byte.isASCIILetter
  }

  /// Returns the text with its references replaced; `nil` if one is unknown.
  private static func decode(_ text: Substring.UnicodeScalarView) -> String? {
    var decoded = String.UnicodeScalarView()
    var rest = text
    while let scalar = rest.popFirst() {
      guard scalar == "&" else {
        decoded.append(scalar)
        continue
      }
      guard let name = rest.take(upTo: ";"), rest.skip(";"), let scalar = reference(String(name)) else { return nil }
      decoded.append(scalar)
    }
    return String(decoded)
  }

  private static func reference(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "amp": "&"
    case "lt": "<"
    case "gt": ">"
    case "quot": "\""
    case "apos": "'"
    case _ where name.utf8.starts(with: "#x".utf8): scalar(name.utf8.dropFirst(2), radix: 16)
    case _ where name.utf8.starts(with: "#".utf8): scalar(name.utf8.dropFirst(), radix: 10)
    default: nil
    }
  }

  private static func scalar(_ digits: Substring.UTF8View, radix: Int) -> Unicode.Scalar? {
    // `UInt32` accepts a sign; a reference has none.
    guard digits.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil }) else { return nil }
    return UInt32(Substring(digits), radix: radix).flatMap(Unicode.Scalar.init)
  }
}

extension Substring.UnicodeScalarView {
  /// Skips `marker` if the text continues with it, and returns whether it does.
  fileprivate mutating func skip(_ marker: String) -> Bool {
    guard starts(with: marker.unicodeScalars) else { return false }
    removeFirst(marker.unicodeScalars.count)
    return true
  }

  /// Skips everything up to the end of `marker`; returns false if there is no `marker`.
  fileprivate mutating func skip(past marker: String) -> Bool {
    while !isEmpty {
      if skip(marker) { return true }
      removeFirst()
    }
    return false
  }

  /// Removes and returns the text before the next `marker`, or everything if there is no `marker`.
  fileprivate mutating func take(upTo marker: Unicode.Scalar) -> Self? {
    let end = firstIndex(of: marker) ?? endIndex
    defer { self = self[end...] }
    return self[..<end]
  }

  /// Reads a start tag without its attributes; returns its name, and whether the tag also ends the element.
  fileprivate mutating func takeTag() -> (name: Self, isEmpty: Bool)? {
    let name = prefix { !" \t\r\n".unicodeScalars.contains($0) && $0 != ">" && $0 != "/" && $0 != "<" }
    removeFirst(name.count)
    var quote: Unicode.Scalar?
    var last: Unicode.Scalar?
    while let scalar = popFirst() {
      if let open = quote {
        if scalar == open { quote = nil }
      } else if scalar == "\"" || scalar == "'" {
        quote = scalar
      } else if scalar == ">" {
        return (name, last == "/")
      } else if scalar == "<" {
        return nil
      }
      last = scalar
    }
    return nil
  }
}
