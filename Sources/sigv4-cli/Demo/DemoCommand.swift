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
      Starts instance metadata and a Lattice service with an auth policy on free loopback ports. Then it sends requests \
      with and without a signature, and compares each status with the expected one.

      Exit codes:
        0   each status is the expected one
        1   a status differs
        64  an option is invalid

      Examples:

        sigv4-cli demo
        sigv4-cli demo --keep --policy policy.json
      """)

  @Flag(help: "Keep the service running until Ctrl-C or SIGTERM, and show how to call it with curl.")
  var keep = false

  @Option(help: "A JSON file with the auth policy of the service that --keep leaves running.")
  var policy: String?

  @Option(help: "The signing name that the service expects. Use execute-api if your client signs payloads.")
  var service = SigningService.vpcLattice.name

  @Flag(help: "Print the steps as JSON.")
  var json = false

  func validate() throws {
    guard policy == nil || keep else { throw ValidationError("--policy requires --keep. Add --keep.") }
    guard !json || !keep else { throw ValidationError("--json can't be combined with --keep. Use one of them.") }
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

          Next steps:
            sigv4-cli local    tests your own auth policy, from any language: Docs/Testing-with-Lattice.md
            sigv4-cli request  calls your own service with the credentials of a role: Docs/VPC-Lattice-Lab.md
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

      The service keeps running with \(policyName) until you press Ctrl-C. To call it with this demo's credentials:

        curl --aws-sigv4 "aws:amz:\(DemoStage.region):\(service)" \\
          --user "\(stage.credentials.accessKeyID):\(stage.credentials.secretAccessKey)" \\
          --header "x-amz-security-token: \(stage.credentials.sessionToken ?? "")" \\
          \(payloadOption)\(stage.service.baseURL)/
      """)
    fflush(nil)  // a reader of a pipe waits for these lines
    await interruption.wait()
  }

  private var policyName: String { policy.map { "the policy in \($0)" } ?? "the first policy" }

  /// Lattice requires a header that declares the payload unsigned.
  private var payloadOption: String {
    service == SigningService.vpcLattice.name
      ? "--header \"x-amz-content-sha256: UNSIGNED-PAYLOAD\" \\\n    " : ""
  }
}
