import Synchronization

/// An outcome that may come from several sides, of which the first counts, and the one caller that waits for it.
final class FirstOutcome<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, TransportError>

  private enum State {
    case open(CheckedContinuation<Outcome, Never>?)
    case ended(Outcome)
  }

  private let state = Mutex(State.open(nil))

  /// Sets the outcome, unless there is one.
  func end(_ outcome: Outcome) {
    let continuation: CheckedContinuation<Outcome, Never>? = state.withLock { state in
      guard case .open(let continuation) = state else { return nil }
      state = .ended(outcome)
      return continuation
    }
    continuation?.resume(returning: outcome)
  }

  /// Waits for the outcome, or for the calling task's cancellation, which is one.
  func wait() async -> Outcome {
    await withTaskCancellationHandler {
      await waitRegardless()
    } onCancel: {
      end(.failure(.cancelled))
    }
  }

  /// Waits for the outcome, whether or not the calling task is cancelled.
  func waitRegardless() async -> Outcome {
    await withCheckedContinuation { continuation in
      let outcome: Outcome? = state.withLock { state in
        if case .ended(let outcome) = state { return outcome }
        state = .open(continuation)
        return nil
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }
}
