/// A service's answer to a rejected request, in any form in which people paste it.
///
/// It reads the XML of S3 and the query services, the JSON of other services, and VPC Lattice's plain text. It also reads
/// messages of the AWS CLI and the SDKs. The response's header fields may precede the text.
///
/// ```swift
/// let answer = ServiceErrorResponse(String(decoding: body, as: UTF8.self), status: 403)
/// if answer.isExpiredCredentials { provider.invalidate(accessKeyID: credentials.accessKeyID) }
/// print(answer.code ?? "no code", answer.message)
/// ```
public struct ServiceErrorResponse: Sendable, Hashable {
  /// The error code, such as `SignatureDoesNotMatch` or `AccessDeniedException`; `nil` if the answer names none.
  public let code: String?
  /// The error message.
  public let message: String
  /// The canonical request that the service computed, if the answer shows it.
  ///
  /// It contains the session token if the token is signed: show it only to those who may see the token.
  public let canonicalRequest: String?
  /// The string to sign that the service computed, if the answer shows it.
  public let stringToSign: String?
  /// The response's status, if it is known.
  let status: Int?
  /// The time of the response, from its header.
  let date: SigningDate?
  /// The service's clock, if the answer shows it.
  let clock: SigningDate?
  /// All texts of the answer, for wordings outside the message.
  let text: String

  /// The maximum size, in bytes: more than any canonical request and its explanation need.
  private static let maximumLength = 262_144

  /// Reads an answer.
  ///
  /// - Parameters:
  ///   - body: The body of the response, or the text that the AWS CLI or an SDK printed. Only the first 256 KiB are read.
  ///   - status: The response's status, if it is known.
  ///   - headers: The response's headers, if they are known. `x-amzn-errortype` and `Date` are read.
  public init(_ body: String, status: Int? = nil, headers: [HeaderField] = []) {
    self.status = status
    date =
      ["date", "x-amz-date"].lazy.compactMap { headers[$0] }
      .compactMap { SigningDate(fixdate: $0) ?? SigningDate(text: $0) }.first
    let errorType = headers["x-amzn-errortype"].flatMap(Self.bareCode)
    let whole = String(Substring(body.utf8.prefix(Self.maximumLength))).replacing("\r\n", with: "\n")
    let (head, body) = Self.splitHead(whole)
    if let document = ErrorDocument(body) {
      code =
        errorType ?? document.code.flatMap(Self.bareCode)
        ?? Self.header("x-amzn-errortype", in: head).flatMap(Self.bareCode)
      message = document.message.replacing("\\n", with: "\n")
      // The body too, because a text can be outside of every element.
      text = "\(document.texts)\n\(body)".replacing("\\n", with: "\n")
      let searched = AnswerText(document.texts.replacing("\\n", with: "\n"))
      canonicalRequest = document.canonicalRequest ?? searched.quoted(after: "canonical string for this request")
      stringToSign = document.stringToSign ?? searched.quoted(after: "the string-to-sign")
      clock = document.clock.flatMap(Self.date) ?? searched.clock ?? Self.date(ofHead: head)
    } else {
      text = body.replacing("\\n", with: "\n")
      let searched = AnswerText(text)
      let sentence = ErrorSentence(searched)
      code = errorType ?? sentence.code ?? Self.header("x-amzn-errortype", in: head).flatMap(Self.bareCode)
      message = sentence.message
      canonicalRequest = searched.quoted(after: "canonical string for this request")
      stringToSign = searched.quoted(after: "the string-to-sign")
      clock = searched.clock ?? Self.date(ofHead: head)
    }
  }

  /// Splits off the status line and the header fields, as `curl -i` prints them before a body.
  private static func splitHead(_ text: String) -> (head: [Substring], body: String) {
    guard text.utf8.starts(with: "HTTP/".utf8), let end = text.firstRange(of: "\n\n") else { return ([], text) }
    return (text[..<end.lowerBound].split(separator: "\n"), String(text[end.upperBound...]))
  }

  private static func header(_ name: String, in head: [Substring]) -> String? {
    for line in head {
      let found = Substring(line.utf8.prefix { $0 != UInt8(ascii: ":") })
      guard found.utf8.asciiLowercased == name else { continue }
      return Substring(line.utf8.dropFirst(found.utf8.count + 1)).trimmed
    }
    return nil
  }

  private static func date(ofHead head: [Substring]) -> SigningDate? {
    header("date", in: head).flatMap { SigningDate(fixdate: $0) }
  }

