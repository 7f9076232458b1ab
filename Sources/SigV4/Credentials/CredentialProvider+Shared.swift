import Synchronization

// Providers to pass for each request, such as `.default`: they are cached for the process, so that no request repeats I/O.

extension CredentialProvider where Self == CachedCredentialProvider {
  /// The credentials of this process: those of the default chain, cached for the whole process.
  ///
  /// ```swift
  /// try await signer.sign(&request, with: .default)
  /// ```
  ///
  /// ``CredentialChain/init(profile:environment:transport:)`` lists the chain's providers. For other settings, such as a
  /// transport, create a chain and keep its ``CredentialProvider/cached(onRefresh:onFailure:)`` form.
  public static var `default`: CachedCredentialProvider { SharedProviders.chain }

  /// The credentials of the profile called `name`, cached for the whole process.
  ///
  /// Each use of a name returns the same cache. It reads the files when it needs credentials, not for each request. Keys without
  /// an expiration are read once: after a rotation, call ``CachedCredentialProvider/invalidate(accessKeyID:)``. The process keeps
  /// the 64 caches of profiles and roles that were used last.
  ///
  /// - Parameter name: The profile's name in the shared config and credentials files. If it is empty, the cache throws a
  ///   ``CredentialError`` with the code `misconfigured`.
  /// - Returns: The cache for this name.
  public static func profile(_ name: String) -> CachedCredentialProvider {
    SharedProviders.kept.provider(for: .profile(name)) { ProfileCredentialProvider(profile: name) }
  }

  /// The credentials of a role, cached for the whole process.
  ///
  /// ```swift
  /// try await signer.sign(&request, with: .assumeRole("arn:aws:iam::123456789012:role/reservations"))
  /// ```
  ///
  /// Each use of the same role, parameters and source returns the same cache. It calls STS when it needs credentials, not
  /// for each request. The process keeps the 64 caches of profiles and roles that were used last.
  ///
  /// `.default` finds the keys of the environment first. For another source, create its cache once, for example in a
  /// global constant, and pass that constant. If you create the cache in the call, as in `from: provider.cached()`, each
  /// request has a new source and calls STS.
  ///
  /// ```swift
  /// let base = ProcessCredentialProvider(command: "print-credentials").cached()  // Once.
  /// try await signer.sign(&request, with: .assumeRole("arn:aws:iam::123456789012:role/reservations", from: base))
  /// ```
  ///
  /// - Parameters:
  ///   - roleARN: The role to assume.
  ///   - source: The cache of the credentials to sign with, such as `.default` or `.profile("base")`. Don't create it in the
  ///     call: each new cache calls STS.
  ///   - roleSessionName: The name under which AWS records the role's use (`AWS_ROLE_SESSION_NAME`); defaults to this
  ///     library's name and the time.
  ///   - externalID: The external ID that a role's trust policy can require from other accounts.
  ///   - duration: The lifetime of the credentials, in whole seconds from 900 to 43,200; STS's default is an hour.
  ///   - region: The region of STS (`AWS_REGION`, `AWS_DEFAULT_REGION`).
  /// - Returns: The cache for this role, these parameters and this source.
  public static func assumeRole(
    _ roleARN: String, from source: CachedCredentialProvider = .default, roleSessionName: String? = nil,
    externalID: String? = nil, duration: Duration? = nil, region: String? = nil
  ) -> CachedCredentialProvider {
    let settings = AssumeRoleCredentialProvider.Settings(
      roleARN: roleARN, roleSessionName: roleSessionName, externalID: externalID, duration: duration, region: region)
    return SharedProviders.kept.provider(for: .role(settings, from: ObjectIdentifier(source))) {
      // The provider keeps the source alive, so that no other source gets its identifier.
      AssumeRoleCredentialProvider(
        settings, endpoint: nil, source: source, environment: nil, transport: DefaultTransport(),
        files: ProviderFiles(), clock: ProviderClock())
    }
  }
}

extension CredentialProvider where Self == EnvironmentCredentialProvider {
  /// The credentials of the environment, `AWS_ACCESS_KEY_ID` and related variables, read at each call.
  public static var environment: EnvironmentCredentialProvider { EnvironmentCredentialProvider() }
}

/// The caches that a process shares, one for each profile and role, up to a limit.
final class SharedProviders: Sendable {
  /// The settings of a cache.
  enum Key: Hashable {
    case profile(String)
    case role(AssumeRoleCredentialProvider.Settings, from: ObjectIdentifier)
  }

  /// The cache of the default chain.
  static let chain = CredentialChain().cached()
  /// The caches of profiles and roles.
  static let kept = SharedProviders(limit: 64)

  private let limit: Int
  /// The caches, the one that was used last at the end.
  private let entries = Mutex<[(key: Key, provider: CachedCredentialProvider)]>([])

  init(limit: Int) {
    self.limit = limit
  }

  /// Returns the cache for `key`, which is created from `source` at its first use, or when it was dropped at the limit.
  func provider(for key: Key, _ source: () -> any CredentialProvider) -> CachedCredentialProvider {
    entries.withLock { entries in
      if entries.last?.key == key, let last = entries.last { return last.provider }
      let provider: CachedCredentialProvider
      if let index = entries.firstIndex(where: { $0.key == key }) {
        provider = entries.remove(at: index).provider
      } else {
        provider = CachedCredentialProvider(source())
        if entries.count >= limit { entries.removeFirst() }
      }
      entries.append((key, provider))
      return provider
    }
  }
}
