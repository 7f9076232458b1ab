import ArgumentParser
import SigV4

/// Presigns a request and prints the URL.
struct PresignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presign",
    abstract: "Presigns a request and prints its URL, which anyone can use without credentials until it expires.",
    discussion: """
      The signature covers the given headers, the headers that the service requires, and the body (--data). Send all of \
      them with the URL. With S3 and VPC Lattice it doesn't cover the body, so that any body can be sent.

      Exit codes:
        0   the URL is printed
        1   the request can't be presigned
        64  an option is invalid

      Examples:

        sigv4-cli presign https://b.s3.us-west-2.amazonaws.com/key --expires 1h
        sigv4-cli presign https://b.s3.us-west-2.amazonaws.com/key PUT --json
      """)

  @OptionGroup var options: RequestOptions

  @Option(
    help: "The lifetime of the URL, such as 900, 15m or 1h; at most 7d. Defaults to 1h.",
    transform: DurationText.duration)
  var expires: Duration = .seconds(3600)

  @Flag(name: .shortAndLong, help: "Show the canonical request and the string to sign, on standard error.")
  var verbose = false

  @Flag(help: "Print the method, the URL, the headers to send, and the lifetime in seconds as JSON.")
  var json = false

  func run() async throws {
    let parts = try options.parts()
    let signer = try await options.signer()
    let payload = try await Self.payload(of: parts, to: signer.service)
    var request = try parts.signable()
    let signed = try signer.presign(
      &request, validFor: expires, payload: payload, with: try await options.credentials.find())
    if verbose { try SigningTrace.print(signed) }
    let url = parts.url.origin + request.target
    guard !json else {
      print(
        try JSONLine.text(
          SignedReport(
            method: request.method, url: url, headers: parts.headers + signed.addedHeaders,
            expiresIn: expires.components.seconds)))
      return
    }
    print(url)
    for header in signed.addedHeaders { SigningTrace.note("Send this header too: \(header.name): \(header.value)") }
  }

  /// The payload that the URL is signed for; `nil` for a service that doesn't sign it.
  static func payload(of parts: RequestOptions.Parts, to service: SigningService) async throws -> Payload? {
    guard let body = parts.body else { return service.payload == .signed ? .empty : nil }
    guard service.payload == .signed else {
      throw Failure(
        "A presigned URL of \(service.name) doesn't cover the body, so that any body can be sent with it. Set the method, "
          + "such as PUT, and omit --data.")
    }
    return try await body.payload()
  }
}
