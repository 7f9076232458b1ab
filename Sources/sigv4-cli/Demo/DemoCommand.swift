import ArgumentParser
import Foundation
import LocalAWS
import SigV4

/// Runs a complete example on loopback, without an AWS account.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Shows a signed request to a VPC Lattice service, on loopback and without an AWS account.",
    discussion: """
      Starts instance metadata and a Lattice service with an auth policy on free loopback ports, and sends requests \
      with and without a signature.

      Exit code 0 if every step has its expected status, 1 if not, 64 for a wrong option. With --keep, Ctrl-C and SIGTERM \
      end it with 0.

      Examples:

        sigv4-cli demo
        sigv4-cli demo --keep --policy policy.json
      """)

  @Flag(help: "Leave the service running afterwards, and show how to call it with curl.")
  var keep = false

  @Option(help: "The auth policy of the service that keeps running: a JSON file, for use with --keep.")
  var policy: String?

  @Option(help: "The signing name to check. Use execute-api if your client signs payloads.")
  var service = SigningService.vpcLattice.name

  @Flag(help: "Print the steps as JSON.")
  var json = false

  func validate() throws {
    guard policy == nil || keep else { throw ValidationError("--policy requires --keep.") }
    guard !json || !keep else { throw ValidationError("--json can't be combined with --keep.") }
  }

  func run() async throws {
    let policy = try policy.map { try PolicyFile.policy($0) }
    let stage = try await DemoStage.start(SigningService(service))
    do {
      let steps = try await DemoStory(stage: stage, say: { if !json { print($0) } }).tell()
      if json { print(try JSONLine.text(["steps": steps])) }
      if keep { try await leaveRunning(stage, behind: policy ?? .authenticatedOnly) }
      await stage.stop()
      guard steps.allSatisfy(\.isAsExpected) else { throw ExitCode.failure }
      if !keep, !json {
        print(
          """

          Next: sigv4-cli local tests an auth policy of your own, from any language (Docs/Testing-with-Lattice.md),
          and sigv4-cli request calls your own service with the credentials of its role (Docs/VPC-Lattice-Lab.md).
          """)
      }
    } catch {
      await stage.stop()
      throw error
    }
  }

  private func leaveRunning(_ stage: DemoStage, behind policy: AuthPolicy) async throws {
    let interruption = Interruption()
    stage.service.policy = policy
    print(
      """

      The service stays up, behind \(policyName), until you press Ctrl-C. These credentials are made up for the demo:

        curl --aws-sigv4 "aws:amz:\(DemoStage.region):\(service)" \\
          --user "\(stage.credentials.accessKeyID):\(stage.credentials.secretAccessKey)" \\
          --header "x-amz-security-token: \(stage.credentials.sessionToken ?? "")" \\
          \(payloadOption)\(stage.service.baseURL)/
      """)
    fflush(nil)  // who reads through a pipe waits for these lines
    await interruption.wait()
  }

  private var policyName: String { policy.map { "the policy in \($0)" } ?? "the first policy" }

  /// Lattice requires a header that declares the payload unsigned.
  private var payloadOption: String {
    service == SigningService.vpcLattice.name
      ? "--header \"x-amz-content-sha256: UNSIGNED-PAYLOAD\" \\\n    " : ""
  }
}
