import ArgumentParser

/// The program: each subcommand has a file of its own.
@main
struct CommandLineTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sigv4-cli",
    abstract: "Signs HTTP requests for AWS, and shows how.",
    subcommands: [
      DemoCommand.self, RequestCommand.self, SignCommand.self, PresignCommand.self, VerifyCommand.self,
      ExplainCommand.self, CredentialsCommand.self, ConformanceCommand.self,
    ])
}
