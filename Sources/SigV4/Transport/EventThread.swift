#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import CSigV4Linux
  import Musl
#else
  import CSigV4Linux
  import Glibc
#endif
import Synchronization

/// Waits for sockets, pipes, ends of programs and deadlines, on one thread for the whole process.
///
/// Dispatch's pool grows by one thread a second, and Swift has one cooperative thread for each core. A deadline that shares
/// threads with the work that it limits fires late. This thread only waits, with `poll(2)`, which needs no descriptor of its own
/// and lets a caller close a descriptor at any time.
final class EventThread: Sendable {
  static let shared = EventThread()

  /// A descriptor and the events to wait for.
  struct Interest: Sendable {
    let descriptor: Int32
    /// The events of `poll(2)`.
    let events: Int16

    static func readable(_ descriptor: Int32) -> Interest { Interest(descriptor: descriptor, events: Int16(POLLIN)) }
    static func writable(_ descriptor: Int32) -> Interest { Interest(descriptor: descriptor, events: Int16(POLLOUT)) }
  }

  /// The outcome of a wait.
  enum Outcome: Sendable, Hashable {
    /// One of the descriptors is ready or broken; the next call on it reports which.
    case ready
    /// The deadline has passed.
    case late
    /// The waiting task was cancelled.
    case cancelled
    /// The event thread can't start: no thread or descriptor is left.
    case noResources
  }

  private struct Wait {
    let identifier: UInt64
    let interests: [Interest]
    let deadline: ContinuousClock.Instant
  }

  private struct State {
    /// The closure that ends each wait, and whether the wait has descriptors.
    var ends: [UInt64: (hasDescriptors: Bool, end: @Sendable (Outcome) -> Void)] = [:]
    var nextIdentifier: UInt64 = 0
    /// The waits that the thread must still add, and those that it must remove.
    var added: [Wait] = []
    var removed: Set<UInt64> = []
    /// The time until which the thread sleeps in `poll(2)`; nil while it is awake, and then it reads the waits before it sleeps.
    var sleepsUntil: ContinuousClock.Instant?
    /// The pipe that interrupts `poll(2)`; nil until the thread has started.
    var alarm: SystemPipe?
  }

  private let state = Mutex(State())

  private init() {}

  /// Waits until one of the descriptors is ready, the deadline passes, or the calling task is cancelled.
  func wait(for interests: [Interest], until deadline: ContinuousClock.Instant) async -> Outcome {
    let outcome = FirstOutcome<Outcome>(ifCancelled: .cancelled)
    guard let identifier = register(interests, until: deadline, { outcome.end($0) }) else { return .noResources }
    defer { unregister(identifier) }
    return await outcome.wait()
  }

  /// Waits for a duration; it returns immediately if no thread or descriptor is left.
  ///
  /// - Throws: `CancellationError` if the calling task is cancelled.
  func sleep(for time: Duration) async throws {
    if await wait(for: [], until: .now + time) == .cancelled { throw CancellationError() }
  }

  /// Calls `end` once, on this thread, when one of the descriptors is ready or the deadline has passed.
  ///
  /// - Parameters:
  ///   - interests: The descriptors; those below zero are ignored.
  ///   - deadline: The time to stop waiting.
  ///   - end: A closure that returns quickly.
  /// - Returns: The identifier for ``unregister(_:)``; nil if no thread or descriptor is left.
  func register(
    _ interests: [Interest], until deadline: ContinuousClock.Instant, _ end: @escaping @Sendable (Outcome) -> Void
  ) -> UInt64? {
    state.withLock { state in
      guard start(&state) else { return nil }
      let identifier = state.nextIdentifier
      state.nextIdentifier += 1
      let hasDescriptors = interests.contains { $0.descriptor >= 0 }
      state.ends[identifier] = (hasDescriptors, end)
      state.added.append(Wait(identifier: identifier, interests: interests, deadline: deadline))
      if let time = state.sleepsUntil, hasDescriptors || deadline < time || state.added.count >= Self.addedLimit {
        raiseAlarm(&state)
      }
      return identifier
    }
  }

  /// The number of new waits at which the thread is woken early.
  private static let addedLimit = 1024

  /// Cancels a wait that hasn't ended; its closure may still be running.
  func unregister(_ identifier: UInt64) {
    state.withLock { state in
      guard let wait = state.ends.removeValue(forKey: identifier) else { return }
      state.removed.insert(identifier)
      // A poll(2) in progress keeps a closed connection open.
      if wait.hasDescriptors, state.sleepsUntil != nil { raiseAlarm(&state) }
    }
  }

  private func raiseAlarm(_ state: inout State) {
    state.sleepsUntil = nil
    if let alarm = state.alarm { Self.ring(alarm.writing) }
  }

