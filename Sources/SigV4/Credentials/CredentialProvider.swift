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
