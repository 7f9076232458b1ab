import Foundation
import SigV4
import Synchronization

/// A clock that tests control: a test moves it, ends its waits and makes its random choices; sleeps return immediately.
final class TestClock: Sendable {
  private typealias Wait = (id: Int, duration: Duration, continuation: CheckedContinuation<Void, any Error>)

  static let start = Date(timeIntervalSince1970: 1_800_000_000)

  private let waits = Mutex<(last: Int, open: [Wait])>((0, []))

  private let state: Mutex<(now: Date, choice: Double?, slept: [Duration])>

  /// - Parameter choice: The choice from every range that contains it; defaults to the lower bound of the range.
  init(choice: Double? = nil) { state = Mutex((Self.start, choice, [])) }

  var now: Date {
    get { state.withLock { $0.now } }
    set { state.withLock { $0.now = newValue } }
  }

  /// The pauses requested so far.
  var slept: [Duration] { state.withLock { $0.slept } }

  func advance(by seconds: Double) { state.withLock { $0.now += seconds } }

  var clock: ProviderClock {
    ProviderClock(
      now: { self.now },
      sleep: { duration in
        try Task.checkCancellation()
        self.state.withLock { $0.slept.append(duration) }
      },
      patience: { try await self.wait($0) },
      random: { range in
        let choice = self.state.withLock { $0.choice }
        return choice.map { min(max($0, range.lowerBound), range.upperBound) } ?? range.lowerBound
      })
  }

  private func wait(_ duration: Duration) async throws {
    let id = waits.withLock { waits in
      waits.last += 1
      return waits.last
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        waits.withLock { waits in
          // An earlier cancellation found no wait to end; a later one finds this one.
          guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
          waits.open.append((id, duration, continuation))
        }
      }
    } onCancel: {
      end { $0.id == id }?.resume(throwing: CancellationError())
    }
  }

  private func end(where isWanted: (Wait) -> Bool) -> CheckedContinuation<Void, any Error>? {
    waits.withLock { waits in waits.open.firstIndex(where: isWanted).map { waits.open.remove(at: $0).continuation } }
  }

  /// Returns as soon as there is a wait of this length.
  func begun(_ duration: Duration) async {
    while !waits.withLock({ $0.open.contains { $0.duration == duration } }) { await Task.yield() }
  }

  /// Ends the first wait of this length, as soon as there is one.
  func expire(_ duration: Duration) async {
    while true {
      if let continuation = end(where: { $0.duration == duration }) { return continuation.resume() }
      await Task.yield()
    }
  }
}
