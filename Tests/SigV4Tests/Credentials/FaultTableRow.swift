import SigV4
import Synchronization
import Testing

/// A row of the table of faults: what goes wrong, and which requests reach the peer.
struct FaultTableRow: Sendable, CustomTestStringConvertible {
  let id: String
  let name: String
  /// The requests that reach the peer, in the order of their arrival.
  let requests: [FaultRequest]
  /// Plays the row, checks its effect on a caller, and returns the requests that have reached the peer.
  let play: @Sendable () async throws -> [FaultRequest]

  init(
    _ id: String, _ name: String, requests: [FaultRequest], play: @escaping @Sendable () async throws -> [FaultRequest]
  ) {
    self.id = id
    self.name = name
    self.requests = requests
    self.play = play
  }

  var testDescription: String { "\(id): \(name)" }
}

/// A request that reaches the peer of a row.
enum FaultRequest: String, Sendable {
  /// The requests to instance metadata: for a session token, for the role's name, and for its credentials.
  case token, listing, credentials
  /// The same at the paths of older instances.
  case legacyListing, legacyCredentials
  /// A request to a container endpoint.
  case container
  /// A request to STS.
  case tokenService
  /// A call of a test's own source.
  case source
  /// A request that no row expects.
  case unknown

  /// Creates the request to instance metadata with this target.
  init(metadataTarget target: String) {
    self =
      switch target {
      case InstanceMetadataFault.token: .token
      case InstanceMetadataFault.listing: .listing
      case InstanceMetadataFault.legacyListing: .legacyListing
      case _ where target.hasPrefix(InstanceMetadataFault.listing): .credentials
      case _ where target.hasPrefix(InstanceMetadataFault.legacyListing): .legacyCredentials
      default: .unknown
      }
  }
}

/// The effect of a fault on a caller.
enum FaultOutcome: Sendable {
  case works
  /// The error's code, and what its message must name.
  case fails(CredentialError.Code, naming: String? = nil)

  /// Calls `provider` once, through a cache, and checks the effect.
  func check(_ provider: some CredentialProvider, isAccountTold: Bool = true) async throws {
    Planted.expectNoSecret(in: provider)
    let reported = Mutex<[any Error]>([])
    let cache = CachedCredentialProvider(
      provider, onFailure: { error in reported.withLock { $0.append(error) } }, clock: TestClock().clock)
    switch self {
    case .works:
      let (credentials, expected) = (try await cache.checkedCredentials(), Planted.credentials)
      #expect(credentials.accessKeyID == expected.accessKeyID)
      #expect(credentials.secretAccessKey == expected.secretAccessKey)
      #expect(credentials.sessionToken == expected.sessionToken)
      #expect(credentials.expiration == expected.expiration)
      #expect(credentials.accountID == (isAccountTold ? expected.accountID : nil))
    case .fails(let code, let name):
      let error = try await cache.checkedError()
      #expect(error.code == code, "\(error)")
      #expect(name.map { error.message.contains($0) } ?? true, "\(error)")
    }
    Planted.expectNoSecret(in: cache)
    for error in reported.withLock({ $0 }) { Planted.expectNoSecret(in: error) }
  }
}
