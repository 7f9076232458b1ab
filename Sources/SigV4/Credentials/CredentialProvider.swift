/// A source of credentials, asked whenever a request is to be signed.
///
/// A provider may be called from any task and as often as there are requests; one that does I/O belongs behind a cache.
public protocol CredentialProvider: Sendable {
  /// The credentials to sign with now.
  ///
  /// - Throws: ``CredentialError`` from the providers of this library; whatever they like from others.
  func credentials() async throws -> Credentials
}

/// A provider of credentials that are known beforehand.
public struct StaticCredentialProvider: CredentialProvider {
  private let given: Credentials

  /// Creates a provider that always has `credentials`.
  public init(_ credentials: Credentials) {
    given = credentials
  }

  /// The credentials that were given.
  public func credentials() async -> Credentials { given }
}

/// Why a provider has no credentials to give.
public struct CredentialError: Error, Hashable {
  /// What kind of failure it is, for code to act upon.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// Nothing is set up for this provider; a chain asks the next one.
    public static let notConfigured = Code("notConfigured")
    /// The source isn't there (not on EC2, no role attached); a chain asks the next one.
    public static let notAvailable = Code("notAvailable")
    /// A setting is wrong and needs a person; a chain stops.
    public static let misconfigured = Code("misconfigured")
    /// A source that is set up can't be reached or read; a chain stops.
    public static let unreachable = Code("unreachable")
    /// This process has no descriptor, thread or memory left to request credentials with; a chain stops.
    public static let systemResources = Code("systemResources")
    /// The source didn't answer within its deadline.
    public static let timedOut = Code("timedOut")
    /// The source answered with an error, or with something that can't be understood.
    public static let badAnswer = Code("badAnswer")
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was wrong, where, and what to do: one sentence or two, without secrets.
  public let message: String

  /// Creates an error; the message must hold no secret.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension CredentialError: CustomStringConvertible {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}

extension ProviderFiles.Failure {
  /// The error of a provider whose file has no content.
  ///
  /// - Parameter name: The file, as the beginning of a sentence.
  /// - Returns: A ``CredentialError``, or `CancellationError`.
  func error(_ name: String) -> any Error {
    switch self {
    case .missing: CredentialError(.unreachable, "\(name) doesn't exist.")
    case .unreadable: CredentialError(.unreachable, "\(name) can't be read.")
    case .notRegular: CredentialError(.unreachable, "\(name) isn't a regular file.")
    case .late: CredentialError(.timedOut, "\(name) wasn't read within 5 seconds: its file system doesn't answer.")
    case .noResources:
      CredentialError(.systemResources, "\(name) can't be opened: this process has no descriptor or thread left.")
    case .cancelled: CancellationError()
    }
  }
}
