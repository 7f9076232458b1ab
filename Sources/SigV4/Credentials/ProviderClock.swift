#if canImport(FoundationEssentials)
  package import struct FoundationEssentials.Date
#else
  package import struct Foundation.Date
#endif

/// What a provider or a cache knows of time and chance, so that tests can tell it otherwise.
package struct ProviderClock: Sendable {
  /// The time now.
  package var now: @Sendable () -> Date
  /// Waits, or throws `CancellationError`.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// Waits as long as a caller has to for new credentials while there are others at hand, or throws `CancellationError`.
  package var patience: @Sendable () async throws -> Void
  /// A number of seconds, chosen at random from a range.
  package var random: @Sendable (ClosedRange<Double>) -> Double

  /// Creates a clock from its parts; those left out are the system's.
  package init(
    now: @escaping @Sendable () -> Date = { Date() },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await EventThread.shared.sleep(for: $0) },
    patience: @escaping @Sendable () async throws -> Void = { try await EventThread.shared.sleep(for: .seconds(5)) },
    random: @escaping @Sendable (ClosedRange<Double>) -> Double = { .random(in: $0) }
  ) {
    self.now = now
    self.sleep = sleep
    self.patience = patience
    self.random = random
  }
}
