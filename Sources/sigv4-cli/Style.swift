import Foundation
import SigV4

/// How text looks on a descriptor: coloured on a terminal, and plain elsewhere and where NO_COLOR is set.
struct Style {
  static let output = Style(STDOUT_FILENO)
  static let error = Style(STDERR_FILENO)

  /// Whether the descriptor is a terminal that understands more than lines of text.
  let isTerminal: Bool
  private let hasColours: Bool

  private init(_ descriptor: Int32) {
    let environment = ProcessInfo.processInfo.environment
    isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    hasColours = isTerminal && environment["NO_COLOR"]?.isEmpty != false
  }

  /// The text of a diagnosis, without a line break at its end.
  func text(of report: DiagnosisReport) -> String {
    var lines = [Self.visible("\(report.certainty?.capitalized ?? "Unknown"): \(report.explanation)")]
    for difference in report.differences {
      lines += [
        "\n  \(Self.visible(difference.line))",
        coloured("  - \(difference.sent ?? "(no such line)")", 31),
        coloured("  + \(difference.expected ?? "(no such line)")", 32),
      ]
    }
    return lines.joined(separator: "\n")
  }

  /// The text with its control characters escaped: what a service shows must not command a terminal.
  private static func visible(_ text: String) -> String {
    String(
      text.unicodeScalars.map { $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0) }
        .joined())
  }

  private func coloured(_ text: String, _ colour: Int) -> String {
    hasColours ? "\u{1B}[\(colour)m\(Self.visible(text))\u{1B}[0m" : Self.visible(text)
  }
}
