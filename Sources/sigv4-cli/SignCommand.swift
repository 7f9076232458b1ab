import ArgumentParser
import SigV4

/// Signs a request and prints the headers to send with it.
struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Signs a request and prints the headers to send with it.",
    discussion: "The headers include the session token: anyone who has them can send this request for five minutes.")

  @OptionGroup var options: RequestOptions

  @Flag(name: .shortAndLong, help: "Show on standard error what was signed, without the session token.")
  var verbose = false

  func run() async throws {
    let parts = try options.parts()
    let given = try parts.signable()
    var request = given
    let signed = try await options.signer.sign(&request, payload: parts.payload, with: .default)
    if request.target != given.target {
      SigningTrace.note(
        "The URL contained parameters of an earlier signature. Send the request to \(request.target.redactingTokens) instead."
      )
    }
    if verbose { try SigningTrace.print(signed) }
    for header in signed.addedHeaders { print("\(header.name): \(header.value)") }
  }
}
