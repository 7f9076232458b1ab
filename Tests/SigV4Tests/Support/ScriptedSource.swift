import Foundation
import SigV4
import Synchronization

/// A source of credentials that returns given results, and counts the calls.
final class ScriptedSource: CredentialProvider {
  /// The result of a call.
  enum Answer: Sendable {
    /// Credentials with this id that expire so many seconds after the clock's time; `nil` for never.
    case good(_ id: String, _ seconds: Double?)
    /// A temporary error.
    case error
    /// An error that requires user interaction.
    case needsPerson
  }

  static let passing = CredentialError(.badAnswer, "out of order")
  static let lasting = CredentialError(.misconfigured, "log in again")

  private let clock: TestClock
  private let state: Mutex<(answer: Answer, count: Int)>

  init(_ answer: Answer, _ clock: TestClock) {
    self.clock = clock
    state = Mutex((answer, 0))
  }

  var answer: Answer {
    get { state.withLock { $0.answer } }
    set { state.withLock { $0.answer = newValue } }
  }

  var count: Int { state.withLock { $0.count } }

  func credentials() async throws -> Credentials {
    let answer = state.withLock { state in
      state.count += 1
      return state.answer
    }
    switch answer {
    case .good(let id, let seconds):
      return Credentials(
        accessKeyID: id, secretAccessKey: Planted.secret, sessionToken: Planted.token,
        expiration: seconds.map { clock.now.addingTimeInterval($0) })
    case .error: throw Self.passing
    case .needsPerson: throw Self.lasting
    }
  }
}
