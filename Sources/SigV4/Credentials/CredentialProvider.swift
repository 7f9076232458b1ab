#if canImport(FoundationEssentials)
  public import protocol FoundationEssentials.LocalizedError
#else
  public import protocol Foundation.LocalizedError
#endif

/// A source of credentials for signing requests.
///
/// Pass `.default`, `.profile("x")` or `.assumeRole(roleARN)`, which are cached for the whole process, or `.environment`. A
/// provider is called from any task, for every signed request: cache your own with ``cached(onRefresh:onFailure:)`` if it
/// performs I/O.
///
/// ```swift
/// struct VaultProvider: CredentialProvider {
///   let read: @Sendable () async throws -> (id: String, secret: String)
///
///   func credentials() async throws -> Credentials {
///     let key = try await read()
///     return Credentials(accessKeyID: key.id, secretAccessKey: key.secret)
///   }
/// }
/// ```
public protocol CredentialProvider: Sendable {
  /// Returns the credentials to sign with now.
  ///
  /// - Throws: ``CredentialError`` from the providers of this library; other providers may throw any error.
  func credentials() async throws -> Credentials
}

/// Returns fixed credentials.
///
/// ```swift
/// let session = SigningSession(service: .executeAPI, credentials: StaticCredentialProvider(credentials))
/// ```
public struct StaticCredentialProvider: CredentialProvider {
  private let given: Credentials

  /// Creates a provider that always returns `credentials`.
  public init(_ credentials: Credentials) {
    given = credentials
  }

  /// Returns the credentials of the initializer.
  public func credentials() async -> Credentials { given }
}

/// The error of a provider that has no credentials.
///
/// ```swift
/// do {
///   try await signer.sign(&request, with: .default)
/// } catch let error as CredentialError where error.code == .misconfigured {
///   print("Correct the settings:", error.message)
/// }
/// ```
public struct CredentialError: Error, Hashable {
  /// The kind of failure, for code to act on.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// This provider isn't configured; a chain queries the next one.
    public static let notConfigured = Code("notConfigured")
    /// The source isn't available (not on EC2, no role attached); a chain queries the next one.
    public static let notAvailable = Code("notAvailable")
    /// A setting is invalid and requires user action; a chain stops.
    public static let misconfigured = Code("misconfigured")
    /// A configured source can't be reached or read; a chain stops.
    public static let unreachable = Code("unreachable")
    /// This process has no descriptor, thread or memory left; a chain stops.
    public static let systemResources = Code("systemResources")
    /// The source didn't respond within its deadline.
    public static let timedOut = Code("timedOut")
    /// The source returned an error or an invalid response.
    public static let badAnswer = Code("badAnswer")
  }

  /// The kind of failure.
  public let code: Code
  /// A description of the failure, its place and its remedy: one or two sentences without secrets.
  public let message: String

  /// Creates an error; the message must not contain secrets.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension CredentialError: CustomStringConvertible, LocalizedError {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
  /// The message, which `localizedDescription` returns.
  public var errorDescription: String? { message }
}

extension ProviderFiles.Failure {
  /// Returns the error of a provider that can't read its file.
  ///
  /// - Parameter name: The file, as the beginning of a sentence.
  /// - Returns: A ``CredentialError``, or `CancellationError`.
  func error(_ name: String) -> any Error {
    switch self {
    case .missing: CredentialError(.unreachable, "\(name) doesn't exist. Create it, or correct its path.")
    case .unreadable:
      CredentialError(
        .unreachable, "\(name) can't be read. Check its permissions, and that it is no larger than 4 MiB.")
    case .notRegular: CredentialError(.unreachable, "\(name) isn't a regular file. Use the path of a regular file.")
    case .late: CredentialError(.timedOut, "\(name) wasn't read within 5 seconds: its file system doesn't respond.")
    case .noResources:
      CredentialError(
        .systemResources, "\(name) can't be opened: this process has no descriptor, memory or thread left.")
    case .cancelled: CancellationError()
    }
  }
}
