import ArgumentParser
import Foundation
import SigV4

/// Explains why a service rejected a request.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains why a service rejected a request: the cause, certain or likely, and the lines that differ.",
    discussion: """
      Reads the signed request (an HTTP/1.1 message, a curl command, the output of curl -v, or a presigned URL) and the \
      body of the service's answer. Without --answer, it examines only the request. With credentials, it finds more \
      causes. They come from the environment, a profile, web identity, the container or instance metadata.

      Exit codes:
        0   the request was examined, even if no cause was found
        1   the request can't be read
        64  an option is invalid

      Examples:

        sigv4-cli explain request.txt --answer answer.xml
        sigv4-cli explain "curl https://…" --answer "User: anonymous is …"
        curl -v https://… 2>&1 | sigv4-cli explain
        sigv4-cli explain "curl -G -d 'q=a%20b' https://…" --show-request
      """)

  @Argument(help: "The request: @FILE, the path of a file that exists, - for standard input, or the text itself.")
  var request = "-"

  @Option(
    help:
      "The body of the service's answer: @FILE, the path of a file that exists, - for standard input, or the text."
  )
  var answer: String?

  @Option(help: "The service's time: the Date header of its answer, or a time such as 2026-02-03T04:05:06Z.")
  var serviceTime: String?

  @Flag(inversion: .prefixedNo, help: "Search for credentials, as the command 'credentials' does.")
  var credentials = true

  @OptionGroup var source: CredentialOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(help: "Print the request as it was read, such as the request of a curl command, and exit.")
  var showRequest = false

  /// The causes that depend on the body.
  private static let causesOfBody: Set<SignatureDiagnosis.Cause> = [.payload, .signatureIsRight, .secret, .unknown]

  /// The credentials, if there are any; a profile that is named must have some.
  private func knownCredentials() async throws -> Credentials? {
    do { return try await source.find() } catch  where source.profile == nil { return nil }
  }

  func run() async throws {
    let text = try RequestText(argument: request)
    text.notes.forEach { SigningTrace.note("Note: \($0)") }
    if showRequest { return try text.show(asJSON: json) }
    let answer = try answer.map {
      ServiceErrorResponse(String(decoding: try InputFile.contentOrText($0).prefix(1 << 18), as: UTF8.self))
    }
    if let note = self.answer.flatMap(InputFile.noteOnMissingFile) { SigningTrace.note("Note: \(note)") }
    // The service's canonical request ends with the hash of the body that arrived.
    let shownHash = text.hidesPayload ? answer?.canonicalRequest?.split(separator: "\n").last : nil
    let known = credentials ? try await knownCredentials() : nil
    let mismatch = SignatureDiagnosis(
      of: text.request, payload: shownHash.map { .hash(String($0)) } ?? text.payload, answer: answer,
      credentials: known,
      serviceTime: try serviceTime.map { try TimeText.date($0, option: "--service-time") })
    let dependsOnBody = text.hidesPayload && shownHash == nil && Self.causesOfBody.contains(mismatch.cause)
    let report = dependsOnBody ? DiagnosisReport(hiddenPayload: RequestText.hiddenPayload) : DiagnosisReport(mismatch)
    print(json ? try JSONLine.text(report) : Style.output.text(of: report))
  }
}
