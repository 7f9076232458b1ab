@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Work that cleans up before a signal ends the program: it stops child processes and removes files.
enum Interruptible {
  private struct State {
    var sources: [any DispatchSourceSignal] = []
    var cancel: (@Sendable () -> Void)?
    var caught: Int32?
  }

  private static let state = Mutex(State())

  /// Runs work that SIGINT, SIGTERM and SIGHUP cancel.
  ///
  /// The signal ends the program when the work has ended, or after a second; later ones end it at once.
  static func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let task = Task(operation: work)
    state.withLock { state in
      // They stay: with Dispatch, no thread may be left that a signal ends by default.
      if state.sources.isEmpty { state.sources = StopSignal.sources(interrupt) }
      state.cancel = { task.cancel() }
    }
    let result = await task.result
    let caught = state.withLock { state in
      state.cancel = nil
      return state.caught
    }
    if let caught { end(by: caught) }
    return try result.get()
  }

  private static func interrupt(_ number: Int32) {
    let cancel = state.withLock { state in
      state.caught = state.caught ?? number
      return state.cancel
    }
    guard let cancel else { end(by: number) }
    cancel()
    DispatchQueue.global().asyncAfter(deadline: .now() + 1) { end(by: number) }
  }

  /// Ends the program as the signal does by default, so that a shell sees 128 and its number.
  private static func end(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)  // Dispatch's threads block it
    raise(number)
    exit(128 + number)
  }
}
