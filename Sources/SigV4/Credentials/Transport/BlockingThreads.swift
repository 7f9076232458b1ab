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

  private struct Job {
    let identifier: UInt64
    let run: @Sendable () -> Void
  }

  private struct State {
    var threads = 0
    /// The calls that wait for a thread, the first at the end.
    var jobs: [Job] = []
    var nextIdentifier: UInt64 = 0
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
      state.jobs.insert(Job(identifier: identifier, run: run), at: 0)
      return identifier
    }
  }

  /// Takes out a job that hasn't begun.
  private func forget(_ identifier: UInt64) {
    state.withLock { state in
      if let index = state.jobs.firstIndex(where: { $0.identifier == identifier }) { state.jobs.remove(at: index) }
    }
  }

  private func work() {
    while true {
      let job = state.withLock { state in
        if state.jobs.isEmpty { state.threads -= 1 }
        return state.jobs.popLast()
      }
      guard let job else { return }
      job.run()
    }
  }
}
