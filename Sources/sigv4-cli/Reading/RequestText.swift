import Foundation
import SigV4

/// A request as people paste it: an HTTP/1.1 message, a curl command, what `curl -v` prints, or a presigned URL.
struct RequestText {
  let request: SignableRequest
  let body: [UInt8]
  /// Notes that qualify the result, a sentence each.
  private(set) var notes: [String] = []
  /// Whether the request has a body that the text doesn't contain.
  private var lacksBody = false

  /// The maximum size of a text that isn't an HTTP message, in MiB.
  private static let limit = 4

  /// Reads the file that `argument` names, standard input for `-`, or `argument` itself, as
  /// ``InputFile/contentOrText(_:)`` does.
  init(argument: String) throws {
    try self.init(InputFile.contentOrText(argument), file: InputFile.regularContent)
  }

  /// Reads pasted text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - file: Reads a file that a curl command names.
  /// - Throws: ``Failure`` if no request can be found in it.
  init(_ text: [UInt8], file: @escaping (String) throws -> [UInt8]) throws {
    // Empty lines before a request are ignored (RFC 9112, 2.2).
    let isBlank = { (byte: UInt8) in byte == ASCII.newline || byte == ASCII.carriageReturn || byte == ASCII.space }
    let text = text.first.map(isBlank) == true ? Array(text.drop(while: isBlank)) : text
    let isMessage = HTTPMessage.isRequestLine(text)
    // Only a message has a body; the other forms are searched byte by byte.
    guard isMessage || text.count <= Self.limit << 20 else {
      throw Failure(
        "The text isn't an HTTP/1.1 message, and is larger than \(Self.limit) MiB. Only a message can be larger: shorten it."
      )
    }
    if !isMessage, let url = Self.bareURL(text) {
      let read = try CurlURL(url, defaultScheme: nil, keepsDots: true)
      request = SignableRequest(method: "GET", target: read.target, headers: [HeaderField("Host", read.host)])
      body = []
      return
    }
    if !isMessage, let sent = VerboseOutput.sentMessage(in: text) {
      // curl -v shows no body; the command above its output may have it.
      let command = try? ShellCommand.curl(in: text).map { try CurlCommand($0, file: file) }
      let message = try HTTPMessage(sent)
      (request, notes) = (message.request, message.notes)
      body = command?.body ?? []
      lacksBody = message.announcesBody(otherThan: body)
      if lacksBody {
        notes.append(
          "The output of curl -v doesn't contain the body, if there is one. Add the curl command line to check a signed body."
        )
      }
      return
    }
    if !isMessage, let command = try ShellCommand.curl(in: text) {
      let read = try CurlCommand(command, file: file)
      (request, body) = (read.request, read.body)
      notes = command.notes
      if request.target.hasEscapedDotSegment {
        notes.append("From version 8.13 on, curl removes path segments such as %2E%2E unless --path-as-is is given.")
      }
      return
    }
    let message = try HTTPMessage(text)
    (request, notes) = (message.request, message.notes)
    // An editor ends a file with a line break.
    let isEndedByEditor =
      message.body.last == UInt8(ascii: "\n") && message.announcesBody(otherThan: message.body)
      && !message.announcesBody(otherThan: message.body.dropLast())
    body = isEndedByEditor ? message.body.dropLast() : message.body
    lacksBody = message.announcesBody(otherThan: body)
    if lacksBody {
      notes.append(
        "The text doesn't contain the body, or not all of it. Add it after an empty line to check a signed body.")
    }
  }

  /// The value of `x-amz-content-sha256` that is signed in place of a hash of the body, if it is one for a body in pieces.
  private var streamingWord: String? {
    contentHash.flatMap { $0.hasPrefix("STREAMING-") ? $0 : nil }
  }

  /// Whether nothing is known of what is signed in place of the body.
  var hidesPayload: Bool { lacksBody && contentHash == nil }

  /// Whether the headers announce a body.
  var announcesBody: Bool {
    request.headers.contains { $0.isNamed("content-length") || $0.isNamed("transfer-encoding") }
  }

  /// The message if the result depends on a body that the text doesn't contain.
  static let hiddenPayload =
    "The signature can't be verified: it covers the body, which the text doesn't contain. Add the body."

  /// The payload hash that the request sends, in a header or in the query.
  private var contentHash: String? {
    request.headers["x-amz-content-sha256"] ?? (try? SignatureClaim(request))?.contentHash
  }

  /// The body, or what is signed in its place if it comes in pieces or isn't known.
  var payload: Payload {
    if let word = streamingWord ?? (lacksBody && body.isEmpty ? contentHash : nil) { return .hash(word) }
    return .bytes(body)
  }

  /// Whether the body comes in chunks.
  var isChunked: Bool { streamingWord.map { !$0.hasSuffix("-EVENTS") } ?? false }

  /// The request as an HTTP/1.1 message.
  var message: [UInt8] {
    let lines = ["\(request.method) \(request.target) HTTP/1.1"] + request.headers.map { "\($0.name): \($0.value)" }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
  }

  /// The text as a URL, without quotes or angle brackets around it; `nil` if it is more than a URL.
  private static func bareURL(_ text: [UInt8]) -> [UInt8]? {
    var url = text[...]
    while let last = url.last, last <= ASCII.space { url.removeLast() }
    for (open, close) in [("\"", "\""), ("'", "'"), ("<", ">")] where url.starts(with: open.utf8) {
      guard url.count > 1, url.last == close.utf8.first else { return nil }
      url = url.dropFirst().dropLast()
    }
    let isURL = ["http://", "https://"].contains { url.starts(with: $0.utf8) }
    return isURL && !url.contains { $0 <= ASCII.space } ? Array(url) : nil
  }
}

