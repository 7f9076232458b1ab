import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The library's one thread that waits: for sockets, pipes, the ends of programs, and deadlines.
///
/// Dispatch's pool grows by one thread a second, and Swift's cooperative threads are as many as there are cores: a deadline
/// that shares either with the work that it bounds comes late. This thread does nothing but wait, with `poll(2)`, which needs no
/// descriptor of its own and lets a caller close the one it waited for at any time.
final class EventThread: Sendable {
  static let shared = EventThread()

  /// A descriptor, and what to wait for.
  struct Interest: Sendable {
    let descriptor: Int32
    /// The events of `poll(2)`.
    let events: Int16

    static func readable(_ descriptor: Int32) -> Interest { Interest(descriptor: descriptor, events: Int16(POLLIN)) }
    static func writable(_ descriptor: Int32) -> Interest { Interest(descriptor: descriptor, events: Int16(POLLOUT)) }
  }

  /// How a wait ended.
  enum Outcome: Sendable, Hashable {
    /// One of the descriptors is ready, or broken, as the next call on it reports.
    case ready
    /// The deadline has passed.
    case late
    /// The waiting task was cancelled.
    case cancelled
    /// The system has no thread or descriptor for the event thread.
    case noResources
  }

  private struct Wait {
    let interests: [Interest]
    let deadline: ContinuousClock.Instant
    let end: @Sendable (Outcome) -> Void
  }

  private struct State {
    var waits: [UInt64: Wait] = [:]
    var nextIdentifier: UInt64 = 0
    /// The pipe that interrupts `poll(2)`; nil until the thread runs.
    var alarm: SystemPipe?
    /// Whether the alarm has been raised since the thread last looked at the waits.
    var isAlarmed = false
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

  /// Waits for a time; without a thread or descriptor for the wait, it returns at once.
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
  ///   - end: A closure that returns at once.
  /// - Returns: What ``unregister(_:)`` needs, or nil if the system has no thread or descriptor.
  func register(
    _ interests: [Interest], until deadline: ContinuousClock.Instant, _ end: @escaping @Sendable (Outcome) -> Void
  ) -> UInt64? {
    state.withLock { state in
      guard start(&state) else { return nil }
      let identifier = state.nextIdentifier
      state.nextIdentifier += 1
      state.waits[identifier] = Wait(interests: interests, deadline: deadline, end: end)
      raiseAlarm(&state)
      return identifier
    }
  }

  /// Forgets a wait, if it hasn't ended; its closure may still be running.
  func unregister(_ identifier: UInt64) {
    state.withLock { state in
      // A poll(2) in progress keeps a closed connection open.
      if let wait = state.waits.removeValue(forKey: identifier), !wait.interests.isEmpty { raiseAlarm(&state) }
    }
  }

  private func raiseAlarm(_ state: inout State) {
    guard !state.isAlarmed else { return }
    state.isAlarmed = true
    if let alarm = state.alarm { Self.ring(alarm.writing) }
  }

  /// Starts the thread if it doesn't run; returns whether it runs.
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

  private func run(_ bell: Int32) {
    var descriptors: [pollfd] = []
    var owners: [UInt64] = []
    while true {
      descriptors.removeAll(keepingCapacity: true)
      owners.removeAll(keepingCapacity: true)
      var next: ContinuousClock.Instant?
      state.withLock { state in
        state.isAlarmed = false
        descriptors.append(pollfd(fd: bell, events: Int16(POLLIN), revents: 0))
        for (identifier, wait) in state.waits {
          next = min(next ?? wait.deadline, wait.deadline)
          for interest in wait.interests where interest.descriptor >= 0 {
            descriptors.append(pollfd(fd: interest.descriptor, events: interest.events, revents: 0))
            owners.append(identifier)
          }
        }
      }
      let count = unsafe poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: next))
      if count < 0 {
        // More descriptors than the system polls, or no memory: nothing is known of them, deadlines still pass.
        if errno != EINTR { _ = poll(nil, 0, 10) }
        end([])
      } else {
        if descriptors[0].revents != 0 { Self.silence(bell) }
        end(zip(owners, descriptors.dropFirst()).lazy.filter { $1.revents != 0 }.map(\.0))
      }
    }
  }

  /// Ends the waits whose descriptors are ready, and those whose deadlines have passed.
  private func end(_ ready: some Sequence<UInt64>) {
    let now = ContinuousClock.now
    let ended = state.withLock { state in
      var ended: [(Wait, Outcome)] = []
      for identifier in ready {
        if let wait = state.waits.removeValue(forKey: identifier) { ended.append((wait, .ready)) }
      }
      for (identifier, wait) in state.waits where wait.deadline <= now {
        state.waits[identifier] = nil
        ended.append((wait, .late))
      }
      return ended
    }
    for (wait, outcome) in ended { wait.end(outcome) }
  }

  /// The time for `poll(2)`, rounded up so that a deadline has passed when it returns; -1 without a deadline.
  private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return -1 }
    let (seconds, attoseconds) = (deadline - .now).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    // Longer than an hour is waited for hour by hour.
    return Int32(min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }

  /// Makes `poll(2)` return; a full pipe does already.
  private static func ring(_ writing: Int32) {
    var byte: UInt8 = 0
    _ = unsafe write(writing, &byte, 1)
  }

  private static func silence(_ reading: Int32) {
    var bytes: (UInt64, UInt64) = (0, 0)
    while unsafe read(reading, &bytes, 16) > 0 {}
  }
}
