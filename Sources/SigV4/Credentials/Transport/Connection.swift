/// A stream of bytes to a peer and back, with a deadline for each step.
protocol Connection: ~Copyable {
  /// Sends all of `bytes`.
  func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(TransportError)

  /// Returns the next bytes that arrive, or none if the peer has ended the stream.
  func receive(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8]
}
