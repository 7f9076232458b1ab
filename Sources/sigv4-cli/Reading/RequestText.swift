import Foundation
import SigV4

/// A request as somebody has it at hand: an HTTP/1.1 message, or a curl command line.
struct RequestText {
  let request: SignableRequest
  let body: [UInt8]

  /// Reads the file at `path`, or standard input for `-`.
  init(path: String) throws {
    let data: Data
    do {
      data =
        path == "-"
        ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(filePath: path))
    } catch {
      throw Failure("The file \(path) can't be read.")
    }
    // Empty lines before a request count for nothing (RFC 9112, 2.2).
    let text = data.drop { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }
    if text.starts(with: Data("curl".utf8)), let next = text.dropFirst(4).first, next <= 0x20 || next == 0x5C {
      let command = try CurlCommand(String(decoding: text, as: UTF8.self))
      (request, body) = (command.request, command.body)
    } else {
      (request, body) = try Self.message(text)
    }
  }

  /// The word that is signed in place of the hash of a payload in pieces; `nil` for any other payload.
  private var streamingWord: String? {
    request.headers.first { $0.isNamed("x-amz-content-sha256") && $0.value.hasPrefix("STREAMING-") }?.value
  }

  /// The body, or what is signed in its place where it comes in pieces.
  var payload: Payload { streamingWord.map { .hash($0) } ?? .bytes(body) }

  /// Whether the body comes in chunks.
  var isChunked: Bool { streamingWord.map { !$0.hasSuffix("-EVENTS") } ?? false }

  /// Reads an HTTP/1.1 message, with line breaks of either kind (RFC 9112, 2).
  private static func message(_ data: Data) throws -> (SignableRequest, [UInt8]) {
    let bytes = Array(data)
    var lines: [String] = []
    var start = 0
    var bodyStart = bytes.count
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let hasReturn = end > start && bytes[end - 1] == 0x0D
      let line = String(decoding: bytes[start..<(hasReturn ? end - 1 : end)], as: UTF8.self)
      start = min(end + 1, bytes.count)
      if line.isEmpty, !lines.isEmpty {
        bodyStart = start
        break
      }
      lines.append(line)
    }
    // A target may hold spaces, however wrong that is; the version may be left out.
    let words = (lines.first ?? "").split(separator: " ")
    guard let method = words.first, words.count > 1 else {
      throw Failure("This is no request; it should begin with a line like GET /path HTTP/1.1, or with curl.")
    }
    let target = words.dropFirst().prefix { !$0.hasPrefix("HTTP/") }.joined(separator: " ")
    var headers: [HeaderField] = []
    for line in lines.dropFirst() {
      if line.hasPrefix(" ") || line.hasPrefix("\t"), !headers.isEmpty {
        headers[headers.count - 1].value += "\r\n" + line
      } else if let colon = line.firstIndex(of: ":") {
        let value = line[line.index(after: colon)...]
        headers.append(HeaderField(String(line[..<colon]), value.trimmingCharacters(in: .whitespaces)))
      } else {
        throw Failure("\(line.debugDescription) is no header line; the body begins after an empty line.")
      }
    }
    return (SignableRequest(method: String(method), target: target, headers: headers), Array(bytes[bodyStart...]))
  }
}
