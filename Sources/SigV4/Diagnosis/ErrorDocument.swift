/// The error document of a service: XML, HTML or JSON, whole or not.
struct ErrorDocument {
  var code: String?
  var message = ""
  var canonicalRequest: String?
  var stringToSign: String?
  var clock: String?
  /// All texts of the document, one a line.
  var texts = ""

  /// Reads a document; `nil` for any other text.
  init?(_ text: String) {
    let searched = AnswerText(text)
    switch searched.bytes.first(where: { $0 > 0x20 }) {
    case UInt8(ascii: "<"): read(xml: searched)
    // An SDK may print the document after a sentence of its own.
    case _ where searched.contains("<code>"): read(xml: searched)
    case UInt8(ascii: "{"), UInt8(ascii: "["): read(json: LenientJSON.members(of: searched.bytes))
    default: return nil
    }
  }

  private mutating func read(xml: AnswerText) {
    let element = { (name: String) -> String? in
      guard let start = xml.firstRange(of: "<\(name)>")?.upperBound,
        let end = xml.firstRange(of: "</\(name)>", from: start)?.lowerBound
      else { return nil }
      return Self.decoded(xml.bytes[start..<end])
    }
    code = element("code")
    canonicalRequest = element("canonicalrequest")
    stringToSign = element("stringtosign")
    clock = element("servertime")
    // Each tag ends a text.
    let parts = xml.bytes.split(separator: UInt8(ascii: "<")).enumerated().map { index, part in
      index == 0 && xml.bytes.first != UInt8(ascii: "<") ? part[...] : part.drop { $0 != UInt8(ascii: ">") }.dropFirst()
    }
    texts = parts.filter { $0.contains { $0 > 0x20 } }.map(Self.decoded).joined(separator: "\n")
    message = element("message") ?? texts
  }

  private mutating func read(json members: [LenientJSON.Member]) {
    let first = { (names: [String]) in
      names.lazy.compactMap { name in members.first { $0.name == name }?.value }.first
    }
    code = first(["__type", "code", "Code", "errorCode", "type", "name"])
    texts = members.map(\.value).joined(separator: "\n")
    message = first(["message", "Message", "errorMessage", "detailedMessage", "reason"]) ?? texts
  }

  /// `text` with its references replaced, as far as they are known.
  private static func decoded(_ text: ArraySlice<UInt8>) -> String {
    var decoded: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      // The longest reference that is read has 10 bytes: &#x10FFFF;
      guard byte == UInt8(ascii: "&"), let end = rest.prefix(9).firstIndex(of: UInt8(ascii: ";")),
        let scalar = scalar(of: String(decoding: rest[..<end], as: UTF8.self))
      else {
        decoded.append(byte)
        continue
      }
      decoded += String(scalar).utf8
      rest = rest[(end + 1)...]
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func scalar(of reference: String) -> Unicode.Scalar? {
    switch reference {
    case "amp": "&"
    case "lt": "<"
    case "gt": ">"
    case "quot": "\""
    case "apos": "'"
    case _ where reference.hasPrefix("#x"): UInt32(reference.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
    case _ where reference.hasPrefix("#"): UInt32(reference.dropFirst()).flatMap(Unicode.Scalar.init)
    default: nil
    }
  }
}

/// Reads the texts of JSON as people paste it: with raw line breaks, cut off, with the quotes of Python or the bare names of
/// JavaScript.
enum LenientJSON {
  struct Member {
    /// The name before the text; empty for an element of an array.
    var name: String
    var value: String
  }

  /// Every text in the order of the document, at whatever depth.
  static func members(of bytes: [UInt8]) -> [Member] {
    var members: [Member] = []
    var name = ""
    var last: String?  // a text or a word that may turn out to be a name
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let (text, end) = text(in: bytes, at: index)
        last = text
        index = end
        // A name, if a colon follows.
        let next = bytes[end...].first { $0 > 0x20 }
        if next != UInt8(ascii: ":") {
          members.append(Member(name: name, value: text))
          (name, last) = ("", nil)
        }
      case UInt8(ascii: ":"):
        name = last ?? name
        index += 1
      case UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "]"):
        (name, last) = ("", nil)
        index += 1
      case let byte where byte.isIdentifier || byte == UInt8(ascii: "$"):
        let end = bytes[index...].firstIndex { !$0.isIdentifier && $0 != UInt8(ascii: "$") } ?? bytes.count
        last = String(decoding: bytes[index..<end], as: UTF8.self)
        index = end
      default: index += 1
      }
    }
    return members
  }

  /// The text that begins with the quotation mark at `start`, and the place after its end.
  private static func text(in bytes: [UInt8], at start: Int) -> (String, end: Int) {
    let mark = bytes[start]
    var text: [UInt8] = []
    var index = start + 1
    while index < bytes.count, bytes[index] != mark {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
        text.append(bytes[index])
        index += 1
        continue
      }
      index += 2
      switch bytes[index - 1] {
      case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
      case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
      case UInt8(ascii: "u"):
        // What isn't ASCII is no part of any wording; a character in its place suffices.
        let digits = bytes[index..<min(index + 4, bytes.count)]
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        text += String(value.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}").utf8
        index += digits.count
      case let other: text.append(other)
      }
    }
    return (String(decoding: text, as: UTF8.self), min(index + 1, bytes.count))
  }
}
