import SigV4

extension ChunkVerifier {
  /// Changes every byte of a body, one at a time.
  ///
  /// The pieces before the changed one are read once, so that the time doesn't grow with the square of the length.
  ///
  /// - Parameter pieces: The body as it is sent; each piece is a chunk, the last one's line, or the trailers.
  /// - Returns: The places of changes that mean something and are accepted; empty if the verifier is right.
  /// - Throws: The error of this verifier for the unchanged body.
  func changesWronglyTaken(in pieces: [[UInt8]]) throws -> [String] {
    var taken: [String] = []
    var before = self
    for (number, piece) in pieces.enumerated() {
      let rest = Array(pieces[(number + 1)...].joined())
      for offset in piece.indices {
        var changed = piece
        changed[offset] ^= Mutation.mask(at: offset)
        var verifier = before
        do throws(VerificationError) {
          _ = try verifier.verify(changed)
          _ = try verifier.verify(rest)
          try verifier.finish()
        } catch { continue }
        if !Self.isLetterCaseThatCountsForNothing(offset, of: piece, changed) {
          taken.append("byte \(offset) of piece \(number)")
        }
      }
      _ = try before.verify(piece)
    }
    try before.finish()
    return taken
  }

  /// Whether a letter's case alone was changed, in the size of a chunk or in the name of a trailer.
  private static func isLetterCaseThatCountsForNothing(_ offset: Int, of old: [UInt8], _ new: [UInt8]) -> Bool {
    guard 0x61...0x7A ~= old[offset] | 0x20, old[offset] ^ new[offset] == 0x20 else { return false }
    // The size stands before the semicolon of a chunk's first line; a name before the colon of its line.
    let isChunk = old.prefix { $0 != 0x0A }.contains(0x3B)
    let start = isChunk ? 0 : old[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return !old[start...offset].contains(isChunk ? 0x3B : 0x3A)
  }
}
