import ArgumentParser

/// The program: each subcommand has a file of its own.
@main
struct CommandLineTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sigv4-cli",
    abstract: "Signs and verifies AWS requests, explains rejected ones, and runs a local AWS.",
    discussion: """
      Results go to standard output, notes and errors to standard error. Colours appear only on a terminal, and not if \
      NO_COLOR is set.

      Exit codes:
        0      success
        1      an error
        22     a service rejects a request, or a signature is invalid
        64     an option is invalid
        128+N  signal N ended the program

      'sigv4-cli help COMMAND' describes a command.

      Examples:

        sigv4-cli demo
        sigv4-cli request https://rates.example.com/ --region us-west-2
        eval "$(sigv4-cli --generate-completion-script bash)"

      Completions exist for bash, zsh and fish.
      """,
    version: "0.1.0-dev",
    subcommands: [
      DemoCommand.self, LocalCommand.self, PolicyCommand.self, ProxyCommand.self, RequestCommand.self,
      SignCommand.self, PresignCommand.self, VerifyCommand.self, ExplainCommand.self, CredentialsCommand.self,
      ConformanceCommand.self,
    ])

  /// Runs the command, and fails if what it prints can't be written.
  static func main() async {
    StandardOutput.reserveDescriptors()
    do {
      var command = try parseAsRoot(GluedOptions.split(Array(CommandLine.arguments.dropFirst())))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch  where !exitCode(for: error).isSuccess {
      // Otherwise a script would continue with the credentials of the machine.
      if LocalCommand.isForEval(CommandLine.arguments) { print("false") }
      exit(withError: error)
    } catch {
      print(fullMessage(for: error))  // help and the version come as errors
    }
    do { try StandardOutput.finish() } catch { exit(withError: error) }
  }
}
