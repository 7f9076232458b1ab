/// The answer with which a service rejects a request, in whatever form it was pasted.
///
/// Reads S3's and the query services' XML, the JSON of other services (with raw line breaks too), VPC Lattice's plain text,
/// the messages of the AWS CLI and the SDKs, and any of them with the response's header fields before it.
public struct ServiceErrorResponse: Sendable, Hashable {
  /// The error code, such as `SignatureDoesNotMatch` or `AccessDeniedException`; `nil` if the answer names none.
  public let code: String?
  /// The error message.
  public let message: String
  /// The canonical request that the service computed, if the answer shows it.
  ///
  /// It contains the session token if the token is signed: show it to nobody who may not see the token.
  public let canonicalRequest: String?
  /// The string to sign that the service computed, if the answer shows it.
  public let stringToSign: String?
  /// The service's clock, if the answer shows it.
  let clock: SigningDate?
  /// All texts of the answer, for wordings outside the message.
  let text: String

  /// More than a canonical request and its explanation ever need.
  private static let maximumLength = 262_144

  /// Reads an answer.
  ///
  /// - Parameter body: The body of the response, or the text that the AWS CLI or an SDK printed. Only the first 256 KiB
  ///   are read.
  public init(_ body: String) {
    let whole = String(Substring(body.utf8.prefix(Self.maximumLength))).replacing("\r\n", with: "\n")
    let (head, body) = Self.splitHead(whole)
    if let document = ErrorDocument(body) {
      code = document.code.flatMap(Self.bareCode) ?? Self.header("x-amzn-errortype", in: head).flatMap(Self.bareCode)
      message = document.message.replacing("\\n", with: "\n")
      // The body too, since a text may stand where none belongs.
      text = "\(document.texts)\n\(body)".replacing("\\n", with: "\n")
      let searched = AnswerText(document.texts.replacing("\\n", with: "\n"))
      canonicalRequest = document.canonicalRequest ?? searched.quoted(after: "canonical string for this request")
      stringToSign = document.stringToSign ?? searched.quoted(after: "the string-to-sign")
      clock = document.clock.flatMap(Self.date) ?? searched.clock ?? Self.date(ofHead: head)
    } else {
      text = body.replacing("\\n", with: "\n")
      let searched = AnswerText(text)
      let sentence = ErrorSentence(searched)
      code = sentence.code ?? Self.header("x-amzn-errortype", in: head).flatMap(Self.bareCode)
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
      return String(Substring(line.utf8.dropFirst(found.utf8.count + 1)).trimmingSpaces)
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
  /// The error code; never the text, which can contain a session token.
  public var description: String { "ServiceErrorResponse(\(code ?? "no code"))" }
  /// The error code; never the text, which can contain a session token.
  public var customMirror: Mirror { Mirror(self, children: ["code": code as Any], displayStyle: .struct) }
}

/// A text that is searched byte by byte, without regard to the case of ASCII letters.
///
/// A service's answer comes from a stranger: each search reads the text once, and a character that combines with the one
/// before hides nothing.
struct AnswerText {
  let bytes: [UInt8]
  private let lowercased: [UInt8]

  init(_ text: some StringProtocol) {
    bytes = Array(text.utf8)
    lowercased = bytes.map(\.asciiLowercased)
  }

  /// The text with each run of white space as one space, since a pasted text is wrapped anywhere.
  init(unwrapping text: String) {
    var unwrapped: [UInt8] = []
    unwrapped.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if byte > 0x20 {
        unwrapped.append(byte)
      } else if let last = unwrapped.last, last != UInt8(ascii: " ") {
        unwrapped.append(UInt8(ascii: " "))
      }
    }
    bytes = unwrapped
    lowercased = unwrapped.map(\.asciiLowercased)
  }

  /// The first place of `needle`, which is in lower case, at `start` or after.
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
    0x61...0x7A ~= asciiLowercased || 0x30...0x39 ~= self || self == UInt8(ascii: "_") || self == UInt8(ascii: ".")
  }
}
