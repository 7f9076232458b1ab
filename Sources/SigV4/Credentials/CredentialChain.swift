import Synchronization

/// Queries several providers in order and returns the first credentials.
///
/// If a provider isn't configured (`notConfigured`) or its source isn't available (`notAvailable`), the chain queries the next
/// one. The chain throws any other error, so that it never ignores a setting silently. If no provider has credentials, the
/// error lists every provider's reason. Later calls query the successful provider first, until it fails.
///
/// Each call queries a provider again. To sign requests, pass `.default`, this chain's cache for the whole process, or cache
/// a chain of your own.
///
/// ```swift
/// let chain = CredentialChain([EnvironmentCredentialProvider(), ContainerCredentialProvider()])
/// try await signer.sign(&request, with: chain.cached())
/// for attempt in await chain.explain() { print(attempt.provider, attempt.result) }
/// ```
public final class CredentialChain: CredentialProvider {
  /// The result of one queried provider.
  public struct Attempt: Sendable {
    /// The provider's type, such as `EnvironmentCredentialProvider`.
    public let provider: String
    /// The credentials, or the reason for their absence.
    public let result: Result<Credentials, any Error>
  }

  private let providers: [any CredentialProvider]
  private let winner = Mutex<Int?>(nil)

  /// Creates a chain that queries `providers` in order.
  public init(_ providers: [any CredentialProvider]) {
    self.providers = providers
  }

  /// Creates the default chain: environment, profile, web identity, container, instance metadata.
  ///
  /// The order is that of the AWS SDKs for Rust, Swift and C++. Every SDK queries instance metadata last, because only a request
  /// can detect it. If `profile` isn't nil, the chain ignores the access keys in the environment, as the AWS CLI does.
  ///
  /// - Parameters:
  ///   - profile: The profile's name; defaults to `AWS_PROFILE`, or `default`.
  ///   - environment: The environment variables. By default the process's, read at each call.
  ///   - transport: The transport for STS and container endpoints; it must support `https`.
  public convenience init(
    profile: String? = nil, environment: [String: String]? = nil, transport: any HTTPTransport = DefaultTransport()
  ) {
    let keys = profile == nil ? [EnvironmentCredentialProvider(environment: environment)] : []
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

  /// Returns the credentials of the first provider that has any.
  ///
  /// - Throws: ``CredentialError`` from a provider whose settings are invalid or whose source fails. If no provider has
  ///   credentials, the error lists every provider's reason, and has the code of the last one. `CancellationError` if the calling
  ///   task is cancelled.
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
    guard let last = attempts.last else {
      throw CredentialError(.notConfigured, "The credential chain has no providers: pass at least one.")
    }
    switch last.result {
    case .success(let credentials):
      winner.withLock { $0 = attempts.count - 1 }
      return credentials
    case .failure(let error):
      guard attempts.count == providers.count, let error = error as? CredentialError, error.code != .misconfigured
      else {
        throw error
      }
      let reasons = attempts.map(\.reason).joined(separator: " ")
      throw CredentialError(error.code, "No provider has credentials: configure one of these. \(reasons)")
    }
  }

  /// Queries the providers in order and returns every outcome; the last one ended the search.
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
