/// The requests that a server has received, and the callers that wait for more of them.
final class RequestLog: Sendable {
  private struct Waiter {
    let isSatisfied: @Sendable ([RecordedRequest]) -> Bool
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var requests: [RecordedRequest] = []
    var bodyBytes = 0
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0

    mutating func removeFirst(_ count: Int) {
      bodyBytes -= requests.prefix(count).reduce(0) { $0 + $1.body.count }
      requests.removeFirst(count)
    }

    /// Removes the earliest bodies until at most `rest` bytes are left.
    mutating func removeBodies(_ rest: Int) {
      for index in requests.indices where bodyBytes > rest && !requests[index].body.isEmpty {
        let request = requests[index]
        bodyBytes -= request.body.count
        requests[index] = RecordedRequest(request: request.request, body: [], connection: request.connection)
      }
    }
  }

  /// The number of requests that are kept, and of the bytes of their bodies: they bound the memory of a long-running server.
  private static let limit = 20_000
  private static let bodyLimit = 128 << 20

  private let state = Locked(State())

  var requests: [RecordedRequest] { state.withLock { $0.requests } }

  func append(_ request: RecordedRequest) {
    let satisfied = state.withLock { state in
      if state.requests.count == Self.limit { state.removeFirst(Self.limit / 2) }
      if state.bodyBytes + request.body.count > Self.bodyLimit { state.removeBodies(Self.bodyLimit / 2) }
      state.requests.append(request)
      state.bodyBytes += request.body.count
      let satisfied = state.waiters.filter { $0.value.isSatisfied(state.requests) }
      for id in satisfied.keys { state.waiters[id] = nil }
      return satisfied.values.map(\.continuation)
    }
    for continuation in satisfied { continuation.resume() }
  }

  /// Returns once `isSatisfied` is true for the requests so far, or throws if the waiting task is cancelled.
  func wait(until isSatisfied: @escaping @Sendable ([RecordedRequest]) -> Bool) async throws {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if isSatisfied(state.requests) { return .success(()) }
          // An earlier cancellation found no waiter to end.
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiters[id] = Waiter(isSatisfied: isSatisfied, continuation: continuation)
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
    }
  }
}
