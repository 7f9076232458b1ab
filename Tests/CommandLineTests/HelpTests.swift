import ArgumentParser
import Testing

@testable import sigv4_cli

@Suite("Help")
struct HelpTests {
  /// The commands that run, with their names.
  private static var commands: [(name: String, type: any ParsableCommand.Type)] {
    func leaves(of type: any ParsableCommand.Type, _ name: String) -> [(String, any ParsableCommand.Type)] {
      let children = type.configuration.subcommands
      guard !children.isEmpty else { return [(name, type)] }
      return children.flatMap { leaves(of: $0, "\(name) \($0.configuration.commandName ?? "")") }
    }
    return leaves(of: CommandLineTool.self, "sigv4-cli")
  }

  @Test("The help of each command has examples of it and its exit codes", arguments: commands.map(\.name))
  func examplesAndExitCodes(name: String) throws {
    let type = try #require(Self.commands.first { $0.name == name }?.type)
    let discussion = type.configuration.discussion
    let examples = try #require(discussion.split(separator: "Examples:", maxSplits: 1).last)
    #expect(discussion.contains("Examples:") && examples.contains("\(name) ") || examples.hasSuffix(name))
    #expect(discussion.lowercased().contains("exit"))
  }

  @Test("The help of the program names exit codes, completions and NO_COLOR")
  func program() {
    let help = CommandLineTool.helpMessage(columns: 200)
    for text in ["Exit codes:", "22", "64", "--generate-completion-script", "NO_COLOR", "--version", "Examples:"] {
      #expect(help.contains(text))
    }
  }

  @Test("The help of credentials says which option shows secrets")
  func secrets() {
    #expect(CredentialsCommand.helpMessage(columns: 300).contains("Shows no secret, except with --format"))
  }
}
