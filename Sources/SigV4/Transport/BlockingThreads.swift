import Synchronization

/// Threads for calls that block and can't be interrupted: the resolver, files, the start of programs.
///
/// A caller leaves when its deadline passes or it is cancelled; the thread ends when the call does. A call that is stuck
/// costs one of the threads of its kind and nothing else.
final class BlockingThreads: Sendable {
  /// Why a call has no result.
  enum Failure: Error, Hashable {
    /// The deadline has passed.
    case late
    /// The calling task was cancelled.
    case cancelled
    /// The system has no thread to give.
    case noResources
  }

  /// `getaddrinfo`.
  static let resolver = BlockingThreads(limit: 32)
  /// Opening and reading files, on file systems that may not answer.
  static let files = BlockingThreads(limit: 16)
  /// Starting programs, which are read from such file systems.
  static let programs = BlockingThreads(limit: 16)

  private struct State {
    var threads = 0
    /// The calls that wait for a thread, by the order in which they came.
    var jobs: [UInt64: @Sendable () -> Void] = [:]
    /// No call before this one waits.
    var firstIdentifier: UInt64 = 0
    var nextIdentifier: UInt64 = 0

    /// Takes out the call that has waited the longest.
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

  /// Creates a set of at most `limit` threads, which live while there are calls.
  init(limit: Int) { self.limit = limit }

  /// Runs a call and returns its result.
  ///
  /// - Parameters:
  ///   - deadline: The time after which the caller isn't kept; the call may still be running then.
  ///   - dropped: Called with a result that comes after its caller has left, such as a descriptor to close.
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

  /// Adds a job, and a thread if there may be another; returns nil if no thread will ever run it.
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

  /// Takes out a job that hasn't begun.
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
