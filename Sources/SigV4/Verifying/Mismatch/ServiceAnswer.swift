#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a service says when it refuses a request: the body of its answer, whatever form it has.
///
/// Read are S3's XML with `CanonicalRequest` and `StringToSign`, the XML of the query services, the JSON of API
/// Gateway and the JSON services, Lattice's plain text, and in any of them the text "The Canonical String for this
/// request should have been".
public struct ServiceAnswer: Sendable, Hashable {
  /// The error code, such as `SignatureDoesNotMatch` or `AccessDeniedException`; `nil` where the body names none.
  public let code: String?
  /// What the service says in words.
  public let message: String
  /// The canonical request that the service computed, where it shows it.
  ///
  /// It holds the session token where that is signed: show it to nobody who may not see the token.
  public let canonicalRequest: String?
  /// The string to sign that the service computed, where it shows it.
  public let stringToSign: String?
  /// The service's clock, where it shows it: `YYYYMMDD'T'HHMMSS'Z'`.
  let clock: String?

  /// More than a canonical request and its explanation ever take.
  private static let maximumLength = 262_144

  /// Reads the body of an answer; what can't be read as XML or JSON is taken as plain text, and of a body of more than
  /// 256 KiB the beginning alone.
  public init(_ body: String) {
    let text = String(Substring(body.utf8.prefix(Self.maximumLength))).replacing("\r\n", with: "\n")
    switch text.utf8.first(where: { $0 > 0x20 }) {
    case 0x3C:
      let xml = ErrorXML(text)
      self.init(
        code: xml["Code"], message: xml["Message"] ?? xml["message"] ?? "", canonicalRequest: xml["CanonicalRequest"],
        stringToSign: xml["StringToSign"], clock: xml["ServerTime"])
    case 0x7B:
      guard let json = try? JSONDecoder().decode(ErrorJSON.self, from: Data(text.utf8)) else { fallthrough }
      self.init(code: json.code, message: json.message ?? "")
    default:
      self.init(plain: text)
    }
  }

  private init(plain text: String) {
    // CODE: message, as Lattice writes it.
    let code = text.utf8.prefix { $0 != 0x3A }
    let isCode = code.endIndex < text.endIndex && code.allSatisfy { $0.isTokenCharacter }
    self.init(
      code: isCode ? String(Substring(code)) : nil,
      message: isCode ? String(Substring(text.utf8.dropFirst(code.count + 1)).trimmingSpaces) : text)
  }

  private init(
    code: String?, message: String, canonicalRequest: String? = nil, stringToSign: String? = nil, clock: String? = nil
  ) {
    // JSON services write PREFIX#CODE, and some add :URL.
    self.code = code.map { String($0.split(separator: "#").last?.split(separator: ":").first ?? "") }
    let message = message.replacing("\\n", with: "\n")
    self.message = message
    self.canonicalRequest = canonicalRequest ?? Self.quoted(after: "The Canonical String for this request", in: message)
    self.stringToSign = stringToSign ?? Self.quoted(after: "The String-to-Sign", in: message)
    self.clock = Self.compact(clock) ?? Self.clock(in: message)
  }

  /// The text in single quotes after `marker`, up to the last quote before the next marker.
  private static func quoted(after marker: String, in message: String) -> String? {
    guard let start = message.firstRange(of: marker) else { return nil }
    let rest = message[start.upperBound...]
    let part = rest[..<(rest.firstRange(of: "The String-to-Sign")?.lowerBound ?? rest.endIndex)]
    guard let open = part.utf8.firstIndex(of: 0x27), let close = part.utf8.lastIndex(of: 0x27), open < close
    else { return nil }
    return String(part[part.utf8.index(after: open)..<close])
  }

  /// The time in `(20150830T124100Z - 5 min.)`, which is the service's own.
  private static func clock(in message: String) -> String? {
    guard let open = message.firstRange(of: "Z ("), message.contains(" min.)") else { return nil }
    return compact(String(message[open.upperBound...].prefix(16)))
  }

  /// `2015-08-30T12:36:00Z` as `20150830T123600Z`.
  private static func compact(_ time: String?) -> String? {
    guard let time else { return nil }
    let compact = time.filter { $0 != "-" && $0 != ":" }
    return SigningDate(text: compact) == nil ? nil : compact
  }
}

/// The error document of a service that speaks XML.
private struct ErrorXML {
  private let text: String

  init(_ text: String) { self.text = text }

  /// The text of the first element called `name`, with entities decoded.
  subscript(name: String) -> String? {
    guard let open = text.firstRange(of: "<\(name)>") else { return nil }
    let rest = text[open.upperBound...]
    guard let close = rest.firstRange(of: "</\(name)>") else { return nil }
    return [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&#10;", "\n"),
      ("&#xA;", "\n"), ("&#13;", ""), ("&#xD;", ""), ("&amp;", "&"),
    ]
    .reduce(String(rest[..<close.lowerBound])) { $0.replacing($1.0, with: $1.1) }
  }
}

/// The error document of a service that speaks JSON: `__type` or `code`, and `message`, which may sit in `errors`.
private struct ErrorJSON: Decodable {
  let code: String?
  let message: String?

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Key.self)
    let string = { (names: [String]) in
      names.lazy.compactMap { try? object.decode(String.self, forKey: Key(stringValue: $0)) }.first
    }
    let inner =
      (try? object.decode([ErrorJSON].self, forKey: Key(stringValue: "errors")))?.first
      ?? (try? object.decode(ErrorJSON.self, forKey: Key(stringValue: "Error")))
    code = string(["__type", "code", "Code"]) ?? inner?.code
    message = string(["message", "Message", "errorMessage"]) ?? inner?.message
  }
}

extension ServiceAnswer: CustomStringConvertible, CustomReflectable {
  /// The error code; never the text, which may hold a session token.
  public var description: String { "ServiceAnswer(\(code ?? "no code"))" }
  /// The error code; never the text, which may hold a session token.
  public var customMirror: Mirror { Mirror(self, children: ["code": code as Any], displayStyle: .struct) }
}
