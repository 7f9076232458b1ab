import Dispatch
import Foundation

/// The signals that stop a program: SIGINT (Ctrl-C), SIGTERM and SIGHUP.
enum StopSignal {
  /// Catches the signals from now on, and calls `handler` with the number of each.
  ///
  /// A signal that is ignored stays ignored, as SIGHUP under nohup, unless it is one of `always`.
  static func sources(
    always: Set<Int32> = [], _ handler: @escaping @Sendable (Int32) -> Void
  ) -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM, SIGHUP].compactMap { number in
      let earlier = signal(number, SIG_IGN)
      let isIgnored = unsafeBitCast(earlier, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      guard !isIgnored || always.contains(number) else { return nil }
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { handler(number) }
      source.resume()
      return source
    }
  }
}
