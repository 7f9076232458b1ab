extension SigningKey {
  /// A signature that covers the one before it: of a chunk, of trailers, or of an event message.
  ///
  /// The string to sign is the algorithm with `purpose` at its end, the time and the scope (``lines(at:)``), the
  /// signature before, the hash of what stands before the payload where there is such a line, and the payload's.
  func signature(
    purpose: StaticString, _ timeAndScope: String, after previous: String, preface: String?, _ hash: SHA256Digest
  ) throws(SigningError) -> String {
    try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      let stringToSign = scratch.buffer.appendChained(
        algorithm, purpose, timeAndScope, after: previous, preface: preface, hash)
      let signature = try appendSignature(for: stringToSign, to: &scratch.buffer, using: &scratch.state)
      return scratch.buffer.string(signature)
    }
  }

  /// The lines of time and scope, with the line break before them and that after them.
  func lines(at date: SigningDate) -> String { "\n\(date.text)\n\(scope.text)\n" }
}

extension ByteBuffer {
  /// Appends the string to sign of something that follows another signature, and says where it stands.
  mutating func appendChained(
    _ algorithm: SigningAlgorithm, _ purpose: StaticString, _ timeAndScope: String, after previous: String,
    preface: String?, _ hash: SHA256Digest
  ) -> Range<Int> {
    let start = count
    append(algorithm.rawValue)
    append(purpose)
    append(timeAndScope)
    append(previous)
    append(0x0A)
    if let preface {
      append(preface)
      append(0x0A)
    }
    hash.withBytes { appendHex($0) }
    return start..<count
  }
}
