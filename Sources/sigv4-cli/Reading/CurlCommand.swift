import Foundation
import SigV4

/// The request that a curl command line sends, as far as its signature is concerned.
struct CurlCommand {
  private(set) var request = SignableRequest(method: "", target: "", headers: [])
  private(set) var body: [UInt8] = []

  private var method: String?
  private var url: String?
  private var target: String?
  private var headers: [HeaderField] = []
  private var data: CurlData?
  private var isDataInQuery = false
  /// The names, in lower case, of the headers that curl is told to leave out.
  private var leftOut: Set<String> = []

  init(_ text: String) throws {
    var words = try ShellWords.split(text)[...]
    words.removeFirst()
    while let word = words.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        url = word
        continue
      }
      for (option, glued) in try CurlOption.options(in: word) {
        guard option.hasValue else {
          apply(option)
          continue
        }
        guard let value = glued ?? words.popFirst() else { throw Failure("\(option.name) needs a value.") }
        try apply(option, value)
      }
    }
    guard let url, let parsed = URL(string: url), let host = parsed.host() else {
      throw Failure("The curl command has no URL with a host.")
    }
    addDefault("Host", host + (parsed.port.map { ":\($0)" } ?? ""))
    if let type = data?.contentType, !isDataInQuery { addDefault("Content-Type", type) }
    if data?.contentType == CurlData.json { addDefault("Accept", CurlData.json) }
    let afterScheme = url.range(of: "://").map { url[$0.upperBound...] } ?? url[...]
    var sent = String(afterScheme.drop { $0 != "/" && $0 != "?" }.prefix { $0 != "#" })
    if !sent.hasPrefix("/") { sent = "/" + sent }
    let content = data?.bytes ?? []
    if isDataInQuery, data != nil {
      sent += (sent.contains("?") ? "&" : "?") + String(decoding: content, as: UTF8.self)
    }
    body = isDataInQuery ? [] : content
    let usual = isDataInQuery ? "GET" : data.map { $0.isUpload ? "PUT" : "POST" } ?? "GET"
    request = SignableRequest(
      method: method ?? usual, target: target ?? sent,
      headers: headers)
  }

  private mutating func apply(_ option: CurlOption) {
    switch option.name {
    case "--head": method = method ?? "HEAD"
    case "--get": isDataInQuery = true
    default: break
    }
  }

  private mutating func apply(_ option: CurlOption, _ value: String) throws {
    switch option.name {
    case "--request": method = value
    case "--url": url = value
    case "--request-target": target = value
    case "--user-agent": headers.append(HeaderField("User-Agent", value))
    case "--referer": headers.append(HeaderField("Referer", value))
    // Without = it is a file.
    case "--cookie" where value.contains("="): headers.append(HeaderField("Cookie", value))
    case "--header": try addHeader(value)
    case "--form", "--form-string":
      throw Failure("Only curl knows the boundary of a form (-F); give the request as an HTTP/1.1 message.")
    default:
      guard let kind = CurlData.Kind(rawValue: option.name) else { return }
      var data = data ?? CurlData()
      try data.append(value, kind)
      self.data = data
    }
  }

  /// `Name: value`, or `Name;` for a header without a value; `Name:` is one that curl leaves out.
  private mutating func addHeader(_ text: String) throws {
    guard !text.hasPrefix("@") else { throw Failure("Headers in a file (-H @FILE) aren't read; give them one by one.") }
    if text.hasSuffix(";"), !text.contains(":") {
      headers.append(HeaderField(String(text.dropLast()), ""))
    } else if let colon = text.firstIndex(of: ":") {
      let name = String(text[..<colon])
      let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      if value.isEmpty { leftOut.insert(name.lowercased()) } else { headers.append(HeaderField(name, value)) }
    }
  }

  /// Adds what curl adds unless it is told otherwise.
  private mutating func addDefault(_ name: String, _ value: String) {
    if !leftOut.contains(name.lowercased()), !headers.contains(where: { $0.isNamed(name) }) {
      headers.append(HeaderField(name, value))
    }
  }
}

/// What a curl command line sends, put together from its options.
struct CurlData {
  /// The options that give data, which differ in how they read it.
  enum Kind: String {
    case plain = "--data"
    case raw = "--data-raw"
    case binary = "--data-binary"
    case encoded = "--data-urlencode"
    case json = "--json"
    case upload = "--upload-file"
  }

  static let json = "application/json"

  private(set) var bytes: [UInt8] = []
  private(set) var contentType: String? = "application/x-www-form-urlencoded"
  private(set) var isUpload = false
  private var isEmpty = true

  mutating func append(_ value: String, _ kind: Kind) throws {
    if kind == .json { contentType = Self.json }
    if kind == .upload { (contentType, isUpload) = (nil, true) }
    let piece =
      switch kind {
      case .raw: Array(value.utf8)
      case .upload: try Self.content(ofFile: value)
      case .encoded: try Self.encoded(value)
      case .plain:
        // curl leaves line breaks and NULs of a file out.
        try Self.content(of: value).filter { !value.hasPrefix("@") || $0 != 0x0A && $0 != 0x0D && $0 != 0 }
      case .binary, .json: try Self.content(of: value)
      }
    if !isEmpty, kind != .json { bytes.append(0x26) }
    bytes += piece
    isEmpty = false
  }

  private static func content(of value: String) throws -> [UInt8] {
    value.hasPrefix("@") ? try content(ofFile: String(value.dropFirst())) : Array(value.utf8)
  }

  private static func content(ofFile path: String) throws -> [UInt8] {
    guard path != "-", let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw Failure("The file \(path) of the curl command can't be read.")
    }
    return Array(data)
  }

  /// `CONTENT`, `=CONTENT`, `NAME=CONTENT`, `@FILE` or `NAME@FILE`, of which the content is encoded.
  private static func encoded(_ value: String) throws -> [UInt8] {
    let mark = value.firstIndex { $0 == "=" || $0 == "@" }
    let name = mark.map { String(value[..<$0]) } ?? ""
    let rest = mark.map { String(value[value.index(after: $0)...]) } ?? value
    let content = mark.map { value[$0] == "@" } == true ? try content(ofFile: rest) : Array(rest.utf8)
    let isKept = { (byte: UInt8) in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
      default: false
      }
    }
    let encoded = content.map { byte in
      isKept(byte) ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16).uppercased()
    }
    return Array(((name.isEmpty ? "" : name + "=") + encoded.joined()).utf8)
  }
}
