import Foundation
import SigV4

/// The request that a curl command line sends, as far as its signature is concerned.
struct CurlCommand {
  let request: SignableRequest
  let body: [UInt8]

  private static let flagsWithValue: Set<String> = [
    "-o", "--output", "-w", "--write-out", "-u", "--user", "--aws-sigv4", "-A", "--user-agent", "-e", "--referer",
    "-b", "--cookie", "--connect-timeout", "-m", "--max-time", "--cacert", "--resolve", "-x", "--proxy", "--retry",
  ]

  init(_ text: String) throws {
    var method: String?
    var url: String?
    var headers: [HeaderField] = []
    var data: [String] = []
    var words = try ShellWords.split(text)[...]
    words.removeFirst()
    func value(of flag: String) throws -> String {
      guard let value = words.popFirst() else { throw Failure("\(flag) needs a value.") }
      return value
    }
    while let word = words.popFirst() {
      switch word {
      case "-X", "--request": method = try value(of: word)
      case "-I", "--head": method = method ?? "HEAD"
      case "-H", "--header":
        let field = try value(of: word)
        guard let colon = field.firstIndex(of: ":") else { continue }
        headers.append(
          HeaderField(String(field[..<colon]), String(field[field.index(after: colon)...].drop { $0 == " " })))
      case "-d", "--data", "--data-raw", "--data-binary", "--data-ascii": data.append(try value(of: word))
      case "--url": url = try value(of: word)
      case let flag where Self.flagsWithValue.contains(flag): _ = try value(of: flag)
      case let flag where flag.hasPrefix("-"): continue
      default: url = word
      }
    }
    guard let url, let parsed = URL(string: url), let host = parsed.host() else {
      throw Failure("The curl command has no URL with a host.")
    }
    if !headers.contains(where: { $0.isNamed("host") }) {
      headers.append(HeaderField("Host", host + (parsed.port.map { ":\($0)" } ?? "")))
    }
    let afterScheme = url.range(of: "://").map { url[$0.upperBound...] } ?? url[...]
    let target = afterScheme.drop { $0 != "/" && $0 != "?" }.prefix { $0 != "#" }
    body = Array(data.joined(separator: "&").utf8)
    request = SignableRequest(
      method: method ?? (data.isEmpty ? "GET" : "POST"),
      target: target.hasPrefix("/") ? String(target) : "/" + target, headers: headers)
  }
}
