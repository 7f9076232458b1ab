import ArgumentParser
import Foundation
import LocalAWS
import SigV4

/// Runs instance metadata, container credentials, STS and Lattice services on loopback.
struct LocalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local",
    abstract: "Runs a local AWS for tests: credentials, STS and VPC Lattice services with your auth policy.",
    discussion: """
      All services listen on 127.0.0.1, and all credentials are made up. A Lattice service answers an allowed request with \
      "Hello From Lattice Reservations!", or passes it to --upstream. It answers any other request with the 403 of VPC \
      Lattice. For each request, the log on standard error shows who signed it and which statement decided. \
      Identity-based policies aren't simulated.

      Without a command, the services run until Ctrl-C, SIGTERM or SIGHUP. A command after -- runs with the variables of \
      --export, and the services stop when it ends. The command receives the first signal, and a second one kills it. \
      With --export, a failure prints 'false', so that set -e stops the shell.

      Exit codes, unless the command has one of its own:
        0      the services were stopped
        1      a policy or a port can't be used
        64     an option is invalid
        127    the command can't be run
        128+N  signal N ended the command

      Examples:

        sigv4-cli local --policy policy.json -- pytest
        sigv4-cli local -- sh -c 'sigv4-cli request "$LATTICE_RESERVATION_URL"'
        sigv4-cli local --service rates=8081 --network-policy network.json
        sigv4-cli local --context aws:PrincipalOrgID=o-1 --clock +10m
        sigv4-cli local --fault sts:throttling@2 -- ./tests
        eval "$(sigv4-cli local --export &)"; ./tests; kill "$SIGV4_LOCAL_PID"
      """)

  @OptionGroup var options: LocalOptions

  @Flag(
    help:
      "Print the variables that point SDKs at the services, for eval in sh. Then close standard output, and keep serving."
  )
  var export = false

  @Flag(help: "Like --export, with the access key of a user, for curl and programs that read only the environment.")
  var exportKeys = false

  @Argument(parsing: .postTerminator, help: "A command to run with the variables of --export.")
  var command: [String] = []

  func validate() throws {
    guard command.isEmpty || !export else {
      throw ValidationError(
        "--export can't be combined with a command. Remove --export: the command gets the variables anyway.")
    }
  }

  func run() async throws {
    if options.fault.contains("list") {
      Self.listFaults()
      return
    }
    let interruption = Interruption()
    defer { ServingLog.finish() }
    let stack = try await LocalStack.start(options)
    do {
      let code = try await serve(stack, until: interruption)
      await stack.stop()
      if code != 0 { throw ExitCode(code) }
    } catch {
      await stack.stop()
      throw error
    }
  }

  /// Whether the output is for `eval` in a shell, also if the arguments are invalid.
  static func isForEval(_ arguments: [String]) -> Bool {
    arguments.dropFirst().first == configuration.commandName && !arguments.contains("--")
      && arguments.contains { $0.utf8.starts(with: "--export".utf8) }
  }

  private func serve(_ stack: LocalStack, until interruption: Interruption) async throws -> Int32 {
    let isQuiet = export || exportKeys || !command.isEmpty
    for line in Self.summary(of: stack) { isQuiet ? ServingLog.note(line) : print(line) }
    let policies = stack.services.flatMap { [$0.service.policy] + ($0.service.networkPolicy.map { [$0] } ?? []) }
    if let context = stack.services.first?.service.context {
      PolicyFile.notes(on: policies, context).forEach(ServingLog.note)
    }
    let ofNetwork = stack.services.first?.service.networkPolicy.map { [("the service network", $0)] } ?? []
    options.notes(about: ofNetwork + stack.services.map { ($0.name, $0.service.policy) }, hasUser: exportKeys)
      .forEach(ServingLog.note)
    guard command.isEmpty else {
      return await LocalChild(
        command: command, environment: stack.environment + (exportKeys ? stack.userKeys : []), unset: LocalStack.unset
      ).run(until: interruption)
    }
    if export || exportKeys {
      print("unset \(LocalStack.unset.joined(separator: " "))")
      for (name, value) in stack.environment + (exportKeys ? stack.userKeys : []) {
        print("export \(name)=\(CurlText.quoted(value))")
      }
      // The shell that reads the variables waits for the end of the output.
      try StandardOutput.finishAndClose()
      ServingLog.note("Serving until Ctrl-C or kill \(ProcessInfo.processInfo.processIdentifier).")
    } else {
      print("Press Ctrl-C to stop.")
      try StandardOutput.finish()
    }
    await interruption.wait()
    return 0
  }

  private static func summary(of stack: LocalStack) -> [String] {
    [
      "instance metadata      \(stack.metadata.baseURL)", "container credentials  \(stack.container.url)",
      "STS                    \(stack.tokens.baseURL)",
    ]
      + stack.services.map { name, service in
        "service \(name.padding(toLength: max(14, name.count), withPad: " ", startingAt: 0)) \(service.baseURL)  \(service.arn)"
      }
  }

  private static func listFaults() {
    print("A fault is PLACE:EFFECT, or PLACE:EFFECT@N for the first N requests.\n\nPlaces:")
    for place in NamedFault.Place.allCases { print("  \(place.rawValue)") }
    print("\nEffects:")
    for effect in NamedFault.table {
      let places =
        effect.places.count == NamedFault.Place.allCases.count
        ? "" : " (\(effect.places.map(\.rawValue).joined(separator: ", ")))"
      print("  \(effect.name.padding(toLength: 26, withPad: " ", startingAt: 0)) \(effect.summary)\(places)")
    }
  }
}
