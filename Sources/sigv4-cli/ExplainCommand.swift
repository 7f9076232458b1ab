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
      body of the answer. With credentials, from where the SDKs find them, it finds out more.
      """)

  @Argument(help: "The request: @FILE, the path of a file that exists, - for standard input, or the text itself.")
  var request = "-"

  @Option(
    help:
      "The body of the service's answer: @FILE, the path of a file that exists, - for standard input, or the text."
  )
  var answer: String?

  @Option(help: "The Date header of the service's answer, or its time as in 2026-02-03T04:05:06Z.")
  var serviceTime: String?

  @Flag(inversion: .prefixedNo, help: "Look for credentials, in environment, profile, container and instance.")
  var credentials = true

  @Flag(help: "Answer in JSON.")
  var json = false

  /// The printed text, and the result for tools.
  private struct Report: Encodable {
    struct Line: Encodable {
      let line: String
      let sent: String?
      let expected: String?
    }

    let cause: String
    /// `certain` or `likely`; absent if the cause is unknown.
    let certainty: String?
    let explanation: String
    let differences: [Line]

    init(_ mismatch: SignatureDiagnosis) {
      cause = mismatch.cause.description
      certainty = mismatch.certainty?.rawValue
      explanation = mismatch.explanation
      differences = mismatch.differences.map { Line(line: $0.line, sent: $0.sent, expected: $0.expected) }
    }

    /// The result if the cause depends on the missing body.
    init(hiddenPayload explanation: String) {
      cause = SignatureDiagnosis.Cause.unknown.description
      certainty = nil
      self.explanation = explanation
      differences = []
    }
  }

  /// The causes that depend on the body.
  private static let causesOfBody: Set<SignatureDiagnosis.Cause> = [.payload, .signatureIsRight, .secret, .unknown]

  func run() async throws {
    let text = try RequestText(argument: request)
    text.notes.forEach { SigningTrace.note("Note: \($0)") }
    let answer = try answer.map {
      ServiceErrorResponse(String(decoding: try InputFile.contentOrText($0), as: UTF8.self))
    }
    if let note = self.answer.flatMap(InputFile.noteOnMissingFile) { SigningTrace.note("Note: \(note)") }
    // The service's canonical request ends with the hash of the body that arrived.
    let shownHash = text.hidesPayload ? answer?.canonicalRequest?.split(separator: "\n").last : nil
    let known = credentials ? try? await CachedCredentialProvider.default.credentials() : nil
    let mismatch = SignatureDiagnosis(
      of: text.request, payload: shownHash.map { .hash(String($0)) } ?? text.payload, answer: answer,
      credentials: known,
      serviceTime: try serviceTime.map(TimeText.date))
    let dependsOnBody = text.hidesPayload && shownHash == nil && Self.causesOfBody.contains(mismatch.cause)
    let report = dependsOnBody ? Report(hiddenPayload: RequestText.hiddenPayload) : Report(mismatch)
    if json {
      print(try JSONLine.text(report))
      return
    }
    print(Style.visible("\(report.certainty?.capitalized ?? "Unknown"): \(report.explanation)"))
    for difference in report.differences {
      print("\n  \(Style.visible(difference.line))")
      print(Style.sent("  - \(difference.sent ?? "(no such line)")"))
      print(Style.expected("  + \(difference.expected ?? "(no such line)")"))
    }
  }

  /// Colours on a terminal, and none in a pipe or where NO_COLOR is set.
  private enum Style {
    static let isOn =
      isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"]?.isEmpty != false

    static func sent(_ text: String) -> String { coloured(text, 31) }
    static func expected(_ text: String) -> String { coloured(text, 32) }

    /// The text with its control characters escaped: what a service shows must not command a terminal.
    static func visible(_ text: String) -> String {
      String(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0) }
          .joined())
    }

    private static func coloured(_ text: String, _ colour: Int) -> String {
      isOn ? "\u{1B}[\(colour)m\(visible(text))\u{1B}[0m" : visible(text)
    }
  }
}
