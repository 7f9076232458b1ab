import ArgumentParser
import Conformance
import Foundation

/// Signs every case on standard input, and answers line by line.
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Signs cases from standard input, one JSON object a line, and writes a result object for each.",
    discussion: """
      For tests of other signers. TestVectors/README.md describes the format. A case that fails has its error as the result.

      Exit code 0 at the end of the input, 1 if a line is longer than 256 MiB or a result can't be written.

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
        throw Failure("A line is longer than \(InputFile.limit) MiB.")
      }
      let piece = FileHandle.standardInput.availableData
      isAtEnd = piece.isEmpty
      buffer += piece
    }
  }
}
