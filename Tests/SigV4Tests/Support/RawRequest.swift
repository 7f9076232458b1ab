import SigV4

/// An HTTP/1.1 request as it was sent, split without changing a byte.
struct RawRequest {
  let request: SignableRequest
  /// The body, without the framing of chunks.
  let body: [UInt8]
  let isComplete: Bool

  /// Splits `bytes`; `nil` if the head isn't complete.
  init?(_ bytes: [UInt8]) {
    let separator = Array("\r\n\r\n".utf8)
    guard let headEnd = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else { return nil }
    let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(
      separator: "\r\n", omittingEmptySubsequences: false)
    guard let first = lines.first, first.hasSuffix(" HTTP/1.1") else { return nil }
    let line = first.dropLast(" HTTP/1.1".count)
    guard let space = line.firstIndex(of: " ") else { return nil }
    let headers = lines.dropFirst().map { line in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      let value = line[colon...].dropFirst()
      return HeaderField(String(line[..<colon]), String(value.first == " " ? value.dropFirst() : value))
    }
    request = SignableRequest(
      method: String(line[..<space]), target: String(line[line.index(after: space)...]), headers: headers)
    let rest = bytes[(headEnd + separator.count)...]
    if let length = headers.first(where: { $0.isNamed("content-length") }).flatMap({ Int($0.value) }) {
      body = Array(rest)
      isComplete = rest.count >= length
    } else if headers.contains(where: { $0.isNamed("transfer-encoding") }) {
      // One chunk, as the tests send.
      let chunk = String(decoding: rest, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
      body = chunk.count > 1 ? Array(chunk[1].utf8) : []
      isComplete = rest.suffix(5).elementsEqual("0\r\n\r\n".utf8)
    } else {
      body = []
      isComplete = true
    }
  }
}
