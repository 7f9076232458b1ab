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

/// Repeats what may succeed at the next attempt, with a pause in between.
struct Retry {
  /// What an attempt came to.
  enum Outcome<Value: Sendable>: Sendable {
    case success(Value)
    /// An error that the next attempt may not have.
    case passing(CredentialError)
  }

  let attempts = 3
  let clock: ProviderClock

  /// The value of the first attempt that has one, or else the error of the last.
  ///
  /// - Throws: What `attempt` throws, at once; the last passing error; `CancellationError`.
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
  /// The pause before the next attempt: chosen at random from 50 ms up to a bound that doubles, at most 1 s.
  func pause(after attempt: Int) -> Duration {
    .seconds(random(0.05...min(0.1 * Double(1 << min(attempt, 4)), 1)))
  }
}

extension TransportError {
  /// What the failure means to a provider whose source is set up and doesn't answer.
  ///
  /// - Parameter source: The source, as the beginning of a sentence.
  /// - Returns: An error that may pass.
  /// - Throws: ``CredentialError`` for a failure that can't pass; `CancellationError`.
  func passing(_ source: String) throws -> CredentialError {
    switch code {
    case .cancelled: throw CancellationError()
    case .invalidRequest: throw CredentialError(.misconfigured, "\(source) can't be asked: \(message).")
    case .timedOut: CredentialError(.timedOut, "\(source) didn't answer in time (\(message)).")
    case .systemResources: CredentialError(.systemResources, "\(source) can't be reached: \(message).")
    case .cannotConnect: CredentialError(.unreachable, "\(source) can't be reached: \(message).")
    default: CredentialError(.badAnswer, "\(source) gave no whole answer: \(message).")
    }
  }
}