  /// `code` without the prefix and the URL that JSON services add: `PREFIX#CODE:URL`.
  private static func bareCode(_ code: String) -> String? {
    guard let bare = code.split(separator: "#").last?.split(separator: ":").first, bare.utf8.allSatisfy(\.isIdentifier)
    else { return nil }
    return String(bare)
  }

  /// Reads `2015-08-30T12:36:00Z`, `2015-08-30T12:36:00.000Z` and `20150830T123600Z`.
  static func date(_ time: String) -> SigningDate? {
    let compact = time.filter { $0 != "-" && $0 != ":" }
    let seconds = compact.prefix { $0 != "." }
    return SigningDate(text: seconds.utf8.count < compact.utf8.count ? seconds + "Z" : compact)
  }
}

extension AnswerText {
  /// The text in single quotes after `marker`, up to the last quote before the string to sign.
  fileprivate func quoted(after marker: String) -> String? {
    guard let start = firstRange(of: marker)?.upperBound else { return nil }
    let end = firstRange(of: "the string-to-sign", from: start)?.lowerBound ?? bytes.count
    let part = bytes[start..<end]
    guard let open = part.firstIndex(of: UInt8(ascii: "'")), let close = part.lastIndex(of: UInt8(ascii: "'")),
      open < close
    else { return nil }
    return string(open + 1..<close)
  }

  /// The service's own time: the last in `20150830T123600Z is now earlier than … (20150830T124100Z - 5 min.)`.
  fileprivate var clock: SigningDate? {
    guard let open = firstRange(of: "z ("), contains(" min.)") else { return nil }
    return ServiceErrorResponse.date(string(open.upperBound..<min(open.upperBound + 16, bytes.count)))
  }
}

extension ServiceErrorResponse {
  /// `text` without the canonical request and the string to sign that it shows: they are the request's words, not the service's.
  func withoutCanonicalRequest(_ text: String) -> String {
    var text = [canonicalRequest, stringToSign].compactMap { $0 }.filter { !$0.isEmpty }
      .reduce(text) { $0.replacing($1, with: " ") }
    for name in ["CanonicalRequest", "StringToSign"] {
      guard let start = text.firstRange(of: "<\(name)>"),
        let end = text[start.upperBound...].firstRange(of: "</\(name)>")
      else { continue }
      text.removeSubrange(start.lowerBound..<end.upperBound)
    }
    return text
  }
}

extension ServiceErrorResponse: CustomStringConvertible, CustomReflectable {
  /// The error code, without the text, which can contain a session token.
  public var description: String { "ServiceErrorResponse(\(code ?? "no code"))" }
  /// The error code, without the text, which can contain a session token.
  public var customMirror: Mirror { Mirror(self, children: ["code": code as Any], displayStyle: .struct) }
}

/// A text that is searched byte by byte; the case of ASCII letters is ignored.
///
/// An answer is untrusted input. Each search reads the text once, and works on bytes, so that a combining character hides
/// nothing.
struct AnswerText {
  let bytes: [UInt8]
  private let lowercased: [UInt8]

  init(_ text: some StringProtocol) {
    bytes = Array(text.utf8)
    lowercased = bytes.map(\.asciiLowercased)
  }

  /// Replaces each run of white space with one space, because pasted text may be wrapped anywhere.
  init(unwrapping text: String) {
    var unwrapped: [UInt8] = []
    unwrapped.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if byte > UInt8(ascii: " ") {
        unwrapped.append(byte)
      } else if let last = unwrapped.last, last != UInt8(ascii: " ") {
        unwrapped.append(UInt8(ascii: " "))
      }
    }
    bytes = unwrapped
    lowercased = unwrapped.map(\.asciiLowercased)
  }

  /// The first range of `needle`, which is in lower case, at or after `start`.
  func firstRange(of needle: String, from start: Int = 0) -> Range<Int>? {
    let needle = Array(needle.utf8)
    guard let first = needle.first, lowercased.count >= needle.count else { return nil }
    var index = start
    while index <= lowercased.count - needle.count {
      if lowercased[index] == first, lowercased[index..<index + needle.count].elementsEqual(needle) {
        return index..<index + needle.count
      }
      index += 1
    }
    return nil
  }

  func contains(_ needle: String) -> Bool { firstRange(of: needle) != nil }

  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Everything from `start` on.
  func string(from start: Int) -> String { string(min(start, bytes.count)..<bytes.count) }

  /// The text from `start` up to the first byte that isn't part of an identifier.
  func identifier(at start: Int) -> String? {
    let end = bytes[min(start, bytes.count)...].firstIndex { !$0.isIdentifier } ?? bytes.count
    return end > start ? string(start..<end) : nil
  }
}

