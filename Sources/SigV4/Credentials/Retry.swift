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
