/// A provider of the credentials that a program prints (AWS SDKs and Tools Reference Guide, "Process credential provider").
///
/// The program is started without a shell, gets the environment and no input, and prints a JSON object with `Version` 1,
/// `AccessKeyId` and `SecretAccessKey`, and where it likes `SessionToken`, `Expiration` (ISO 8601) and `AccountId`. What
/// it writes to standard error is dropped, since nobody knows what it holds.
///
/// tvOS, watchOS and visionOS run no programs: each call throws `misconfigured` there.
///
/// Each call runs the program anew; put it behind a cache to sign requests with it.
public struct ProcessCredentialProvider: CredentialProvider {
  /// The longest output that is read, in bytes.
  static let outputLimit = 65_536

  // A closure shows nothing of the arguments, which may hold secrets, when the provider is printed or dumped.
  private let command: @Sendable () -> String
  private let timeLimit: Duration
  private let environment: @Sendable () -> [String: String]

  /// Creates a provider.
  ///
  /// - Parameters:
  ///   - command: The program and its arguments, separated by white space; `'…'` and `"…"` hold words together. A program
  ///     without a slash in its name is looked for in `PATH`.
  ///   - timeLimit: How long the program may run before it is killed, with all of its process group.
  ///   - environment: The program's environment; where left out, that of this process.
  public init(command: String, timeLimit: Duration = .seconds(60), environment: [String: String]? = nil) {
    self.command = { command }
    self.timeLimit = timeLimit
    self.environment = ProcessEnvironment.closure(environment)
  }

  /// The credentials that the program prints.
  ///
  /// - Throws: ``CredentialError``: `misconfigured` when the command can't be split or started, `systemResources` when
  ///   the system has no room for another process, `timedOut` when the program runs too long, `badAnswer` when it fails or
  ///   prints something else; `CancellationError` when the calling task is cancelled, which kills the program.
  public func credentials() async throws -> Credentials {
    guard let words = CommandWords.split(command()), let program = words.first,
      !words.contains(where: { $0.contains("\0") })
    else {
      throw CredentialError(
        .misconfigured,
        "The credential process can't be split into words: it is empty, or a quotation mark isn't closed.")
    }
    // The arguments aren't shown; a program's name is no secret, unless it is meant as an assignment to a variable.
    let name = "The credential process \(String(program.prefix { $0 != "=" }).quoted)"
    let result: ChildProcess.Result
    do throws(ChildProcess.Failure) {
      result = try await ChildProcess.run(
        words, environment: environment(), timeLimit: timeLimit, outputLimit: Self.outputLimit)
    } catch {
      switch error {
      case .notStarted(let reason): throw CredentialError(.misconfigured, "\(name) can't be started: \(reason).")
      case .noResources(let reason):
        throw CredentialError(.systemResources, "\(name) can't be started now: \(reason). Try again later.")
      case .timedOut: throw CredentialError(.timedOut, "\(name) ran for more than \(timeLimit) and was killed.")
      case .tooMuchOutput:
        throw CredentialError(.badAnswer, "\(name) printed more than \(Self.outputLimit) bytes and was killed.")
      case .cancelled: throw CancellationError()
      case .statusUnknown:
        throw CredentialError(
          .badAnswer,
          "\(name) ended with an exit code that something else in this process took: leave SIGCHLD at its default, and"
            + " wait for no child that you haven't started.")
      }
    }
    guard result.status == 0 else {
      throw CredentialError(
        .badAnswer, "\(name) ended with \(result.status); run it by hand to see why. What it printed isn't shown here.")
    }
    let document = try CredentialsDocument(result.output, from: name)
    guard document.version == 1 else {
      throw CredentialError(.badAnswer, "\(name) printed a JSON object without \"Version\": 1.")
    }
    return try document.credentials(.any)
  }
}

/// A command line, split into words without a shell.
///
/// White space separates words; `'…'` keeps everything, `"…"` everything but `\"` and `\\`; outside of them a backslash
/// keeps the next character. Nothing else has a meaning: no variables, no pipes, no patterns.
enum CommandWords {
  /// The words; `nil` where a quotation mark or a backslash has no other half.
  static func split(_ command: String) -> [String]? {
    var words: [String.UnicodeScalarView] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    // Scalars, since a mark that combines with a space or a quotation mark would hide that.
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
