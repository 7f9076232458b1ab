#if canImport(FoundationEssentials)
  package import struct FoundationEssentials.Date
#else
  package import struct Foundation.Date
#endif

/// Time and randomness, injected so that tests can control them.
package struct ProviderClock: Sendable {
  /// The time now.
  package var now: @Sendable () -> Date
  /// Waits, or throws `CancellationError`.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// Waits until somebody else's answer is overdue, or throws `CancellationError`.
  package var patience: @Sendable (Duration) async throws -> Void
  /// A number of seconds, chosen at random from a range.
  package var random: @Sendable (ClosedRange<Double>) -> Double

  /// Creates a clock from its parts, which default to the system's.
  package init(
    now: @escaping @Sendable () -> Date = { Date() },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await EventThread.shared.sleep(for: $0) },
    patience: @escaping @Sendable (Duration) async throws -> Void = {
      // Without a thread to wait on, nothing is known of the time: the source's own error ends the wait.
      if await EventThread.shared.wait(for: [], until: .now + $0) != .late { throw CancellationError() }
    },
    random: @escaping @Sendable (ClosedRange<Double>) -> Double = { .random(in: $0) }
  ) {
    self.now = now
    self.sleep = sleep
    self.patience = patience
    self.random = random
  }
}
