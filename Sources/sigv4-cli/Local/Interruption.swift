@preconcurrency import Dispatch
import Foundation

/// The signals that end a command which serves until it is stopped: Ctrl-C, SIGTERM and SIGHUP.
final class Interruption: Sendable {
  private let sources: [any DispatchSourceSignal]
  private let signals: AsyncStream<Int32>

  /// Catches the signals from now on.
  init() {
    let (signals, continuation) = AsyncStream<Int32>.makeStream()
    self.signals = signals
    sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number in
      let earlier = signal(number, SIG_IGN)
      // A program that nohup runs stays when its terminal is closed.
      let isIgnored = unsafeBitCast(earlier, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      guard number != SIGHUP || !isIgnored else { return nil }
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return source
    }
  }

  deinit { sources.forEach { $0.cancel() } }

  /// Returns the first signal; `nil` if the waiting task is cancelled.
  @discardableResult
  func wait() async -> Int32? {
    for await number in signals { return number }
    return nil
  }
}
