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
  /// Waits until another task's result is overdue; throws `CancellationError`, or another error if it can't wait.
  package var patience: @Sendable (Duration) async throws -> Void
  /// Returns a random number of seconds from a range.
  package var random: @Sendable (ClosedRange<Double>) -> Double

  /// Creates a clock from its parts, which default to the system's.
  package init(
    now: @escaping @Sendable () -> Date = { Date() },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await EventThread.shared.sleep(for: $0) },
    patience: @escaping @Sendable (Duration) async throws -> Void = {
      switch await EventThread.shared.wait(for: [], until: .now + $0) {
      case .noResources:
        throw CredentialError(
          .systemResources,
          "This process has no descriptor or thread left to wait for a source. Raise its limits (ulimit).")
      case .cancelled: throw CancellationError()
      case .ready, .late: break
      }
    },
    random: @escaping @Sendable (ClosedRange<Double>) -> Double = { .random(in: $0) }
  ) {
    self.now = now
    self.sleep = sleep
    self.patience = patience
    self.random = random
  }
}

/// Retries an operation after transient errors, with a pause before each attempt.
struct Retry {
  /// The outcome of an attempt.
  enum Outcome<Value: Sendable>: Sendable {
    case success(Value)
    /// A transient error.
    case passing(CredentialError)
  }

  let attempts = 3
  let clock: ProviderClock

  /// Returns the value of the first successful attempt.
  ///
  /// - Throws: The first error that `attempt` throws; the transient error of the last attempt; `CancellationError`.
  func callAsFunction<Value: Sendable>(_ attempt: () async throws -> Outcome<Value>) async throws -> Value {
    var count = 1
    while true {
      switch try await attempt() {
      case .success(let value): return value
      case .passing(let error) where count >= attempts: throw error
      case .passing: try await clock.sleep(clock.pause(after: count))
      }
      count += 1
    }
  }
}

extension ProviderClock {
  /// Returns the random pause before the next attempt: from 50 ms to a limit that doubles up to 1 s.
  func pause(after attempt: Int) -> Duration {
    .seconds(random(0.05...min(0.1 * Double(1 << min(attempt, 4)), 1)))
  }
}

extension TransportError {
  /// Returns the transient error of a provider whose configured source doesn't respond.
  ///
  /// - Parameter source: The source, as the beginning of a sentence.
  /// - Returns: The transient error.
  /// - Throws: ``CredentialError`` for a permanent failure; `CancellationError`.
  func passing(_ source: String) throws -> CredentialError {
    switch code {
    case .cancelled: throw CancellationError()
    case .invalidRequest: throw CredentialError(.misconfigured, "\(source) can't be queried: \(message).")
    case .timedOut: CredentialError(.timedOut, "\(source) didn't respond in time (\(message)).")
    case .systemResources: CredentialError(.systemResources, "\(source) can't be reached: \(message).")
    case .cannotConnect: CredentialError(.unreachable, "\(source) can't be reached: \(message).")
    default: CredentialError(.badAnswer, "\(source) returned no complete response: \(message).")
    }
  }
}
