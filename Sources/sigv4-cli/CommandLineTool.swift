import ArgumentParser

/// The program: each subcommand has a file of its own.
@main
struct CommandLineTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sigv4-cli",
    abstract: "Signs HTTP requests for AWS, and shows how.",
    subcommands: [
      DemoCommand.self, LocalCommand.self, PolicyCommand.self, RequestCommand.self, SignCommand.self,
      PresignCommand.self,
      VerifyCommand.self, ExplainCommand.self, CredentialsCommand.self, ConformanceCommand.self,
    ])

  /// Runs the command, and fails if what it prints can't be written.
  static func main() async {
    StandardOutput.reserveDescriptors()
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch  where !exitCode(for: error).isSuccess {
      exit(withError: error)
    } catch {
      print(fullMessage(for: error))  // help and the version come as errors
    }
    do { try StandardOutput.finish() } catch { exit(withError: error) }
  }
}
