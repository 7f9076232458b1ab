import ArgumentParser
import SigV4

/// Signs a request and prints the headers to send with it.
struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Signs a request and prints the headers to send with it.",
    discussion: """
      Treat the output as a secret, also that of --curl and --json. It contains the signature and the session token: \
      anyone who has it can send this request for five minutes. 'verify' reads the output of --curl, but not headers \
      alone.

      Exit codes:
        0   the request is signed
        1   the request can't be signed
        64  an option is invalid

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

  @Flag(help: "Print the method, the URL and all headers to send as JSON.")
  var json = false

  func validate() throws {
    guard !curl || !json else { throw ValidationError("--curl and --json can't be combined. Use one of them.") }
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