extension ShellCommand {
  /// Notes about the command.
  fileprivate var notes: [String] {
    var notes: [String] = []
    var named: Set<String> = []
    let names = unexpanded.filter { named.insert($0).inserted }
    if !names.isEmpty {
      let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
      notes.append(
        names.count == 1
          ? "\(shown) in the command isn't expanded. Replace it with its value."
          : "\(shown) in the command aren't expanded. Replace them with their values.")
    }
    if let strayOption {
      notes.append(
        "The command ends before the line that begins with \(strayOption). End each line except the last with \\.")
    }
    return notes
  }
}

/// The output of `curl -v`.
enum VerboseOutput {
  /// The header lines of the first request in the output, without the `> ` before them; `nil` if there is none.
  ///
  /// A CONNECT to a proxy isn't the request, which follows it.
  static func sentMessage(in text: [UInt8]) -> [UInt8]? {
    var message: [UInt8] = []
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let isSent = line.first == UInt8(ascii: ">")
      let content = line.dropFirst().first == UInt8(ascii: " ") ? line.dropFirst(2) : line.dropFirst()
      if message.isEmpty {
        guard isSent, HTTPMessage.isRequestLine(Array(content), needsVersion: true),
          !content.starts(with: "CONNECT ".utf8)
        else { continue }
      } else if !isSent {
        // Lines about the connection may stand between.
        if line.first == UInt8(ascii: "*") { continue }
        break
      }
      if content.allSatisfy({ $0 <= ASCII.space }) { break }
      message += content
      message.append(UInt8(ascii: "\n"))
    }
    return message.isEmpty ? nil : message
  }
}

/// An HTTP/1.1 message (RFC 9112, 2), with line breaks of either kind.
struct HTTPMessage {
  let request: SignableRequest
  let body: [UInt8]
  /// Notes about the message, a sentence each.
  private(set) var notes: [String] = []
  private let isFramedByStreams: Bool

  init(_ bytes: [UInt8]) throws {
    guard Self.isRequestLine(bytes) else {
      throw Failure(
        "This isn't a request or the path of a file. Pass an HTTP/1.1 message (GET /path HTTP/1.1 …), a curl command, the output of curl -v, or a presigned URL."
      )
    }
    var rest = bytes[...]
    let words = Self.popLine(&rest).split(separator: UInt8(ascii: " "))
    isFramedByStreams = words.last.map { $0.starts(with: "HTTP/2".utf8) || $0.starts(with: "HTTP/3".utf8) } ?? false
    // A target may contain spaces, though it must not; the version may be missing.
    let target = words.dropFirst().prefix { !$0.starts(with: "HTTP/".utf8) }.joined(separator: [UInt8(ascii: " ")])
    var headers: [HeaderField] = []
    var number = 1
    while !rest.isEmpty {
      let line = Self.popLine(&rest)
      number += 1
      if line.isEmpty { break }
      if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t"), !headers.isEmpty {
        headers[headers.count - 1].value += "\r\n" + String(decoding: line, as: UTF8.self)
      } else if let field = HeaderText.split(String(decoding: line, as: UTF8.self)) {
        headers.append(field)
      } else {
        throw Failure(
          "Line \(number) isn't a header: it has no colon. If the body begins there, add an empty line before it.")
      }
    }
    body = Array(rest)
    var sentTarget = String(decoding: Array(target), as: UTF8.self)
    // A client sends the whole URL to a proxy, which sends on the URL's host and target (RFC 9112, 3.2.2).
    let isURL = ["http://", "https://"].contains { target.prefix($0.utf8.count).asciiLowercased == $0 }
    if isURL, let url = try? CurlURL(Array(target), defaultScheme: nil, keepsDots: true) {
      sentTarget = url.target
      if let index = headers.firstIndex(where: { $0.isNamed("host") }) {
        if headers[index].value != url.host {
          notes.append("A proxy replaces the Host header with the host of the URL in the first line.")
        }
        headers[index].value = url.host
      } else {
        headers.insert(HeaderField("Host", url.host), at: 0)
      }
    }
    request = SignableRequest(
      method: String(decoding: words[0], as: UTF8.self), target: sentTarget, headers: headers)
  }

  /// Whether the headers announce a body that isn't `body`.
  func announcesBody(otherThan body: some Collection<UInt8>) -> Bool {
    if let length = request.headers["content-length"] {
      return length != String(body.count)
    }
    // HTTP/2 and HTTP/3 end a body of unknown length without a header that announces it.
    return body.isEmpty
      && (request.headers.contains { $0.isNamed("transfer-encoding") }
        || isFramedByStreams && ["POST", "PUT", "PATCH"].contains(request.method))
  }

  /// Removes the first line and its end, and returns it without that.
  private static func popLine(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
    let line = rest[..<end]
    rest = rest[end...].dropFirst()
    return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }

  /// Whether text begins with a request line: a method and a target, and a version unless the target is clearly one.
  static func isRequestLine(_ text: [UInt8], needsVersion: Bool = false) -> Bool {
    let line = text.prefix(1 << 20).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
    guard words.count == 2, words[0].allSatisfy(\.isTokenCharacter), !ShellCommand.isCurl(Array(words[0])) else {
      return false
    }
    let last = line.split(separator: UInt8(ascii: " ")).last ?? []
    if last.starts(with: "HTTP/".utf8) { return true }
    return !needsVersion && ["/", "http://", "https://"].contains { words[1].starts(with: $0.utf8) }
  }
}
