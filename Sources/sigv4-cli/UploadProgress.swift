@preconcurrency import Foundation
import Synchronization

/// A line on a terminal that shows how much of a body was sent, once that takes more than a second.
final class UploadProgress: Sendable {
  private let total: Int
  private let start = ContinuousClock.now
  /// When the line was last written; `nil` if there is none.
  private let shown = Mutex<ContinuousClock.Instant?>(nil)

  /// - Returns: `nil` if standard error isn't a terminal.
  init?(of total: Int) {
    guard Style.error.isTerminal else { return nil }
    self.total = total
  }

  func show(_ sent: Int) {
    let now = ContinuousClock.now
    let isDue = shown.withLock { last in
      guard now - start > .seconds(1), last.map({ now - $0 > .milliseconds(200) }) ?? true else { return false }
      last = now
      return true
    }
    guard isDue, total > 0 else { return }
    fputs("\r\u{1B}[KSent \(Self.size(sent)) of \(Self.size(total)), \(min(100, sent * 100 / total)) %", stderr)
  }

  /// Removes the line.
  func end() {
    guard shown.withLock({ $0 }) != nil else { return }
    fputs("\r\u{1B}[K", stderr)
  }

  private static func size(_ bytes: Int) -> String { String(format: "%.1f MB", Double(bytes) / 1_000_000) }
}
