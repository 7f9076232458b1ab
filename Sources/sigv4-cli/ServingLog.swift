@preconcurrency import Foundation
import Synchronization

/// The log of a command that serves, on standard error.
///
/// A thread of its own writes it: a reader that is slow or has stopped must not stop the service. Of the lines that wait for such
/// a reader, 1,000 are kept, and the log says how many others are missing.
enum ServingLog {
  private struct State {
    var waiting = 0
    var missing = 0
  }

  private static let limit = 1_000
  private static let state = Mutex(State())
  private static let queue = DispatchQueue(label: "log")

  /// Adds a line.
  static func note(_ line: String) {
    let missing: Int? = state.withLock { state in
      guard state.waiting < limit else {
        state.missing += 1
        return nil
      }
      state.waiting += 1
      defer { state.missing = 0 }
      return state.missing
    }
    guard let missing else { return }
    queue.async {
      if missing > 0 { write(gap(missing)) }
      write(line + "\n")
      state.withLock { $0.waiting -= 1 }
    }
  }

  /// Writes what still waits, and ends after a second if it isn't read.
  static func finish() {
    let isWritten = DispatchSemaphore(value: 0)
    queue.async {
      let missing = state.withLock(\.missing)
      if missing > 0 { write(gap(missing)) }
      isWritten.signal()
    }
    _ = isWritten.wait(timeout: .now() + 1)
  }

  private static func gap(_ missing: Int) -> String {
    "\(missing) lines of the log are missing here: standard error was full.\n"
  }

  // Without the locks of stdio, for which the end of the program would wait.
  private static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let piece = Array(rest)
      let count = Foundation.write(STDERR_FILENO, piece, piece.count)
      // A full disk or a closed descriptor, about which nothing can be done.
      guard count > 0 || errno == EINTR else { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
