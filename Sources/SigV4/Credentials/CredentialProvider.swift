/// A source of credentials, asked whenever a request is to be signed.
///
/// A provider may be called from any task and as often as there are requests; one that does I/O belongs behind a cache.
public protocol CredentialProvider: Sendable {
  /// The credentials to sign with now.
  ///
  /// - Throws: ``CredentialError`` from the providers of this library; whatever they like from others.
  func credentials() async throws -> Credentials
}

/// Credentials that are given are their own provider.
extension Credentials: CredentialProvider {
  /// These credentials.
  public func credentials() async -> Credentials { self }
}
