/// Returns the credentials that a program prints (AWS SDKs and Tools Reference Guide, "Process credential provider").
///
/// The program runs without a shell, with the environment and no input. It must print a JSON object with `Version` 1,
/// `AccessKeyId` and `SecretAccessKey`, and optionally `SessionToken`, `Expiration` (ISO 8601) and `AccountId`. Its standard
/// error is discarded, because it could contain secrets.
///
/// On tvOS, watchOS and visionOS, which can't run programs, each call throws `misconfigured`.
///
/// Each call runs the program again. To sign requests, cache the provider.
///
/// ```swift
/// let provider = ProcessCredentialProvider(command: "print-credentials --role reservations").cached()
/// try await signer.sign(&request, with: provider)
/// ```
public struct ProcessCredentialProvider: CredentialProvider {
  /// The maximum size of the output, in bytes.
  static let outputLimit = 65_536

  // A closure hides the arguments, which may contain secrets, when the provider is printed or dumped.
  private let command: @Sendable () -> String
  private let timeLimit: Duration
  private let environment: @Sendable () -> [String: String]

  /// Creates a provider.
  ///
  /// - Parameters:
  ///   - command: The program and its arguments, separated by white space; `'…'` and `"…"` quote white space. A program without a
  ///     slash in its name is searched for in `PATH`.
  ///   - timeLimit: The time after which the program is killed with its process group.
  ///   - environment: The program's environment; defaults to that of this process.
  public init(command: String, timeLimit: Duration = .seconds(60), environment: [String: String]? = nil) {
    self.command = { command }
    self.timeLimit = timeLimit
    self.environment = ProcessEnvironment.closure(environment)
  }

  /// Returns the credentials that the program prints.
  ///
  /// - Throws: `CancellationError` if the calling task is cancelled, which kills the program; otherwise ``CredentialError`` with
  ///   one of these codes:
  ///   - `misconfigured`: The command can't be split or started.
  ///   - `systemResources`: The system can't start another process.
  ///   - `timedOut`: The program runs too long.
  ///   - `badAnswer`: The program fails, or its output is invalid.
  public func credentials() async throws -> Credentials {
    guard let words = CommandWords.split(command()), let program = words.first,
      !words.contains(where: { $0.contains("\0") })
    else {
      throw CredentialError(
        .misconfigured,
        "The command of the credential process (credential_process, command) is invalid: it is empty, or a quotation mark isn't closed."
      )
    }
    // The arguments are hidden; the program's name isn't a secret, unless it is an assignment to a variable.
    let name = "The credential process \(String(program.prefix { $0 != "=" }).quoted)"
    let result: ChildProcess.Result
    do throws(ChildProcess.Failure) {
      result = try await ChildProcess.run(
        words, environment: environment(), timeLimit: timeLimit, outputLimit: Self.outputLimit)
    } catch {
      switch error {
      case .notStarted(let reason):
        throw CredentialError(
          .misconfigured, "\(name) can't be started: \(reason). Check the command (credential_process).")
      case .noResources(let reason):
        throw CredentialError(.systemResources, "\(name) can't be started now: \(reason). Try again later.")
      case .timedOut:
        throw CredentialError(
          .timedOut,
          "\(name) ran for more than \(timeLimit) and was killed. Make it faster, or pass a longer timeLimit.")
      case .tooMuchOutput:
        throw CredentialError(
          .badAnswer,
          "\(name) printed more than \(Self.outputLimit) bytes and was killed. It must print one JSON object.")
      case .cancelled: throw CancellationError()
      case .statusUnknown:
        throw CredentialError(
          .badAnswer,
          "\(name) ended, but other code in this process read its exit code: leave SIGCHLD at its default, and"
            + " wait only for children that your code starts.")
      }
    }
    guard result.status == 0 else {
      throw CredentialError(
        .badAnswer,
        "\(name) ended with status \(result.status): run it yourself to see why. Its output isn't shown here.")
    }
    let document = try CredentialsDocument(result.output, from: name)
    guard document.version == 1 else {
      throw CredentialError(.badAnswer, "\(name) printed a JSON object without \"Version\": 1, which is required.")
    }
    return try document.credentials(.any)
  }
}

/// Splits a command line into words without a shell.
///
/// White space separates words. `'…'` quotes everything, `"…"` everything except `\"` and `\\`. Outside of them a backslash
/// quotes the next character. Variables, pipes and patterns aren't expanded.
enum CommandWords {
  /// Returns the words; `nil` if a quotation mark isn't closed or a backslash ends the text.
  static func split(_ command: String) -> [String]? {
    var words: [String.UnicodeScalarView] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    // Reads scalars, because a combining mark would hide a space or a quotation mark.
    var rest = command.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch (quote, scalar) {
      case (nil, " "), (nil, "\t"), (nil, "\n"), (nil, "\r"):
        if let done = word { words.append(done) }
        word = nil
        continue
      case (nil, "'"), (nil, "\""):
        quote = scalar
        word = word ?? .init()
        continue
      case (let mark?, _) where scalar == mark:
        quote = nil
        continue
      case (nil, "\\"), ("\"", "\\"):
        guard let next = rest.popFirst() else { return nil }
        if quote != nil, next != "\"", next != "\\" { word?.append(scalar) }
        word = word ?? .init()
        word?.append(next)
      default:
        word = word ?? .init()
        word?.append(scalar)
      }
    }
    guard quote == nil else { return nil }
    if let word { words.append(word) }
    return words.map { String($0) }
  }
}
