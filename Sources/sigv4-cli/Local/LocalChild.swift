import Foundation

/// A command that runs while the services do.
struct LocalChild {
  let command: [String]
  let environment: [(name: String, value: String)]
  let unset: [String]

  /// Runs the command, passes it the signals, and returns its exit code: 128 and the number if a signal ended it.
  func run(until interruption: Interruption) async throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    var variables = ProcessInfo.processInfo.environment
    for name in unset { variables[name] = nil }
    for (name, value) in environment { variables[name] = value }
    process.environment = variables
    let (ends, continuation) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in continuation.finish() }
    do { try process.run() } catch { throw Failure("The command can't be run: \(error.localizedDescription)") }
    let id = process.processIdentifier
    let forwarding = Task { while let number = await interruption.wait() { kill(id, number) } }
    for await _ in ends {}
    forwarding.cancel()
    return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  }
}