  /// Starts the thread unless it runs; returns whether it runs.
  private func start(_ state: inout State) -> Bool {
    guard state.alarm == nil else { return true }
    guard let alarm = SystemPipe() else { return false }
    guard SystemThread.start({ [self] in run(alarm.reading) }) else {
      for end in [alarm.reading, alarm.writing] { close(end) }
      return false
    }
    _ = fcntl(alarm.writing, F_SETFL, fcntl(alarm.writing, F_GETFL) | O_NONBLOCK)
    state.alarm = alarm
    return true
  }

  /// The thread's own copy of the waits, which it searches without a lock.
  private struct Table {
    /// The polled descriptors, the alarm's pipe first, and the owners of the others.
    var descriptors: [pollfd]
    var owners: [UInt64] = []
    var deadlines: [(identifier: UInt64, deadline: ContinuousClock.Instant)] = []

    init(bell: Int32) { descriptors = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)] }

    mutating func add(_ wait: Wait) {
      deadlines.append((wait.identifier, wait.deadline))
      for interest in wait.interests where interest.descriptor >= 0 {
        descriptors.append(pollfd(fd: interest.descriptor, events: interest.events, revents: 0))
        owners.append(wait.identifier)
      }
    }

    mutating func remove(_ identifiers: Set<UInt64>) {
      guard !identifiers.isEmpty else { return }
      deadlines.removeAll { identifiers.contains($0.identifier) }
      var kept = 0
      for index in owners.indices where !identifiers.contains(owners[index]) {
        owners[kept] = owners[index]
        descriptors[kept + 1] = descriptors[index + 1]
        kept += 1
      }
      owners.removeSubrange(kept...)
      descriptors.removeSubrange((kept + 1)...)
    }
  }

  private func run(_ bell: Int32) {
    var table = Table(bell: bell)
    while true {
      let end = update(&table)
      let count = unsafe poll(&table.descriptors, nfds_t(table.descriptors.count), Self.milliseconds(until: end))
      let failure = errno
      state.withLock { $0.sleepsUntil = nil }
      var ready: Set<UInt64> = []
      if count < 0 {
        // Too many descriptors for the system, or no memory: only deadlines can fire.
        if failure != EINTR { _ = poll(nil, 0, 10) }
      } else {
        if table.descriptors[0].revents != 0 { Self.silence(bell) }
        for (index, owner) in table.owners.enumerated() where table.descriptors[index + 1].revents != 0 {
          ready.insert(owner)
        }
      }
      let now = ContinuousClock.now
      let late = Set(table.deadlines.lazy.filter { $0.deadline <= now }.map(\.identifier)).subtracting(ready)
      table.remove(ready.union(late))
      finish(ready, .ready)
      finish(late, .late)
    }
  }

  /// Updates the table and returns the time until which the thread may sleep.
  private func update(_ table: inout Table) -> ContinuousClock.Instant {
    let (added, removed) = state.withLock { state in
      defer { (state.added, state.removed) = ([], []) }
      return (state.added, state.removed)
    }
    for wait in added { table.add(wait) }
    table.remove(removed)
    let end = table.deadlines.lazy.map(\.deadline).min() ?? .now + .seconds(3600)
    return state.withLock { state in
      // New waits are added in the next round, which starts without a sleep.
      guard state.added.isEmpty, state.removed.isEmpty else { return .now }
      state.sleepsUntil = end
      return end
    }
  }

  /// Ends the waits that are still registered.
  private func finish(_ identifiers: Set<UInt64>, _ outcome: Outcome) {
    guard !identifiers.isEmpty else { return }
    let ends = state.withLock { state in identifiers.compactMap { state.ends.removeValue(forKey: $0)?.end } }
    for end in ends { end(outcome) }
  }

  /// Returns the timeout for `poll(2)`, rounded up so that the deadline has passed when it returns.
  private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    let (seconds, attoseconds) = (deadline - .now).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    // Longer waits are split into hours.
    return Int32(min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }

  /// Makes `poll(2)` return; if the pipe is full, it returns anyway.
  private static func ring(_ writing: Int32) {
    var byte: UInt8 = 0
    _ = unsafe write(writing, &byte, 1)
  }

  private static func silence(_ reading: Int32) {
    var bytes: (UInt64, UInt64) = (0, 0)
    while unsafe read(reading, &bytes, 16) > 0 {}
  }
}

/// A system pipe, whose ends the owner closes.
struct SystemPipe {
  let reading: Int32
  let writing: Int32

  /// Creates a pipe that no other program inherits and whose reading end never blocks; nil if no descriptor is left.
  init?() {
    var ends: (reading: Int32, writing: Int32) = (-1, -1)
    let status = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
      guard let ends = unsafe bytes.bindMemory(to: Int32.self).baseAddress else { return Int32(-1) }
      #if canImport(Darwin)
        return unsafe pipe(ends)
      #else
        return unsafe sigv4_pipe(ends)
      #endif
    }
    guard status == 0 else { return nil }
    #if canImport(Darwin)
      for end in [ends.reading, ends.writing] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #endif
    _ = fcntl(ends.reading, F_SETFL, fcntl(ends.reading, F_GETFL) | O_NONBLOCK)
    (reading, writing) = ends
  }
}
