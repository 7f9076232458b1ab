import Foundation
import SigV4
import Synchronization

/// A clock that stands still until it is told, sleeps at once, and chooses what it is told to choose.
final class TestClock: Sendable {
  static let start = Date(timeIntervalSince1970: 1_800_000_000)

  private let state: Mutex<(now: Date, choice: Double?, slept: [Duration])>

  /// - Parameter choice: What is chosen from every range that has it; where left out, a range's lower bound.
  init(choice: Double? = nil) { state = Mutex((Self.start, choice, [])) }

  var now: Date {
    get { state.withLock { $0.now } }
    set { state.withLock { $0.now = newValue } }
  }

  /// The pauses asked for so far.
  var slept: [Duration] { state.withLock { $0.slept } }

  func advance(by seconds: Double) { state.withLock { $0.now += seconds } }

  var clock: ProviderClock {
    ProviderClock(
      now: { self.now },
      sleep: { duration in
        try Task.checkCancellation()
        self.state.withLock { $0.slept.append(duration) }
      },
      // Endless: who waits for a source waits for its answer.
      patience: { while true { try await Task.sleep(for: .seconds(86_400)) } },
      random: { range in
        let choice = self.state.withLock { $0.choice }
        return choice.map { min(max($0, range.lowerBound), range.upperBound) } ?? range.lowerBound
      })
  }
}
