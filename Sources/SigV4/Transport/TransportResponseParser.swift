/// Parses an HTTP/1.1 response incrementally (RFC 9112), in bounded time and memory.
package struct TransportResponseParser {
  private enum Part {
    case status
    case field
    case length(Int)
    case untilClose
    case chunkSize
    case chunk(Int)
    case chunkEnd
    case trailer
  }

  /// The maximum size of status lines, headers and trailers together, and of a chunk's size line, in bytes.
  private static let headLimit = 16_384
  private static let chunkLineLimit = 256
  /// The maximum number of headers and trailers together.
  private static let fieldLimit = 200

  private let bodyLimit: Int
  private let isBodyless: Bool
  private var part = Part.status
  /// The received bytes: those before `start` are parsed, and from there to `searched` no line ends.
  private var pending: [UInt8] = []
  private var start = 0
  private var searched = 0
  private var headSize = 0
  private var fieldCount = 0
  private var response = TransportResponse(status: 0)

  package init(method: String, bodyLimit: Int) {
    isBodyless = method == "HEAD" || method == "CONNECT"
    self.bodyLimit = bodyLimit
  }

  /// Whether bytes were received that aren't parsed yet.
  var hasMore: Bool { start < pending.count }

  /// Parses more bytes.
  ///
  /// - Returns: The response, once it is complete.
  package mutating func read(_ bytes: some Collection<UInt8>) throws(TransportError) -> TransportResponse? {
    pending.removeFirst(start)
    searched -= start
    start = 0
    pending += bytes
    while true {
      switch part {
      case .status:
        guard let line = try headLine() else { return nil }
        try readStatus(line)
        part = .field
      case .field:
        guard let line = try headLine() else { return nil }
        if !line.isEmpty {
          response.headers.append(try field(line))
        } else if response.status < 200 {
          // The final response follows an interim response.
          part = .status
        } else {
          part = try framing()
        }
      case .length(let count):
        guard try body(count) else { return nil }
        return response
      case .untilClose:
        _ = try body(pending.count - start)
        return nil
      case .chunkSize:
        guard let line = try line(limit: Self.chunkLineLimit) else { return nil }
        let size = line.prefix { $0 != UInt8(ascii: ";") }.trimmed
        guard let count = Self.number(size, radix: 16) else { throw .notHTTP }
        part = count == 0 ? .trailer : .chunk(count)
      case .chunk(let count):
        guard try body(count) else { return nil }
        part = .chunkEnd
      case .chunkEnd:
        guard let line = try line(limit: 2) else { return nil }
        guard line.isEmpty else { throw .notHTTP }
        part = .chunkSize
      case .trailer:
        guard let line = try headLine() else { return nil }
        if line.isEmpty { return response }
        _ = try field(line)
      }
    }
  }

  /// Returns the response after the connection has closed.
  package func readEnd() throws(TransportError) -> TransportResponse {
    guard case .untilClose = part else {
      throw .closedEarly
    }
    return response
  }

  /// Moves up to `count` bytes to the body; returns whether all were available.
  private mutating func body(_ count: Int) throws(TransportError) -> Bool {
    // An announced length over the limit is rejected before the bytes arrive.
    guard count <= bodyLimit - response.body.count else { throw .tooLong(bodyLimit) }
    let taken = min(count, pending.count - start)
    response.body += pending[start..<start + taken]
    start += taken
    searched = start
    if case .length = part { part = .length(count - taken) }
    if case .chunk = part { part = .chunk(count - taken) }
    return taken == count
  }

  /// Removes a line of the head or the trailer, which share a limit.
  private mutating func headLine() throws(TransportError) -> ArraySlice<UInt8>? {
    let room = Self.headLimit - headSize
    guard pending.count > start else { return nil }
    guard room > 0 else { throw .longHead(Self.headLimit) }
    do throws(TransportError) {
      guard let line = try line(limit: room) else { return nil }
      headSize += line.count + 2
      return line
    } catch {
      throw room == Self.headLimit ? .notHTTP : .longHead(Self.headLimit)
    }
  }

  /// Removes a line and returns it without its CR LF; nil until its end arrives.
  private mutating func line(limit: Int) throws(TransportError) -> ArraySlice<UInt8>? {
    while searched < pending.count {
      guard searched - start < limit else { throw .notHTTP }
      searched += 1
      guard pending[searched - 1] == UInt8(ascii: "\n") else { continue }
      let end = searched - 2
      guard end >= start, pending[end] == UInt8(ascii: "\r") else { throw .notHTTP }
      defer { start = searched }
      return pending[start..<end]
    }
    return nil
  }

  /// Parses a status line such as `HTTP/1.1 200 OK`, whose last word is optional.
  private mutating func readStatus(_ line: ArraySlice<UInt8>) throws(TransportError) {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, words[0].count == 8, words[0].starts(with: "HTTP/1.".utf8), words[1].count == 3,
      let status = Self.number(words[1], radix: 10), status >= 100, status != 101
    else { throw .notHTTP }
    response = TransportResponse(status: status)
  }

  private mutating func field(_ line: ArraySlice<UInt8>) throws(TransportError) -> HeaderField {
    fieldCount += 1
    guard fieldCount <= Self.fieldLimit else { throw .longHead(Self.headLimit) }
    let name = line.prefix { $0 != UInt8(ascii: ":") }
    guard !name.isEmpty, name.endIndex < line.endIndex, name.allSatisfy(\.isTokenCharacter) else { throw .notHTTP }
    let value = line[(name.endIndex + 1)...].trimmed
    guard value.allSatisfy({ $0 >= UInt8(ascii: " ") && $0 != UInt8(ascii: "\u{7F}") || $0 == UInt8(ascii: "\t") })
    else { throw .notHTTP }
    return HeaderField(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
  }

  private func framing() throws(TransportError) -> Part {
    if isBodyless || response.status == 204 || response.status == 304 { return .length(0) }
    let codings = response.headers[values: "Transfer-Encoding"]
    if !codings.isEmpty {
      guard codings.count == 1, codings[0].utf8.asciiLowercased == "chunked" else { throw .notHTTP }
      return .chunkSize
    }
    let lengths = Set(response.headers[values: "Content-Length"])
    guard let length = lengths.first else { return .untilClose }
    guard lengths.count == 1, let count = Self.number(Array(length.utf8)[...], radix: 10) else { throw .notHTTP }
    return .length(count)
  }

  /// Returns the number of a text that consists of digits; nil if it overflows.
  private static func number(_ digits: ArraySlice<UInt8>, radix: UInt8) -> Int? {
    guard !digits.isEmpty, digits.allSatisfy({ Hexadecimal.value(ofDigit: $0).map { $0 < radix } ?? false }) else {
      return nil
    }
    return Int(String(decoding: digits, as: UTF8.self), radix: Int(radix))
  }
}

extension ArraySlice<UInt8> {
  /// The bytes without surrounding spaces and tabs.
  fileprivate var trimmed: Self {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let rest = drop(while: isBlank)
    return rest.dropLast(rest.reversed().prefix(while: isBlank).count)
  }
}

extension TransportError {
  static let notHTTP = TransportError(.badAnswer, "the response isn't valid HTTP")

  static func tooLong(_ limit: Int) -> TransportError {
    TransportError(.badAnswer, "the response body is longer than \(limit) bytes")
  }

  fileprivate static func longHead(_ limit: Int) -> TransportError {
    TransportError(.badAnswer, "the response has more than \(limit) bytes of headers, or too many headers")
  }
}
