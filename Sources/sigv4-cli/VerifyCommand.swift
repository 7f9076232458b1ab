import ArgumentParser
import Foundation
import SigV4

/// Verifies the signature of a pasted or saved request.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verifies the signature of a request with the credentials that the AWS SDKs would use.",
    discussion: """
      Reads an HTTP/1.1 message, a curl command, the output of curl -v, or a presigned URL.

      Exit codes:
        0   the signature is right
        1   the request or the credentials can't be read
        22  the signature is invalid
        64  an option is invalid

      Examples:

        sigv4-cli verify request.txt
        sigv4-cli verify "curl https://… -H 'Authorization: …'" --json
        sigv4-cli verify "$url" --service s3 --time 2026-02-03T04:05:06Z
      """)

  @Argument(help: "The request: @FILE, the path of a file that exists, - for standard input, or the text itself.")
  var request = "-"

  @Option(
    help: """
      The service's signing name. Defaults to the service that the host names, and for hosts that aren't AWS's to \
      \(SigningService.vpcLattice.name).
      """)
  var service: String?

  @Option(help: "The region that the signature must be for. Defaults to any region.")
  var region: String?

  @Option(help: "The time of verification, such as 2026-02-03T04:05:06Z. Defaults to now.")
  var time: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var source: CredentialOptions

  @Flag(help: "Print the request as it was read, such as the request of a curl command, and exit.")
  var showRequest = false

  /// The result for other programs.
  private struct Report: Encodable {
    var isValid: Bool
    var accessKeyId: String?
    var scope: String?
    var signedHeaders: [String]?
    var time: String?
    var body: String?
    var code: String?
    var message: String?
  }

  func run() async throws {
    let text = try RequestText(argument: request)
    text.notes.forEach { SigningTrace.note("Note: \($0)") }
    if showRequest { return try text.show(asJSON: json) }
    let now = try time.map { try TimeText.date($0, option: "--time") } ?? Date()
    let named = text.request.headers["host"].flatMap { AWSHost($0).service }
    let service = SigningService(service ?? named ?? SigningService.vpcLattice.name)
    let verifier = Verifier(service: service, region: region, nonCanonicalTargets: .accepted)
    do {
      let verified = try await verifier.verify(text.request, payload: text.payload, at: now) { id in
        let known = try await source.find()
        return known.accessKeyID == id ? known : nil
      }
      if text.isChunked {
        var chunks = try ChunkVerifier(of: verified, with: await source.find())
        _ = try chunks.verify(text.body)
        try chunks.finish()
      }
      let isHidden = text.hidesPayload && verifier.service.payload == .signed
      guard !isHidden || !text.announcesBody else { throw Failure(RequestText.hiddenPayload) }
      let claim = verified.claim
      try report(
        Report(
          isValid: true, accessKeyId: claim.accessKeyID, scope: claim.scope.text, signedHeaders: claim.signedHeaders,
          time: claim.time.formatted(.iso8601), body: isHidden ? "covered if it is empty" : "\(verified.bodyCoverage)"))
    } catch let error as VerificationError {
      guard error.code != .wrongSignature || !text.hidesPayload || verifier.service.payload != .signed else {
        throw Failure(RequestText.hiddenPayload)
      }
      try report(Report(isValid: false, code: error.code.description, message: error.message))
      throw ExitCode(22)
    }
  }

  private func report(_ report: Report) throws {
    if json {
      print(try JSONLine.text(report))
    } else if report.isValid {
      print("The signature is right.")
      print("  key id:         \(report.accessKeyId ?? "")")
      print("  scope:          \(report.scope ?? "")")
      print("  time:           \(report.time ?? "")")
      print("  signed headers: \(report.signedHeaders?.joined(separator: ", ") ?? "")")
      print("  body:           \(report.body ?? "")")
    } else {
      print("\(report.code ?? ""): \(report.message ?? "")")
    }
  }
}
