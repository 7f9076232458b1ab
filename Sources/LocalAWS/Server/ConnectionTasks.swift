/// The tasks that serve a server's connections, so that stopping can end them and wait for them.
final class ConnectionTasks: Sendable {
  private struct State {
    var running: [Int: Task<Void, Never>] = [:]
    var accepted = 0
    var isStopped = false
  }

  private let state = Locked(State())

  /// The number of connections accepted so far.
  var accepted: Int { state.withLock { $0.accepted } }

  /// Starts a task that serves a connection; `operation` receives the number of the connection.
  ///
  /// After ``stop()``, the operation still runs, as a cancelled task, because it must close its channel.
  func start(_ operation: @escaping @Sendable (Int) async -> Void) {
    state.withLock { state in
      let id = state.accepted
      state.accepted += 1
      let task = Task {
        await operation(id)
        self.state.withLock { $0.running[id] = nil }
      }
      if state.isStopped { task.cancel() }
      state.running[id] = task
    }
  }

  /// Cancels every task and returns when the last one has ended.
  func stop() async {
    while true {
      let tasks = state.withLock { state in
        state.isStopped = true
        return Array(state.running.values)
      }
      if tasks.isEmpty { return }
      for task in tasks { task.cancel() }
      for task in tasks { await task.value }
    }
  }
}
