@preconcurrency import Foundation
import Synchronization

/// The log of a command that serves, on standard error.
///
/// A full pipe must not stop the service: after a second, lines are dropped until its reader continues.
enum ServingLog {
  private static let dropped = Mutex(0)

  /// Writes a line, or drops it.
  static func note(_ line: String) {
    dropped.withLock { dropped in
      if dropped > 0 {
        guard isWritable(within: 0), write("\(dropped) lines of the log are missing here: standard error was full.\n")
        else {
          dropped += 1
          return
        }
        dropped = 0
      }
      if !write(line + "\n") { dropped = 1 }
    }
  }

  /// Writes a text, and returns whether there was room.
  private static func write(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      guard isWritable(within: 1000) else { return false }
      // A pipe that is ready has room for so many bytes.
      let piece = Array(rest.prefix(Int(PIPE_BUF)))
      let count = Foundation.write(STDERR_FILENO, piece, piece.count)
      // A full disk or a closed descriptor, about which nothing can be done.
      guard count > 0 else { return errno != EAGAIN }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func isWritable(within milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&descriptor, 1, milliseconds) != 0
  }
}
