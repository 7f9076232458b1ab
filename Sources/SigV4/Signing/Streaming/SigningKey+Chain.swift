extension SigningKey {
  /// A signature that covers the one before it: of a chunk, of trailers, or of an event message.
  ///
  /// The string to sign is the algorithm with `purpose` at its end, the time, the scope, the signature before, and `hashes`,
  /// a line each.
  func signature(
    purpose: StaticString, at date: SigningDate, after previous: String, _ hashes: [String]
  ) throws(SigningError) -> String {
    try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      scratch.buffer.append(algorithm.rawValue)
      scratch.buffer.append(purpose)
      scratch.buffer.append(0x0A)
      date.append(to: &scratch.buffer)
      scratch.buffer.append(0x0A)
      scratch.buffer.append(scope.text)
      scratch.buffer.append(0x0A)
      scratch.buffer.append(previous)
      for hash in hashes {
        scratch.buffer.append(0x0A)
        scratch.buffer.append(hash)
      }
      return try signature(for: 0..<scratch.buffer.count, of: scratch.buffer, in: &scratch.state)
    }
  }
}
