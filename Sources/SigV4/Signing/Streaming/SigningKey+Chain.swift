extension SigningKey {
  /// A signature that covers the one before it: of a chunk, of trailers, or of an event message.
  ///
  /// The string to sign is the algorithm with `purpose` at its end, the time, the scope, the signature before, and `hashes`,
  /// a line each; `state` is scratch.
  func signature(
    purpose: StaticString, at date: SigningDate, after previous: String, _ hashes: [String], in state: inout SHA256
  ) throws(SigningError) -> String {
    var buffer = ByteBuffer(capacity: 512)
    buffer.append(algorithm.rawValue)
    buffer.append(purpose)
    buffer.append(0x0A)
    date.append(to: &buffer)
    buffer.append(0x0A)
    buffer.append(scope.text)
    buffer.append(0x0A)
    buffer.append(previous)
    for hash in hashes {
      buffer.append(0x0A)
      buffer.append(hash)
    }
    return try buffer.withBytes { (bytes) throws(SigningError) in try signature(for: bytes, in: &state) }
  }
}
