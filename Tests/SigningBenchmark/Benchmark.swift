import Foundation
import SigV4

/// Times the signer and the verifier against their floors, in one run.
///
/// `--quick` for fewer rounds, `--json` for tools, `--check` to exit with 1 if something has become slow. Names select rows.
/// `--cases` shows what is signed, one JSON object a line, and times nothing.
@main
enum Benchmark {
  private static let options = ["--quick", "--json", "--check", "--cases"]
  private static let arguments = CommandLine.arguments.dropFirst()
  private static let isQuick = arguments.contains("--quick")
  private static let wanted = arguments.filter { !$0.hasPrefix("--") }

  /// On the main thread, like all work that doesn't start its own threads.
  @MainActor static func main() async throws {
    guard !arguments.contains("--cases") else {
      for one in try PeerCase.all() { print(String(decoding: try JSONEncoder().encode(one), as: UTF8.self)) }
      return
    }
    let rows = try Row.all()
    if let unknown = arguments.first(where: { !options.contains($0) && !rows.map(\.work).contains($0) }) {
      let names = rows.map { "\"\($0.work)\"" }
      print("There is no \(unknown), only \((options + names).joined(separator: ", ")).")
      exit(2)
    }
    var results: [Measurement] = []
    for row in rows where wanted.isEmpty || wanted.contains(row.work) {
      results.append(try await measure(row))
    }
    let before = ServerWork.residentBytes
    try await ServerWork.signWithOthersEachTime().run(isQuick ? 10_000 : 200_000)
    try show(results, growth: ServerWork.residentBytes - before)

    guard arguments.contains("--check") else { return }
    let slow = results.filter(\.isTooSlow).map(\.work)
    guard slow.isEmpty else {
      print("Slower by more than a fifth than has been reached: \(slow.joined(separator: ", "))")
      exit(1)
    }
  }

  /// Measures a row; with `--check`, measures a slow one again for up to half a minute, because another machine may use the
  /// processor.
  nonisolated(nonsending) private static func measure(_ row: Row) async throws -> Measurement {
    let count = max(Int(Double(isQuick ? 2000 : 20_000) * row.share), 20)
    var best = try await Measurement(row, rounds: isQuick ? 5 : 21, count: count)
    let isChecked = arguments.contains("--check")
    for _ in 0..<(isChecked ? 30 : 2) where best.isTooSlow {
      if isChecked { try await Task.sleep(for: .seconds(1)) }
      let next = try await Measurement(row, rounds: isQuick ? 5 : 21, count: count)
      if next.leastRatio < best.leastRatio { best = next }
    }
    return best
  }

  private static func show(_ results: [Measurement], growth: Int) throws {
    guard !arguments.contains("--json") else {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(results), as: UTF8.self))
      return
    }
    print("nanoseconds, the median of the rounds (least to greatest)")
    for result in results {
      let spread = { (spread: Measurement.Spread) in
        // Rows by the byte have small numbers.
        let digits = spread.median < 100 ? "%.1f (%.1f to %.1f)" : "%.0f (%.0f to %.0f)"
        return String(format: digits, spread.median, spread.min, spread.max)
      }
      let cells = [
        (result.work, 25), (result.floorWork, 17), (spread(result.floor), 24), (spread(result.ours), 24),
        (String(format: "%.2f", result.ratio), 6), (result.bound.map { String(format: "bound %.2f", $0) } ?? "", 11),
        (String(format: "%.1f allocations", result.allocations), 0),
      ]
      print(cells.map { $0.padding(toLength: max($1, $0.count + 1), withPad: " ", startingAt: 0) }.joined())
    }
    print("Memory after signing with 1,000 credentials in turn: \(growth / 1024) KiB more")
  }
}
