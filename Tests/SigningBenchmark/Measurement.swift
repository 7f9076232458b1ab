import CAllocationCounter

/// The time of one piece of work compared with its floor, both timed in turn in one run.
struct Measurement: Codable {
  /// The name of the work.
  let work: String
  /// The name of the floor.
  let floorWork: String
  /// The maximum ratio; `nil` if there is none.
  let bound: Double?
  /// The ratio that is reached, which a change must not worsen.
  let reached: Double?
  /// Nanoseconds for one unit of work.
  let floor: Spread
  let ours: Spread
  /// The ratio of the medians.
  let ratio: Double
  /// Calls of malloc and its like for one unit of work, on the thread that does it.
  let allocations: Double

  /// The least, the middle and the greatest of several rounds.
  struct Spread: Codable {
    let min: Double
    let median: Double
    let max: Double

    init(_ times: [Double]) {
      let sorted = times.sorted()
      min = sorted.first ?? 0
      median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
      max = sorted.last ?? 0
    }
  }

  /// A piece of work, which runs a given number of times.
  struct Work {
    /// The units of one run, such as bytes.
    var units = 1.0
    let run: nonisolated(nonsending) (_ count: Int) async throws -> Void
  }

  /// Times the work of `row` and its floor in alternating rounds of `count` each.
  nonisolated(nonsending) init(_ row: Row, rounds: Int, count: Int) async throws {
    try await row.floor.run(count / 4)
    try await row.ours.run(count / 4)
    var floorTimes: [Double] = []
    var ourTimes: [Double] = []
    var allocations = 0
    for _ in 0..<rounds {
      floorTimes.append(try await Self.time(count, row.floor))
      let before = allocation_counter_count()
      ourTimes.append(try await Self.time(count, row.ours))
      allocations = Int(allocation_counter_count()) - Int(before)
    }
    work = row.work
    floorWork = row.floorWork
    bound = row.bound
    reached = row.reached ?? row.bound
    floor = Spread(floorTimes)
    ours = Spread(ourTimes)
    ratio = ours.median / floor.median
    self.allocations = (Double(allocations) / Double(count) * 10).rounded() / 10
  }

  nonisolated(nonsending) private static func time(_ count: Int, _ work: Work) async throws -> Double {
    let start = ContinuousClock.now
    try await work.run(count)
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(count) / work.units
  }

  /// The ratio of the least times, which a busy machine disturbs least.
  var leastRatio: Double { ours.min / floor.min }

  /// Whether the work takes more than a fifth longer than the reached ratio.
  var isTooSlow: Bool {
    guard let reached else { return false }
    return leastRatio > reached * 1.2
  }
}
