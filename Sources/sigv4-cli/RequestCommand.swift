import ArgumentParser
import Foundation
import SigV4

/// Signs a request, sends it, and prints the answer's body.
struct RequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Signs a request, sends it, and prints the answer.",
    discussion: """
      Credentials come from where the SDKs find them: environment, profile, container, instance metadata.
      Exit code 0 for a status of 2xx, 22 for any other status, 1 where there was no answer.
      """)

  @OptionGroup var options: RequestOptions

  @Flag(name: .shortAndLong, help: "Show on standard error what was signed, without the session token.")
  var verbose = false

  func run() async throws {
    var request = try options.request()
    let signed = try await options.signer.sign(&request, with: CredentialSource())
    if verbose { try SigningTrace.print(signed) }
    let answer = try await HTTPExchange.send(request)
    try FileHandle.standardOutput.write(contentsOf: answer.body)
    if answer.body.last != 0x0A { print() }
    guard 200..<300 ~= answer.status else {
      SigningTrace.note("The service answered \(answer.status).")
      throw ExitCode(22)
    }
  }
}
