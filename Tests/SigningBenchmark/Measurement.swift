import CAllocationCounter

/// How long one piece of work takes beside another that is its floor, both timed in turn in one run.
struct Measurement {
  let name: String
  let bound: Double
  /// Nanoseconds for one piece of work, a figure a round, sorted.
  let floor: [Double]
  let ours: [Double]
  let allocations: Double

  var ratio: Double { Self.median(ours) / Self.median(floor) }

  /// Times `ours` and `floor` in alternating rounds of `count` each.
  init(
    _ name: String, bound: Double, rounds: Int, count: Int, floor: () throws -> Void, ours: () throws -> Void
  ) rethrows {
    for _ in 0..<count / 4 { try floor(); try ours() }
    var floorTimes: [Double] = []
    var ourTimes: [Double] = []
    for _ in 0..<rounds {
      floorTimes.append(try Self.time(count, floor))
      ourTimes.append(try Self.time(count, ours))
    }
    let before = allocation_counter_count()
    for _ in 0..<1000 { try ours() }
    allocations = Double(allocation_counter_count() - before) / 1000
    self.name = name
    self.bound = bound
    self.floor = floorTimes.sorted()
    self.ours = ourTimes.sorted()
  }

  private static func time(_ count: Int, _ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    for _ in 0..<count { try work() }
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(count)
  }

  static func median(_ sorted: [Double]) -> Double { sorted.isEmpty ? 0 : sorted[sorted.count / 2] }
}
