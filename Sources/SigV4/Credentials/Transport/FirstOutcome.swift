import Synchronization

/// An outcome that may come from several sides, of which the first is kept, and the one caller that waits for it.
final class FirstOutcome<Outcome: Sendable>: Sendable {
  private enum State {
    case open(CheckedContinuation<Outcome, Never>?)
    case ended(Outcome)
  }

  private let state = Mutex(State.open(nil))
  private let cancelled: Outcome

  /// Creates an open outcome.
  ///
  /// - Parameter cancelled: The outcome if the waiting task is cancelled.
  init(ifCancelled cancelled: Outcome) { self.cancelled = cancelled }

  /// Sets the outcome, unless there is one; returns whether it is the first.
  @discardableResult func end(_ outcome: Outcome) -> Bool {
    let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Outcome, Never>?) in
      guard case .open(let continuation) = state else { return (false, nil) }
      state = .ended(outcome)
      return (true, continuation)
    }
    continuation?.resume(returning: outcome)
    return isFirst
  }

  /// Waits for the outcome, or for the calling task's cancellation, which is one.
  func wait() async -> Outcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let outcome: Outcome? = state.withLock { state in
          if case .ended(let outcome) = state { return outcome }
          state = .open(continuation)
          return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
      }
    } onCancel: {
      end(cancelled)
    }
  }
}
