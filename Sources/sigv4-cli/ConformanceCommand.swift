import ArgumentParser
import Conformance
import Foundation

/// Signs each case on standard input, and prints a result for each.
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Signs test cases from standard input, one JSON object per line, and prints a result for each.",
    discussion: """
      Use it to compare other signers with this one. TestVectors/README.md describes the format. The result of a case that \
      can't be signed is its error.

      Exit codes:
        0  the end of the input
        1  a line is longer than 256 MiB, or a result can't be written

      Examples:

        sigv4-cli conformance < TestVectors/lattice.jsonl
      """)

  func run() throws {
    var lines = InputLines()
    while let line = try lines.next() {
      if line.isEmpty { continue }
      var result = try VectorResult.line(for: line)
      result.append(UInt8(ascii: "\n"))
      StandardOutput.write(result)
      try StandardOutput.finish()  // the caller may wait for this answer before it sends another case
    }
  }
}

/// The lines of standard input, without their ends.
private struct InputLines {
  private var buffer = Data()
  /// The bytes at the start of the buffer that contain no line break.
  private var searched = 0
  private var isAtEnd = false

  /// The next line; `nil` at the end.
  mutating func next() throws -> Data? {
    while true {
      if let end = buffer[(buffer.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { (buffer, searched) = (Data(buffer[(end + 1)...]), 0) }
        let line = buffer[..<end]
        return Data(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
      }
      searched = buffer.count
      guard !isAtEnd else {
        defer { (buffer, searched) = (Data(), 0) }
        return buffer.isEmpty ? nil : buffer
      }
      guard buffer.count <= InputFile.limit << 20 else {
        throw Failure(
          "A line of standard input is longer than \(InputFile.limit) MiB. Write each case on a line of its own.")
      }
      let piece = FileHandle.standardInput.availableData
      isAtEnd = piece.isEmpty
      buffer += piece
    }
  }
}
