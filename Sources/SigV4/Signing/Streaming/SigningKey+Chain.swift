extension SigningKey {
  /// A signature that covers the one before it: of a chunk, of trailers, or of an event message.
  ///
  /// The string to sign is the algorithm with `purpose` at its end, the time and the scope (``lines(at:)``), the
  /// signature before, the hash of what stands before the payload where there is such a line, and the payload's.
  func signature(
    purpose: StaticString, _ timeAndScope: String, after previous: String, preface: String?, _ hash: SHA256Digest
  ) throws(SigningError) -> String {
    try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      scratch.buffer.append(algorithm.rawValue)
      scratch.buffer.append(purpose)
      scratch.buffer.append(timeAndScope)
      scratch.buffer.append(previous)
      scratch.buffer.append(0x0A)
      if let preface {
        scratch.buffer.append(preface)
        scratch.buffer.append(0x0A)
      }
      hash.withBytes { scratch.buffer.appendHex($0) }
      let stringToSign = 0..<scratch.buffer.count
      let signature = try appendSignature(for: stringToSign, to: &scratch.buffer, using: &scratch.state)
      return scratch.buffer.string(signature)
    }
  }

  /// The lines of time and scope, with the line break before them and that after them.
  func lines(at date: SigningDate) -> String { "\n\(date.text)\n\(scope.text)\n" }
}
