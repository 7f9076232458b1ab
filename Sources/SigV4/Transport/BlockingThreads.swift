import Synchronization

/// Runs calls that block and can't be interrupted: resolving names, reading files, starting programs.
///
/// A caller returns when its deadline passes or its task is cancelled; the thread ends when the call does. A stuck call blocks
/// only its own thread.
final class BlockingThreads: Sendable {
  /// The reason for a missing result.
  enum Failure: Error, Hashable {
    /// The deadline has passed.
    case late
    /// The calling task was cancelled.
    case cancelled
    /// The system can't start another thread.
    case noResources
  }

  /// The threads for `getaddrinfo`.
  static let resolver = BlockingThreads(limit: 32)
  /// The threads that open and read files, on file systems that may hang.
  static let files = BlockingThreads(limit: 16)
  /// The threads that start programs, which are read from such file systems.
  static let programs = BlockingThreads(limit: 16)

  private struct State {
    var threads = 0
    /// The calls that wait for a thread, keyed by the order of their arrival.
    var jobs: [UInt64: @Sendable () -> Void] = [:]
    /// The lowest identifier that can still be waiting.
    var firstIdentifier: UInt64 = 0
    var nextIdentifier: UInt64 = 0

    /// Removes and returns the call that has waited longest.
    mutating func takeJob() -> (@Sendable () -> Void)? {
      while firstIdentifier < nextIdentifier {
        defer { firstIdentifier += 1 }
        if let job = jobs.removeValue(forKey: firstIdentifier) { return job }
      }
      return nil
    }
  }

  private let limit: Int
  private let state = Mutex(State())

  /// Creates a set of at most `limit` threads, which end when no call is left.
  init(limit: Int) { self.limit = limit }

  /// Runs a call and returns its result.
  ///
  /// - Parameters:
  ///   - deadline: The time at which the caller returns, even if the call is still running.
  ///   - dropped: Called with a result that arrives after its caller has returned, such as a descriptor to close.
  ///   - call: The call.
  /// - Returns: The call's result.
  /// - Throws: ``Failure``.
  func run<Value: Sendable>(
    until deadline: ContinuousClock.Instant, dropped: @escaping @Sendable (Value) -> Void = { _ in },
    _ call: @escaping @Sendable () -> Value
  ) async throws(Failure) -> Value {
    let outcome = FirstOutcome<Result<Value, Failure>>(ifCancelled: .failure(.cancelled))
    let timer = EventThread.shared.register([], until: deadline) { _ in outcome.end(.failure(.late)) }
    guard let timer else { throw .noResources }
    defer { EventThread.shared.unregister(timer) }
    let job = enqueue {
      let value = call()
      if !outcome.end(.success(value)) { dropped(value) }
    }
    guard let job else { throw .noResources }
    let result = await outcome.wait()
    if case .failure = result { forget(job) }
    return try result.get()
  }

  /// Adds a job, and a thread if the limit allows; returns nil if no thread can run the job.
  private func enqueue(_ run: @escaping @Sendable () -> Void) -> UInt64? {
    state.withLock { state in
      let identifier = state.nextIdentifier
      state.nextIdentifier += 1
      if state.threads < limit, SystemThread.start({ [self] in work() }) { state.threads += 1 }
      guard state.threads > 0 else { return nil }
      state.jobs[identifier] = run
      return identifier
    }
  }

  /// Removes a job that hasn't started.
  private func forget(_ identifier: UInt64) {
    state.withLock { _ = $0.jobs.removeValue(forKey: identifier) }
  }

  private func work() {
    while true {
      let job = state.withLock { state in
        let job = state.takeJob()
        if job == nil { state.threads -= 1 }
        return job
      }
      guard let job else { return }
      job()
    }
  }
}

extension BlockingThreads.Failure {
  /// The error of a request for which a result is missing.
  func transportError(late message: String) -> TransportError {
    switch self {
    case .late: TransportError(.cannotConnect, message)
    case .cancelled: .cancelled
    case .noResources: .noResources("thread or descriptor")
    }
  }
}

/// Keeps the first of several competing outcomes and resumes the one caller that waits for it.
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

  /// Waits for the outcome, which cancelling the calling task also sets.
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
