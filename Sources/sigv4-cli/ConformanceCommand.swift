import ArgumentParser
import Conformance
import Foundation

/// Signs every case on standard input, and answers line by line.
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Signs cases from standard input, one JSON object a line, and writes a result object for each.",
    discussion: "TestVectors/README.md describes the format. A case that fails has its error as the result.")

  func run() throws {
    while let line = readLine(strippingNewline: true) {
      if line.isEmpty { continue }
      var result = try VectorResult.line(for: Data(line.utf8))
      result.append(UInt8(ascii: "\n"))
      StandardOutput.write(result)
      try StandardOutput.finish()  // the caller may wait for this answer before it sends another case
    }
  }
}
