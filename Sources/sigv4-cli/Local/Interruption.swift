@preconcurrency import Dispatch
import Foundation

/// The signals that end a command which serves until it is stopped: Ctrl-C, SIGTERM and SIGHUP.
final class Interruption: Sendable {
  private let sources: [any DispatchSourceSignal]
  private let signals: AsyncStream<Int32>
  /// The numbers of the signals, without SIGHUP under nohup.
  var caught: [Int32] { sources.map { Int32(truncatingIfNeeded: $0.handle) } }

  /// Catches the signals from now on.
  init() {
    let (signals, continuation) = AsyncStream<Int32>.makeStream()
    self.signals = signals
    // Shells without job control ignore SIGINT for commands in the background, which still serve until it.
    sources = StopSignal.sources(always: [SIGINT, SIGTERM]) { continuation.yield($0) }
  }

  deinit { sources.forEach { $0.cancel() } }

  /// Returns the first signal; `nil` if the waiting task is cancelled.
  @discardableResult
  func wait() async -> Int32? {
    for await number in signals { return number }
    return nil
  }
}