extension UInt8 {
  /// Whether the byte can be part of an error code: a letter, a digit, `_` or `.`.
  var isIdentifier: Bool {
    isASCIILetter || isASCIIDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: ".")
  }
}

/// The error document of a service: XML, HTML or JSON, whole or not.
struct ErrorDocument {
  var code: String?
  var message = ""
  var canonicalRequest: String?
  var stringToSign: String?
  var clock: String?
  /// All texts of the document, one per line.
  var texts = ""

  /// Reads a document; `nil` for any other text.
  init?(_ text: String) {
    let searched = AnswerText(text)
    switch searched.bytes.first(where: { $0 > UInt8(ascii: " ") }) {
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
    texts = parts.filter { $0.contains { $0 > UInt8(ascii: " ") } }.map(Self.decoded).joined(separator: "\n")
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

  /// `text` with its known references replaced.
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

/// Reads the texts of JSON as people paste it: with raw line breaks, cut off, with Python's quotes, or with JavaScript's unquoted
/// names.
enum LenientJSON {
  struct Member {
    /// The name before the text; empty for an element of an array.
    var name: String
    var value: String
  }

  /// Every text in the order of the document, at any depth.
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
        let next = bytes[end...].first { $0 > UInt8(ascii: " ") }
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

  /// The text that begins with the quotation mark at `start`, and the index after its end.
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
        // Every wording is ASCII, so that any character can replace those outside of it.
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

/// An error in a sentence of the AWS CLI, an SDK or VPC Lattice.
struct ErrorSentence {
  var code: String?
  var message: String

  init(_ text: AnswerText) {
    message = text.string(from: 0)
    if let start = text.firstRange(of: "an error occurred (")?.upperBound {
      // The AWS CLI, boto3: An error occurred (CODE) when calling the NAME operation: MESSAGE
      code = text.identifier(at: start)
      // With (reached max retries: 4) before the colon, or without.
      let operation = text.firstRange(of: " operation", from: start)?.upperBound ?? start
      let isRetried = text.bytes[operation...].starts(with: " (reached".utf8)
      if let colon = text.firstRange(of: isRetried ? "): " : ": ", from: operation)?.upperBound {
        message = text.string(from: colon)
      }
    } else if let start = text.firstRange(of: "api error ")?.upperBound {
      // Go: operation error S3: PutObject, https response error StatusCode: 403, …, api error CODE: MESSAGE
      code = text.identifier(at: start)
      if let colon = text.firstRange(of: ": ", from: start)?.upperBound { message = text.string(from: colon) }
    } else {
      readPrefix(of: text)
      // Java: CLASS: MESSAGE (Service: Amazon S3; Status Code: 403; Error Code: CODE; …)
      if let start = text.firstRange(of: "error code: ")?.upperBound { code = text.identifier(at: start) ?? code }
      if let end = AnswerText(message).firstRange(of: " (service: ")?.lowerBound {
        message = AnswerText(message).string(0..<end)
      }
    }
  }

  /// `CODE: MESSAGE`, with or without the name of a class or module before the code.
  private mutating func readPrefix(of text: AnswerText) {
    var start = 0
    // An error may be wrapped in others, each before a colon.
    for _ in 0..<4 {
      guard let colon = text.firstRange(of: ":", from: start)?.lowerBound else { return }
      let prefix = text.bytes[start..<colon].drop { $0 == UInt8(ascii: " ") }
      // Ruby writes Aws::S3::Errors::CODE, PHP CODE (client), Java software.amazon.….CODE
      let word = prefix.prefix { $0 != UInt8(ascii: " ") }
      guard word.allSatisfy(\.isIdentifier), prefix.count - word.count < 16 else { return }
      start = colon + 1
      if text.bytes[start...].first == UInt8(ascii: ":") {
        start += 1
        continue
      }
      let name = String(decoding: word, as: UTF8.self).split(separator: ".").last.map { String($0) }
      message = text.string(from: start).trimmed
      guard let name, !["Error", "error", "ClientError", "Exception"].contains(name) else { continue }
      code = name
      return
    }
  }
}
