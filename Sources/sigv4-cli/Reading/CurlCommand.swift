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
