import ArgumentParser
import SigV4

/// Signs a request and prints the headers to send with it.
struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Signs a request and prints the headers to send with it.",
    discussion: """
      The headers include the session token: anyone who has them can send this request for five minutes. So does the \
      output of --curl and --json. 'verify' reads the output of --curl, but not headers alone.

      Exit code 0 if the request is signed, 1 if not, 64 for a wrong option.

      Examples:

        sigv4-cli sign https://rates.example.com/ --region us-west-2
        sigv4-cli sign https://…/orders -d @order.json --service execute-api -v
        sh -c "$(sigv4-cli sign https://…/ --curl)"
        sigv4-cli sign https://…/ --curl | sigv4-cli verify
      """)

  @OptionGroup var options: RequestOptions

  @Flag(name: .shortAndLong, help: "Show the canonical request and the string to sign, on standard error.")
  var verbose = false

  @Flag(help: "Print a curl command for sh that sends the signed request.")
  var curl = false

  @Flag(help: "Print method, URL and all headers to send as JSON.")
  var json = false

  func validate() throws {
    guard !curl || !json else { throw ValidationError("--curl and --json can't be combined.") }
  }

  func run() async throws {
    let parts = try options.parts()
    let given = try parts.signable()
    var request = given
    let signer = try await options.signer()
    let signed = try signer.sign(
      &request, payload: try await parts.payload(), with: try await options.credentials.find())
    if verbose { try SigningTrace.print(signed) }
    let url = parts.url.origin + request.target
    if curl {
      print(try CurlText.command(for: request, url: url, body: options.data))
    } else if json {
      print(try JSONLine.text(SignedReport(method: request.method, url: url, headers: request.headers)))
    } else {
      if request.target != given.target {
        SigningTrace.note(
          "The URL contained parameters of an earlier signature. Send the request to \(request.target.redactingTokens) instead."
        )
      }
      for header in signed.addedHeaders { print("\(header.name): \(header.value)") }
    }
  }
}
