import Synchronization

/// Providers that are asked one after the other, until one has credentials.
///
/// A provider that isn't set up (`notConfigured`) or whose source isn't there (`notAvailable`) passes on to the next;
/// any other error is thrown, since a setting that somebody made shall not be passed over in silence. The last
/// provider's error tells what all had to say. The provider that had credentials is asked first from then on, until it
/// fails; no failure is remembered.
///
/// Each call asks a provider anew; put the chain behind a cache to sign requests with it: `CredentialChain().cached()`.
public final class CredentialChain: CredentialProvider {
  /// A provider that was asked, and what came of it.
  public struct Attempt: Sendable {
    /// The provider's type, such as `EnvironmentCredentialProvider`.
    public let provider: String
    /// The credentials, or why there are none.
    public let result: Result<Credentials, any Error>
  }

  private let providers: [any CredentialProvider]
  private let winner = Mutex<Int?>(nil)

  /// Creates a chain of providers, in the order in which they are asked.
  public init(_ providers: [any CredentialProvider]) {
    self.providers = providers
  }

  /// Creates the usual chain: environment, profile, web identity, container, instance metadata.
  ///
  /// The order is that of the AWS SDKs for Rust, Swift and C++; instance metadata, which can only be found out about by asking,
  /// comes last everywhere. A profile that is named here beats the access keys in the environment, as in the AWS CLI:
  /// they aren't asked for then.
  ///
  /// - Parameters:
  ///   - profile: The profile's name; where left out `AWS_PROFILE`, or `default`.
  ///   - environment: The variables; where left out, those of the process as they are at each call.
  ///   - transport: How STS and container endpoints are asked; it must speak `https`.
  public convenience init(
    profile: String? = nil, environment: [String: String]? = nil, transport: any HTTPTransport = DefaultTransport()
  ) {
    let keys = profile?.nonBlank == nil ? [EnvironmentCredentialProvider(environment: environment)] : []
    self.init(
      keys + [
        ProfileCredentialProvider(profile: profile, environment: environment, transport: transport),
        WebIdentityCredentialProvider(
          WebIdentityCredentialProvider.Settings(profile: profile), environment: environment, transport: transport,
          files: ProviderFiles(), clock: ProviderClock()),
        ContainerCredentialProvider(environment: environment, transport: transport),
        InstanceMetadataCredentialProvider(environment: environment),
      ])
  }

  /// The credentials of the first provider that has some.
  ///
  /// - Throws: ``CredentialError`` from a provider whose settings are wrong or whose source fails; where no provider has
  ///   credentials, one that lists them all with their reasons; `CancellationError` when the calling task is cancelled.
  public func credentials() async throws -> Credentials {
    if let index = winner.withLock(\.self) {
      do {
        return try await providers[index].credentials()
      } catch {
        winner.withLock { $0 = nil }
        guard Self.passesOn(error) else { throw error }
      }
    }
    let attempts = await explain()
    guard let last = attempts.last else { throw CredentialError(.notConfigured, "The chain has no providers.") }
    switch last.result {
    case .success(let credentials):
      winner.withLock { $0 = attempts.count - 1 }
      return credentials
    case .failure(let error):
      guard attempts.count == providers.count, let error = error as? CredentialError, error.code != .misconfigured
      else {
        throw error
      }
      throw CredentialError(error.code, "No provider has credentials. \(attempts.map(\.reason).joined(separator: " "))")
    }
  }

  /// Asks the providers anew, and tells of each that was asked what came of it; the last one ended the search.
  public func explain() async -> [Attempt] {
    var attempts: [Attempt] = []
    for provider in providers {
      let name = "\(type(of: provider))"
      do {
        attempts.append(Attempt(provider: name, result: .success(try await provider.credentials())))
        return attempts
      } catch {
        attempts.append(Attempt(provider: name, result: .failure(error)))
        guard Self.passesOn(error) else { return attempts }
      }
    }
    return attempts
  }

  private static func passesOn(_ error: any Error) -> Bool {
    guard let code = (error as? CredentialError)?.code else { return false }
    return code == .notConfigured || code == .notAvailable
  }
}

extension CredentialChain.Attempt {
  fileprivate var reason: String {
    guard case .failure(let error) = result else { return "" }
    return "\(provider): \((error as? CredentialError)?.message ?? "\(error)")"
  }
}
