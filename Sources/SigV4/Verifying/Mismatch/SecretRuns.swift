/// The runs of 8 bytes in secrets, by which a part of one is found in any text: a service's answer may repeat the request.
struct SecretRuns {
  private static let length = 8
  private var runs: Set<UInt64> = []

  init(_ secrets: [String]) {
    for secret in secrets {
      Self.forEachRun(in: secret) { _, run in runs.insert(run) }
    }
  }

  /// The text with `<redacted>` in place of each part of a secret.
  func redacted(_ text: String) -> String {
    guard !runs.isEmpty else { return text }
    var secretEnds: [Int] = []
    Self.forEachRun(in: text) { end, run in if runs.contains(run) { secretEnds.append(end) } }
    guard !secretEnds.isEmpty else { return text }
    let bytes = Array(text.utf8)
    var shown: [UInt8] = []
    var position = 0
    for end in secretEnds {
      let start = end - Self.length
      if start >= position {
        shown += bytes[position..<start]
        shown += "<redacted>".utf8
      }
      position = end
    }
    shown += bytes[position...]
    return String(decoding: shown, as: UTF8.self)
  }

  private static func forEachRun(in text: String, _ body: (_ end: Int, UInt64) -> Void) {
    var run: UInt64 = 0
    var end = 0
    for byte in text.utf8 {
      run = run << 8 | UInt64(byte)
      end += 1
      if end >= length { body(end, run) }
    }
  }
}
