import Foundation
import Synchronization
import Testing

@testable import SigV4

@Suite(.timeLimit(.minutes(10))) struct EventThreadTests {
  @Test func `a wait ends when its descriptor is ready`() async throws {
    let pipe = try #require(SystemPipe())
    defer { for end in [pipe.reading, pipe.writing] { close(end) } }
    async let outcome = EventThread.shared.wait(for: [.readable(pipe.reading)], until: .now + .seconds(600))
    #expect(write(pipe.writing, "x", 1) == 1)
    #expect(await outcome == .ready)
  }

  #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func `descriptor 0 is waited for like any other`() async {
      await #expect(processExitsWith: .success) {
        let pipe = try #require(SystemPipe())
        #expect(dup2(pipe.reading, 0) == 0)
        #expect(write(pipe.writing, "x", 1) == 1)
        // A descriptor that is ready ends its wait even at the deadline.
        #expect(await EventThread.shared.wait(for: [.readable(0)], until: .now) == .ready)
      }
    }
  #endif

  @Test func `a wait without descriptors ends at its deadline and not before`() async {
    let deadline = ContinuousClock.now + .milliseconds(20)
    #expect(await EventThread.shared.wait(for: [], until: deadline) == .late)
    #expect(ContinuousClock.now >= deadline)
    #expect(await EventThread.shared.wait(for: [.readable(-1)], until: .now - .seconds(1)) == .late)
  }

  @Test func `a cancelled task leaves its wait`() async throws {
    let pipe = try #require(SystemPipe())
    defer { for end in [pipe.reading, pipe.writing] { close(end) } }
    let task = Task { await EventThread.shared.wait(for: [.readable(pipe.reading)], until: .now + .seconds(600)) }
    task.cancel()
    #expect(await task.value == .cancelled)
  }

  @Test func `a closed descriptor ends its wait and disturbs no other`() async {
    // The number of a descriptor that was just closed could belong to another test's socket by now.
    let closed = Int32.max
    #expect(await EventThread.shared.wait(for: [.readable(closed)], until: .now + .seconds(600)) == .ready)
    #expect(await EventThread.shared.wait(for: [], until: .now) == .late)
  }

  @Test func `unregistered waits never end, and don't affect the others`() async throws {
    let pipe = try #require(SystemPipe())
    defer { for end in [pipe.reading, pipe.writing] { close(end) } }
    let ended = Mutex(0)
    let waits = try (0..<3000).map { index in
      let interests: [EventThread.Interest] = index % 2 == 0 ? [] : [.readable(pipe.reading)]
      return try #require(
        EventThread.shared.register(interests, until: .now + .seconds(600)) { _ in ended.withLock { $0 += 1 } })
    }
    for wait in waits.dropLast(2) { EventThread.shared.unregister(wait) }
    #expect(await EventThread.shared.wait(for: [], until: .now + .milliseconds(20)) == .late)
    #expect(ended.withLock(\.self) == 0)
    #expect(write(pipe.writing, "x", 1) == 1)
    #expect(await EventThread.shared.wait(for: [.readable(pipe.reading)], until: .now + .seconds(600)) == .ready)
    // When the next wait ends, all ready ones have ended.
    #expect(await EventThread.shared.wait(for: [], until: .now) == .late)
    #expect(ended.withLock(\.self) == 1)
    for wait in waits { EventThread.shared.unregister(wait) }
  }

  @Test func `a wait that ends sooner than earlier waits isn't delayed by them`() async throws {
    let later = try #require(EventThread.shared.register([], until: .now + .seconds(3600)) { _ in })
    defer { EventThread.shared.unregister(later) }
    #expect(await EventThread.shared.wait(for: [], until: .now + .milliseconds(20)) == .late)
  }

  @Test func `thousands of waits end, each with its own outcome`() async throws {
    let pipe = try #require(SystemPipe())
    defer { for end in [pipe.reading, pipe.writing] { close(end) } }
    let outcomes = await withTaskGroup(of: EventThread.Outcome.self) { group in
      for index in 0..<3000 {
        group.addTask {
          index % 2 == 0
            ? await EventThread.shared.wait(for: [.writable(pipe.writing)], until: .now + .seconds(600))
            : await EventThread.shared.wait(for: [.readable(pipe.reading)], until: .now + .milliseconds(index % 50))
        }
      }
      return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    #expect(outcomes == [.ready: 1500, .late: 1500])
  }
}

@Suite(.timeLimit(.minutes(10))) struct BlockingThreadsTests {
  /// A call that blocks until it is released.
  private final class StuckCall: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    func run() { gate.wait() }
    func release(_ count: Int) { for _ in 0..<count { gate.signal() } }
  }

  @Test func `a call's result is returned`() async throws {
    #expect(try await BlockingThreads(limit: 1).run(until: .now + .seconds(600)) { 7 } == 7)
  }

  @Test func `stuck calls occupy their threads and keep no caller past its deadline`() async throws {
    let threads = BlockingThreads(limit: 4)
    let stuck = StuckCall()
    await withTaskGroup(of: BlockingThreads.Failure?.self) { group in
      for _ in 0..<400 {
        group.addTask {
          do throws(BlockingThreads.Failure) {
            try await threads.run(until: .now + .milliseconds(50)) { stuck.run() }
            return nil
          } catch {
            return error
          }
        }
      }
      for await failure in group { #expect(failure == .late) }
    }
    // The 396 calls that had no thread are forgotten: four releases free all.
    stuck.release(4)
    #expect(try await threads.run(until: .now + .seconds(600)) { 1 } == 1)
  }

  @Test func `a cancelled caller leaves a stuck call`() async {
    let stuck = StuckCall()
    defer { stuck.release(1) }
    let task = Task { try await BlockingThreads(limit: 1).run(until: .now + .seconds(600)) { stuck.run() } }
    task.cancel()
    await #expect(throws: BlockingThreads.Failure.cancelled) { try await task.value }
  }

  @Test func `a late result is passed to the closure that disposes of it`() async {
    let stuck = StuckCall()
    let dropped = FirstOutcome<Int>(ifCancelled: -1)
    let started = FirstOutcome<Bool>(ifCancelled: false)
    let task = Task {
      try await BlockingThreads(limit: 1).run(until: .now + .seconds(600), dropped: { dropped.end($0) }) {
        started.end(true)
        stuck.run()
        return 42
      }
    }
    // A call that hasn't begun when its caller leaves never runs, and has no result.
    #expect(await started.wait())
    task.cancel()
    await #expect(throws: BlockingThreads.Failure.cancelled) { try await task.value }
    stuck.release(1)
    #expect(await dropped.wait() == 42)
  }
}
