#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Data
#else
  import struct Foundation.Data
#endif

/// The text that a source's own words must not repeat: every run of 8 bytes of the secrets that the source knows.
///
/// A secret is found unchanged, percent-encoded, in base64, in hex and with JSON's escaped slashes, in any letter case. The cost
/// grows with the sum of the lengths of the text and the secrets, not with their product.
struct SecretRuns {
  private static let byteCount = 8

  private var runs: Set<UInt64> = []
  /// The secrets that are shorter than a run, in one letter case, and are looked for whole.
  private var short: Set<[UInt8]> = []

  /// Creates the runs of `secrets`, except those of `words`, and the runs of `others`.
  init(_ secrets: [String], except words: [String] = [], and others: [String] = []) {
    for secret in secrets { add(secret) }
    for word in words { Self.forEachRun(word.utf8) { run, _ in runs.remove(run) } }
    for other in others { add(other) }
  }

  private mutating func add(_ secret: String) {
    let bytes = Array(secret.trimmed.utf8)
    guard bytes.count >= Self.byteCount else {
      // Less than 4 bytes would be found in any text.
      if bytes.count >= 4 { short.insert(bytes.map(Self.folded)) }
      return
    }
    add(bytes)
    add(Array(bytes.percentEncoded.utf8))
    add(bytes.flatMap { $0 == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), $0] : [$0] })
    add(Array(Hexadecimal.string(bytes.span).utf8))
    // Base64 writes 3 bytes as 4 digits, so that the text before a secret shifts its digits.
    for offset in 0..<3 {
      let digits = Array(Data(bytes.dropFirst(offset)).base64EncodedString().utf8)
      add(digits.dropLast(4))
    }
  }

  private mutating func add(_ bytes: some Sequence<UInt8>) {
    Self.forEachRun(bytes) { run, _ in runs.insert(run) }
  }

  /// `text` with `<redacted>` in place of each part that repeats a secret.
  func removed(from text: String) -> String {
    let bytes = Array(text.utf8)
    var isSecret = [Bool](repeating: false, count: bytes.count)
    Self.forEachRun(bytes) { run, end in
      guard runs.contains(run) else { return }
      // The bytes that overlap the previous run are already marked.
      for index in (end - Self.byteCount..<end).reversed() where !isSecret[index] { isSecret[index] = true }
    }
    if !short.isEmpty {
      let folded = bytes.map(Self.folded)
      for start in folded.indices {
        for secret in short where folded[start...].starts(with: secret) {
          for index in start..<start + secret.count { isSecret[index] = true }
        }
      }
    }
    return String(decoding: Self.redacted(bytes, isSecret), as: UTF8.self)
  }

  private static func redacted(_ bytes: [UInt8], _ isSecret: [Bool]) -> [UInt8] {
    var shown: [UInt8] = []
    for index in bytes.indices {
      if !isSecret[index] {
        shown.append(bytes[index])
      } else if index == 0 || !isSecret[index - 1] {
        shown += Redaction.placeholder.utf8
      }
    }
    return shown
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: byte.asciiLowercased
    }
  }

  /// Calls `body` with each run of 8 bytes and the index of its end.
  ///
  /// Letters are folded to one case, and base64 digits to one alphabet.
  private static func forEachRun(_ bytes: some Sequence<UInt8>, _ body: (UInt64, Int) -> Void) {
    var run: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
      run = run << 8 | UInt64(folded(byte))
      if index + 1 >= byteCount { body(run, index + 1) }
    }
  }
}

extension String {
  // Limits count scalars, because one character may have any number of them.

  /// The text for a message: in quotation marks, without control characters, and not longer than 200 scalars.
  var quoted: String {
    var text = String.UnicodeScalarView()
    for scalar in bounded.unicodeScalars { text.append(scalar.properties.generalCategory == .control ? " " : scalar) }
    return "\"\(String(text))\(unicodeScalars.dropFirst(200).isEmpty ? "" : "…")\""
  }

  /// The text, cut to 200 scalars.
  var bounded: String { String(unicodeScalars.prefix(200)) }
}

extension [String] {
  /// A source's own words for an error, as a message quotes them: after a colon, quoted, and without `secrets`.
  ///
  /// Without words there is no colon.
  func told(without secrets: SecretRuns) -> String {
    let words = filter { !$0.isEmpty }.map { secrets.removed(from: $0).quoted }
    return words.isEmpty ? "" : ": \(words.joined(separator: ", "))"
  }
}
