import ArgumentParser
import SigV4

/// Presigns a request and prints the URL.
struct PresignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presign",
    abstract: "Presigns a request and prints the URL, which needs no other credentials until it expires.",
    discussion: """
      Headers that are given, or that the service requires, are signed and must be sent with the URL. A body (--data) must be \
      sent too; S3 and VPC Lattice don't sign it.
      """)

  @OptionGroup var options: RequestOptions

  @Option(help: "The lifetime of the URL in seconds, at most 604800.")
  var expires = 3600

  @Flag(name: .shortAndLong, help: "Show on standard error what was signed, without the session token.")
  var verbose = false

  func run() async throws {
    let parts = try options.parts()
    let payload = try Self.payload(of: parts, to: options.signer.service)
    var request = try parts.signable()
    let signed = try await options.signer.presign(
      &request, validFor: .seconds(expires), payload: payload, with: .default)
    if verbose { try SigningTrace.print(signed) }
    print(parts.url.origin + request.target)
    for header in signed.addedHeaders { SigningTrace.note("Send this header too: \(header.name): \(header.value)") }
  }

  /// The payload that the URL is signed for; `nil` for a service that doesn't sign it.
  static func payload(of parts: RequestOptions.Parts, to service: SigningService) throws -> Payload? {
    guard let body = parts.body else { return service.payload == .signed ? .empty : nil }
    guard service.payload == .signed else {
      throw Failure(
        "A presigned URL of \(service.name) doesn't cover the body, so that any body can be sent with it. Set the method, "
          + "such as PUT, and omit --data.")
    }
    return .data(body)
  }
}
