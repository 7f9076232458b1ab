import Foundation
import SigV4
import Testing

@testable import sigv4_cli

@Suite("Pasted curl commands")
struct CurlCommandTests {
  /// A command line, and what curl sends for it; Tests/Checks/pasted-curl-commands compares both with real curl.
  struct Row: Decodable, CustomTestStringConvertible {
    let command: String
    let sent: String?
    let error: String?

    var testDescription: String { command }
  }

  static let rows: [Row] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "curl-commands.jsonl")
    guard let lines = try? Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) else { return [] }
    return lines.compactMap { try? JSONDecoder().decode(Row.self, from: $0) }
  }()

  private static let files: [String: String] = [
    "lines": "line 1\r\nline 2\n", "a b&c.txt": "x y", "fields": "A: 1\r\nB: 2\nC;\n", "../files/folder/deep": "z",
  ]

  private static func content(_ path: String) throws -> [UInt8] {
    if path == "bytes" { return Array("a\r\nb\n\0".utf8) + [0xFF] }
    guard let text = files[path] else { throw Failure("The file \(path) can't be read.") }
    return Array(text.utf8)
  }

  @Test("All rows of the data file are read")
  func rowsAreComplete() { #expect(Self.rows.count > 250) }

  @Test("A command line is read as curl sends it", arguments: rows)
  func isReadAsSent(row: Row) throws {
    let text = Result { try RequestText(Array(row.command.utf8), file: Self.content) }
    if let error = row.error {
      let failure = #expect(throws: Failure.self) { try text.get() }
      #expect(failure?.description.contains(error) == true)
    } else {
      let read = try text.get()
      let fields = read.request.headers.map { "\($0.name): \($0.value)" }.enumerated()
        .sorted { (Self.key($0.element), $0.offset) < (Self.key($1.element), $1.offset) }
        .map { $0.element.trimmingCharacters(in: .whitespaces) }
      let lines = ["\(read.request.method) \(read.request.target)"] + fields + ["", Self.latin1(read.body)]
      let expected = row.sent?.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
      let shown = lines.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
      #expect(shown == expected)
    }
  }

  private static func key(_ field: String) -> String { field.prefix { $0 != ":" }.lowercased() }

  private static func latin1(_ bytes: [UInt8]) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  @Test(
    "A note names each part that a shell would replace",
    arguments: [
      ("curl http://h/ -H \"A: $TOKEN\"", ["$TOKEN in the command isn't expanded. Replace it with its value."]),
      ("curl http://h/ -d $(date) -H 'A: $B'", ["$(…) in the command isn't expanded. Replace it with its value."]),
      (
        "curl http://h/${A}${A}`b` -d <(echo x) -d \"$C$D\" -H \"A: \\$E\"",
        ["${A}, `…`, <(…), … in the command aren't expanded. Replace them with their values."]
      ),
      (
        "curl http://h/ -H 'A: 1'\n  -H 'B: 2'",
        ["The command ends before the line that begins with -H. End each line except the last with \\."]
      ),
      (
        "curl http://h/a/%2e%2E/b",
        ["From version 8.13 on, curl removes path segments such as %2E%2E unless --path-as-is is given."]
      ),
      ("curl 'http://h/a%2e/b?/%2e/'", []),
      ("curl http://h/\n{\"message\":\"Forbidden\"}", []),
      ("TOKEN=$(x)\ncurl http://h/", []),
    ] as [(String, [String])])
  func notes(command: String, notes: [String]) throws {
    #expect(try RequestText(Array(command.utf8)) { _ in [] }.notes == notes)
  }

  @Test(
    "Long lines are read in one pass",
    arguments: [
      "curl http://h/ -d '", "curl http://h/ -d \"", "curl http://h/ -d \"$", "curl http://h/ ${", "curl http://h/ $(",
      "curl http://h/ ^\n", "curl http://h/ `\n", "curl http://h/ \\\n> ", "curl http://", "curl http://h/{",
      "> GET / HTTP/1.1\n> ",
      "GET / HTTP/1.1\n", "http://h/", "curl <<A http://h/\n", "curl http://", "curl -H ", "curl -",
    ],
    [
      "a", "\\", "\"", "'", "$a", "`", "{a}", "[]", "/..", "//", " -H a:b", "\n", "\n ", "%41", "ü", ".1", "(",
      "> a: b\n", "^",
    ])
  func longLines(start: String, piece: String) {
    let text = Array(start.utf8) + Array(String(repeating: piece, count: 5_000).utf8)
    _ = try? RequestText(text) { _ in [] }
  }
}
