/// Reads an HTTP/1.1 answer piece by piece (RFC 9112).
package struct TransportResponseParser {
  private enum Part {
    case head
    case length(Int)
    case untilClose
    case chunkSize
    case chunk(Int)
    case chunkEnd
    case trailer
  }

  private static let headLimit = 16_384
  private static let lineLimit = 4096

  private let bodyLimit: Int
  private let isBodyless: Bool
  private var part = Part.head
  private var pending: [UInt8] = []
  /// The number of pending bytes that are known to have no end of a line.
  private var searched = 0
  private var response = TransportResponse(status: 0)

  package init(method: String, bodyLimit: Int) {
    isBodyless = method == "HEAD"
    self.bodyLimit = bodyLimit
  }

  /// Takes in more bytes.
  ///
  /// - Returns: The answer, once it is whole.
  package mutating func read(_ bytes: some Collection<UInt8>) throws(TransportError) -> TransportResponse? {
    pending += bytes
    while true {
      switch part {
      case .head:
        guard let head = try line(endingWith: [0x0D, 0x0A, 0x0D, 0x0A], limit: Self.headLimit) else { return nil }
        try readHead(head)
      case .length(let count):
        guard try body(count) else { return nil }
        return response
      case .untilClose:
        _ = try body(.max)
        return nil
      case .chunkSize:
        guard let line = try line(limit: Self.lineLimit) else { return nil }
        let size = String(decoding: line.prefix { $0 != 0x3B }, as: UTF8.self).trimmed
        guard size.utf8.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil }), let count = Int(size, radix: 16) else {
          throw .notHTTP
        }
        part = count == 0 ? .trailer : .chunk(count)
      case .chunk(let count):
        guard try body(count) else { return nil }
        part = .chunkEnd
      case .chunkEnd:
        guard let line = try line(limit: 2) else { return nil }
        guard line.isEmpty else { throw .notHTTP }
        part = .chunkSize
      case .trailer:
        guard let line = try line(limit: Self.lineLimit) else { return nil }
        if line.isEmpty { return response }
      }
    }
  }

  /// The answer when the connection has been closed.
  package func readEnd() throws(TransportError) -> TransportResponse {
    guard case .untilClose = part else {
      throw .closedEarly
    }
    return response
  }

  /// Moves up to `count` bytes to the body, and says whether they were all there.
  private mutating func body(_ count: Int) throws(TransportError) -> Bool {
    let taken = min(count, pending.count)
    // What is announced and too long needn't be waited for.
    guard (count == .max ? taken : count) <= bodyLimit - response.body.count else { throw .tooLong(bodyLimit) }
    response.body += pending.prefix(taken)
    pending.removeFirst(taken)
    if case .length = part { part = .length(count - taken) }
    if case .chunk = part { part = .chunk(count - taken) }
    return taken == count
  }

  /// Takes a line, without what ends it; `nil` while its end isn't there.
  private mutating func line(
    endingWith end: [UInt8] = [0x0D, 0x0A], limit: Int
  ) throws(TransportError) -> [UInt8]? {
    while searched < min(pending.count, limit) {
      searched += 1
      guard pending[searched - 1] == 0x0A, pending[..<searched].suffix(end.count) == end[...] else { continue }
      defer {
        pending.removeFirst(searched)
        searched = 0
      }
      return Array(pending[..<(searched - end.count)])
    }
    guard pending.count < limit else { throw .notHTTP }
    return nil
  }

  private mutating func readHead(_ bytes: [UInt8]) throws(TransportError) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    let first = lines.removeFirst().trimmed.split(separator: " ", maxSplits: 2)
    guard first.count >= 2, first[0].hasPrefix("HTTP/1."), first[1].utf8.count == 3, let status = Int(first[1]),
      status >= 100
    else { throw .notHTTP }
    var headers: [HeaderField] = []
    for line in lines {
      let name = line.utf8.prefix { $0 != 0x3A }
      guard !name.isEmpty, name.endIndex < line.endIndex, name.allSatisfy({ $0.isTokenCharacter }) else {
        throw .notHTTP
      }
      headers.append(HeaderField(String(Substring(name)), Substring(line.utf8.dropFirst(name.count + 1)).trimmed))
    }
    // An interim answer is followed by the real one.
    guard status >= 200 else { return }
    response = TransportResponse(status: status, headers: headers)
    part = try framing()
  }

  private func framing() throws(TransportError) -> Part {
    if isBodyless || response.status == 204 || response.status == 304 { return .length(0) }
    if let coding = response.header("Transfer-Encoding") {
      guard coding.lowercased() == "chunked" else { throw .notHTTP }
      return .chunkSize
    }
    let lengths = Set(response.headers.filter { $0.isNamed("Content-Length") }.map(\.value))
    guard let length = lengths.first else { return .untilClose }
    guard lengths.count == 1, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(length) else {
      throw .notHTTP
    }
    return .length(count)
  }
}

extension TransportError {
  static let notHTTP = TransportError(.badAnswer, "the answer isn't HTTP")

  static func tooLong(_ limit: Int) -> TransportError {
    TransportError(.badAnswer, "the answer is longer than \(limit) bytes")
  }
}
